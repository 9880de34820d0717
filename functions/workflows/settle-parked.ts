import type { Settlement } from './parked-changes.ts';

export interface SettleRun {
  /** Settled by this run. */
  readonly done: number;
  /** Settled before, or parked anew meanwhile, or not known: as `Settlement` has it. */
  readonly already: number;
  readonly parkedAnew: number;
  readonly unknown: readonly string[];
  /** What was not tried any more. */
  readonly left: number;
  /** Absent: nothing failed. */
  readonly failure?: { readonly error: unknown };
}

const AT_ONCE = 8;

/**
 * Settles one after the other, some at once. Each is whole or can be repeated, so that the run may end anywhere and be
 * started again; the first failure ends it, since the next would fail alike.
 */
export async function settleAll(
  messageIds: readonly string[],
  settle: (messageId: string) => Promise<Settlement>,
  signal: AbortSignal,
  onSettled: (settled: number) => void,
): Promise<SettleRun> {
  const waiting = [...messageIds];
  const counts = { done: 0, already: 0, parked_anew: 0, unknown: 0 };
  const unknown: string[] = [];
  let failure: SettleRun['failure'];
  const work = async () => {
    while (!signal.aborted && !failure) {
      const messageId = waiting.shift();
      if (messageId === undefined) return;
      try {
        const { kind } = await settle(messageId);
        counts[kind] += 1;
        if (kind === 'unknown') unknown.push(messageId);
      } catch (error) {
        waiting.push(messageId);
        failure ??= { error };
      }
      onSettled(messageIds.length - waiting.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const { done, already, parked_anew: parkedAnew } = counts;
  return { done, already, parkedAnew, unknown, left: waiting.length, ...(failure && { failure }) };
}

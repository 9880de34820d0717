import type { PlannedChange, Population } from './changes.ts';
import type { VendorCounts } from './vendor/apps.ts';

/** Changes that wait, one of each member, and when each was first taken. */
export interface Backlog {
  readonly population: Population;
  readonly waiting: PlannedChange[];
  /** By member, in milliseconds since 1970. */
  readonly takenAtMs: (number | undefined)[];
}

export function queueOf(changes: number, population: Population): Backlog {
  const occurredAtMs = Date.now() - 60_000;
  const waiting = Array.from({ length: changes }, (_, index) => {
    return { index, id: `change-${index}`, member: index, action: 'join', occurredAtMs } as const;
  });
  return { population, waiting, takenAtMs: [] };
}

/** How a backlog was worked off. */
export interface Throttled {
  readonly seconds: number;
  readonly requests: number;
  readonly applied: number;
  /** From when a change was first taken from the queue until its answer was back. */
  readonly waitsMs: readonly number[];
}

/** What the vendor saw of a backlog, once all of it is applied. @throws if it is not */
export function throttledOf(
  { requests, changes }: VendorCounts,
  { takenAtMs, population }: Backlog,
  { startedMs, latencyMs }: { readonly startedMs: number; readonly latencyMs: number },
): Throttled {
  if (changes.length !== population.members) {
    throw new Error(`${changes.length} of ${population.members} changes were applied`);
  }
  const doneAtMs = changes.map(([, atMs]) => atMs + latencyMs);
  return {
    seconds: (Math.max(...doneAtMs) - startedMs) / 1_000,
    requests,
    applied: changes.length,
    waitsMs: changes.map(
      ([userId, atMs]) => atMs + latencyMs - (takenAtMs[Number(userId.slice(1))] ?? startedMs),
    ),
  };
}

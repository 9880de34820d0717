import { discardedEvent } from '../core/outcome-event.ts';
import { isMeant, type ParkedFilter, type ParkedSummary, type Settled } from '../core/parked.ts';
import type { ParkedItem } from '../core/roster.ts';
import type { Clock, OutcomeEvents, ParkedChanges, RedriveQueue, Roster } from './ports.ts';

export interface SettlePorts {
  readonly parked: ParkedChanges;
  readonly roster: Pick<Roster, 'member' | 'patchMember'>;
  readonly queue: RedriveQueue;
  readonly events: OutcomeEvents;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** A discard sends nothing. */
export type DiscardPorts = Omit<SettlePorts, 'queue'>;

/** What came of settling one parked change. Whoever is not sure repeats it. */
export type Settlement =
  | { readonly kind: 'done'; readonly item: ParkedItem }
  /** Somebody has settled it before. */
  | { readonly kind: 'already'; readonly settled: Settled }
  /** While it was settled it was parked anew, and still is. */
  | { readonly kind: 'parked_anew'; readonly item: ParkedItem }
  | { readonly kind: 'unknown' };

/** Everything that is meant, page by page, as the table's index shows it. Never by receiving, which would hide it. */
export async function* listParked(
  filter: ParkedFilter,
  parked: Pick<ParkedChanges, 'shards' | 'page'>,
): AsyncGenerator<readonly ParkedSummary[]> {
  const between = { sinceMs: filter.sinceMs ?? 0, untilMs: filter.untilMs ?? Number.MAX_SAFE_INTEGER };
  for (let shard = 0; shard < parked.shards; shard += 1) {
    let after: string | undefined;
    do {
      const page = await parked.page(shard, between, after);
      const meant = page.changes.filter((summary) => isMeant(summary, filter));
      if (meant.length > 0) yield meant;
      after = page.next;
    } while (after !== undefined);
  }
}

/**
 * Sends a parked change again, under the version it always had: a newer one still wins. Sent first and settled then, so
 * that a death between leaves it parked and sent, which another redrive or discard ends without harm.
 */
export async function redrive(messageId: string, ports: SettlePorts): Promise<Settlement> {
  return settle(messageId, 'redriven', ports, (item) => ports.queue.redrive(item));
}

/** Gives a parked change up: its member is nobody's wish any more. The row first, or a death between would leave it parked for ever. */
export async function discard(messageId: string, ports: DiscardPorts): Promise<Settlement> {
  return settle(messageId, 'discarded', ports, async (item) => {
    await unmanage(item, ports.roster);
    await ports.events.publish(discardedEvent(item, ports.clock.nowMs()));
  });
}

async function settle(
  messageId: string,
  as: Settled['as'],
  { parked, clock }: DiscardPorts,
  carryOut: (item: ParkedItem) => Promise<void>,
): Promise<Settlement> {
  const record = await parked.record(messageId);
  if (!record) return { kind: 'unknown' };
  if (record.kind === 'settled') return { kind: 'already', settled: record.settled };
  const { item } = record;
  await carryOut(item);
  if (await parked.settle(messageId, item.parkedAtMs, { as, atMs: clock.nowMs() }))
    return { kind: 'done', item };
  const now = await parked.record(messageId);
  if (now?.kind === 'settled') return { kind: 'already', settled: now.settled };
  return now ? { kind: 'parked_anew', item: now.item } : { kind: 'unknown' };
}

/** Only while the row names this very message: whatever came since is somebody's wish. */
async function unmanage({ key, message }: ParkedItem, roster: SettlePorts['roster']): Promise<void> {
  if (!key) return;
  for (;;) {
    const row = await roster.member(key);
    if (row?.message?.messageId !== message.messageId) return;
    const given = { state: 'unmanaged', message: null, reason: null, starts: 0, startsAlone: 0 } as const;
    if (await roster.patchMember(key, row.version, given, row.state, message.messageId)) return;
  }
}

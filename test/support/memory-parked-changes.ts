import {
  type ParkedRecord,
  type ParkedSummary,
  REPEATS_DROPPED_MS,
  type Settled,
} from '../../functions/core/parked.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import type { ParkedBetween, ParkedChanges, ParkedCopies } from '../../functions/workflows/ports.ts';

type SettledRecord = Extract<ParkedRecord, { kind: 'settled' }>;

const PAGE = 2;

/** Parked changes in memory. */
export class MemoryParkedChanges implements ParkedChanges, ParkedCopies {
  readonly shards = 1;
  readonly items = new Map<string, ParkedItem>();
  readonly #settled = new Map<string, SettledRecord>();
  readonly #copyDueAtMs = new Map<string, number>();

  /** What was discarded stays so. */
  put(item: ParkedItem): void {
    const { messageId } = item.message;
    if (this.#settled.get(messageId)?.settled.as === 'discarded') return;
    this.#settled.delete(messageId);
    this.#copyDueAtMs.delete(messageId);
    this.items.set(messageId, structuredClone(item));
  }

  async page(
    _shard: number,
    { sinceMs, untilMs }: ParkedBetween,
    after?: string,
  ): Promise<{ changes: ParkedSummary[]; next?: string }> {
    const all = [...this.items.values()]
      .filter(({ parkedAtMs }) => parkedAtMs >= sinceMs && parkedAtMs <= untilMs)
      .toSorted((a, b) => orderOf(a).localeCompare(orderOf(b)))
      .filter((item) => after === undefined || orderOf(item) > after);
    const page = all.slice(0, PAGE);
    const changes = page.map(({ message: { messageId }, ...rest }) =>
      structuredClone({ ...rest, messageId }),
    );
    const last = page.at(-1);
    return last && all.length > PAGE ? { changes, next: orderOf(last) } : { changes };
  }

  async record(messageId: string): Promise<ParkedRecord | undefined> {
    const item = this.items.get(messageId);
    return structuredClone(item ? { kind: 'parked', item } : this.#settled.get(messageId));
  }

  async settle(messageId: string, parkedAtMs: number, settled: Settled): Promise<boolean> {
    const item = this.items.get(messageId);
    if (item?.parkedAtMs !== parkedAtMs) return false;
    const { reason, changeId } = item;
    this.items.delete(messageId);
    this.#settled.set(messageId, {
      kind: 'settled',
      settled: { ...settled },
      reason,
      parkedAtMs,
      ...(changeId !== undefined && { changeId }),
    });
    this.#copyDueAtMs.set(messageId, settled.atMs + REPEATS_DROPPED_MS + 1);
    return true;
  }

  async copiesDue(_shard: number, untilMs: number, limit: number): Promise<string[]> {
    const due = [...this.#copyDueAtMs].filter(([, dueAtMs]) => dueAtMs <= untilMs);
    return due
      .toSorted(([, a], [, b]) => a - b)
      .slice(0, limit)
      .map(([messageId]) => messageId);
  }

  async copyDeleted(messageId: string): Promise<void> {
    this.#copyDueAtMs.delete(messageId);
  }

  async postponeCopy(messageId: string, toMs: number): Promise<void> {
    if (this.#settled.has(messageId)) this.#copyDueAtMs.set(messageId, toMs);
  }

  async adopt(item: ParkedItem): Promise<void> {
    const { messageId } = item.message;
    if (!this.items.has(messageId) && !this.#settled.has(messageId)) this.put(item);
  }
}

function orderOf({ parkedAtMs, message }: ParkedItem): string {
  return `${String(parkedAtMs).padStart(16, '0')} ${message.messageId}`;
}

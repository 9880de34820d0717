import {
  type ParkedRecord,
  type ParkedSummary,
  REPEATS_DROPPED_MS,
  type Settled,
} from '../../functions/core/parked.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import type { ParkedBetween } from '../../functions/workflows/ports.ts';

type SettledRecord = Extract<ParkedRecord, { kind: 'settled' }>;

const PAGE = 2;

/** What the table holds of parked changes: each method is what one request does when it arrives. */
export class ParkedTable {
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

  page({ sinceMs, untilMs }: ParkedBetween, after?: string): { changes: ParkedSummary[]; next?: string } {
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

  record(messageId: string): ParkedRecord | undefined {
    const item = this.items.get(messageId);
    return structuredClone(item ? { kind: 'parked', item } : this.#settled.get(messageId));
  }

  settle(messageId: string, parkedAtMs: number, settled: Settled): boolean {
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

  copiesDue(untilMs: number, limit: number): string[] {
    const due = [...this.#copyDueAtMs].filter(([, dueAtMs]) => dueAtMs <= untilMs);
    return due
      .toSorted(([, a], [, b]) => a - b)
      .slice(0, limit)
      .map(([messageId]) => messageId);
  }

  copyDeleted(messageId: string): void {
    this.#copyDueAtMs.delete(messageId);
  }

  postponeCopy(messageId: string, toMs: number): void {
    if (this.#settled.has(messageId)) this.#copyDueAtMs.set(messageId, toMs);
  }

  /** As when the table is restored to a time before it. */
  lose(messageId: string): boolean {
    return this.items.delete(messageId);
  }

  adopt(item: ParkedItem): void {
    const { messageId } = item.message;
    if (!this.items.has(messageId) && !this.#settled.has(messageId)) this.put(item);
  }
}

function orderOf({ parkedAtMs, message }: ParkedItem): string {
  return `${String(parkedAtMs).padStart(16, '0')} ${message.messageId}`;
}

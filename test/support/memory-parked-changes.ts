import type { ParkedRecord, ParkedSummary, Settled } from '../../functions/core/parked.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import type { ParkedBetween, ParkedChanges, ParkedCopies } from '../../functions/workflows/ports.ts';
import { ParkedTable } from './parked-table.ts';

/** Parked changes in memory. */
export class MemoryParkedChanges implements ParkedChanges, ParkedCopies {
  readonly shards = 1;
  readonly #table = new ParkedTable();

  get items(): ReadonlyMap<string, ParkedItem> {
    return this.#table.items;
  }

  put(item: ParkedItem): void {
    this.#table.put(item);
  }

  async page(
    _shard: number,
    between: ParkedBetween,
    after?: string,
  ): Promise<{ changes: ParkedSummary[]; next?: string }> {
    return this.#table.page(between, after);
  }

  async record(messageId: string): Promise<ParkedRecord | undefined> {
    return this.#table.record(messageId);
  }

  async settle(messageId: string, parkedAtMs: number, settled: Settled): Promise<boolean> {
    return this.#table.settle(messageId, parkedAtMs, settled);
  }

  async copiesDue(_shard: number, untilMs: number, limit: number): Promise<string[]> {
    return this.#table.copiesDue(untilMs, limit);
  }

  async copyDeleted(messageId: string): Promise<void> {
    this.#table.copyDeleted(messageId);
  }

  async postponeCopy(messageId: string, toMs: number): Promise<void> {
    this.#table.postponeCopy(messageId, toMs);
  }

  async adopt(item: ParkedItem): Promise<void> {
    this.#table.adopt(item);
  }
}

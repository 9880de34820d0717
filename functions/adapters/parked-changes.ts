import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type ParkedRecord, type ParkedSummary, REPEATS_DROPPED_MS, type Settled } from '../core/parked.ts';
import type { ParkedItem } from '../core/roster.ts';
import { fromItem, type Item, misfit, toItem } from './roster/items.ts';
import {
  parkedKey,
  parkedMessageOf,
  WORKLIST_INDEX,
  WORKLIST_SHARDS,
  worklistOf,
  worklistShard,
} from './roster/keys.ts';
import { listedItem, parkedItem, parkedSummary, settledItem } from './roster/schemas.ts';
import { Table } from './roster/table.ts';
import { updateOf } from './roster/update.ts';
import { itemOfParked } from './roster.ts';

/** What is left of a settled item outlives every copy on the dead-letter queue, which keeps them for 14 days. */
const SETTLED_KEPT_MS = 31 * 24 * 3_600_000;
/** So that a filter that few fit does not have to wait for a whole megabyte. */
const PAGE = 500;

/** Parked changes in the roster's table, as operators find and settle them. Each method is one request. */
export class DynamoDBParkedChanges {
  readonly shards = WORKLIST_SHARDS;
  readonly #table: Table;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName);
  }

  async page(
    shard: number,
    { sinceMs, untilMs }: { readonly sinceMs: number; readonly untilMs: number },
    after?: string,
  ): Promise<{ changes: ParkedSummary[]; next?: string }> {
    const { items, end } = await this.#table.query({
      IndexName: WORKLIST_INDEX,
      KeyConditionExpression: 'worklist = :list AND worklistAt BETWEEN :since AND :until',
      ExpressionAttributeValues: toItem({
        ':list': worklistShard('parked', shard),
        ':since': sinceMs,
        ':until': untilMs,
      }),
      Limit: PAGE,
      ...(after !== undefined && { ExclusiveStartKey: JSON.parse(after) as Item }),
    });
    const changes = items.map(summaryOfItem);
    return end ? { changes, next: JSON.stringify(end) } : { changes };
  }

  async record(messageId: string): Promise<ParkedRecord | undefined> {
    const item = await this.#table.get(parkedKey(messageId));
    if (!item) return undefined;
    if (!item['settledAs']) return { kind: 'parked', item: fromItem('parked', item, parkedItem) };
    const { settledAs: as, settledAtMs: atMs, ...kept } = fromItem('settled', item, settledItem);
    return { kind: 'settled', settled: { as, atMs }, ...kept };
  }

  /** Takes the body and the person out, and leaves word of how it ended. */
  async settle(messageId: string, parkedAtMs: number, { as, atMs }: Settled): Promise<boolean> {
    const key = parkedKey(messageId);
    const { ExpressionAttributeNames, ExpressionAttributeValues, ...update } = updateOf({
      set: {
        settledAs: as,
        settledAtMs: atMs,
        expiresAt: Math.ceil((atMs + SETTLED_KEPT_MS) / 1000),
        worklist: worklistOf('settled', key),
        worklistAt: atMs + REPEATS_DROPPED_MS + 1,
      },
      remove: ['message', 'key', 'detail'],
    });
    const output = await this.#table.update(key, {
      ...update,
      ConditionExpression: '#parkedAtMs = :parkedAtMs AND attribute_not_exists(#settledAs)',
      ExpressionAttributeNames: { ...ExpressionAttributeNames, '#parkedAtMs': 'parkedAtMs' },
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ':parkedAtMs': { N: String(parkedAtMs) } },
    });
    return output !== undefined;
  }

  async copiesDue(shard: number, untilMs: number, limit: number): Promise<string[]> {
    const { items } = await this.#table.query({
      IndexName: WORKLIST_INDEX,
      KeyConditionExpression: 'worklist = :list AND worklistAt <= :until',
      ExpressionAttributeValues: toItem({ ':list': worklistShard('settled', shard), ':until': untilMs }),
      Limit: limit,
    });
    return items.map((item) => messageOfItem(item, fromItem('settled', item, listedItem).pk));
  }

  async copyDeleted(messageId: string): Promise<void> {
    await this.#table.update(parkedKey(messageId), {
      ...updateOf({ remove: ['worklist', 'worklistAt'] }),
      ExpressionAttributeValues: undefined,
      ConditionExpression: WHILE_SETTLED,
    });
  }

  async postponeCopy(messageId: string, toMs: number): Promise<void> {
    await this.#table.update(parkedKey(messageId), {
      ...updateOf({ set: { worklistAt: toMs } }),
      ConditionExpression: WHILE_SETTLED,
    });
  }

  async adopt(item: ParkedItem): Promise<void> {
    await this.#table.put(itemOfParked(item), { ConditionExpression: 'attribute_not_exists(pk)' });
  }
}

/** Parked anew it is on the operators' list, which must not be touched. */
const WHILE_SETTLED = 'attribute_exists(settledAs)';

function summaryOfItem(item: Item): ParkedSummary {
  const { pk, worklistAt, ...fields } = fromItem('parked', item, parkedSummary);
  return { messageId: messageOfItem(item, pk), parkedAtMs: worklistAt, ...fields };
}

function messageOfItem(item: Item, pk: string): string {
  const messageId = parkedMessageOf(pk);
  if (messageId === undefined) throw misfit('parked', item, 'pk', 'must be P#<messageId>');
  return messageId;
}

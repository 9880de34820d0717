import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { AUDITED_ACTIONS, type AuditEntry, type AuditOutcome, type AuditRecord } from '../core/audit.ts';
import { fromItem, toItem } from './roster/items.ts';
import { auditPk, type ItemKey } from './roster/keys.ts';
import { Table } from './roster/table.ts';
import { updateOf } from './roster/update.ts';

/** Longer than a year, so that a yearly review finds a whole one. */
const KEPT_MS = 400 * 24 * 3_600_000;

const text = z.string('must be a string');
const whole = z.number('must be a number');
const auditItem = z.object({
  sk: text,
  id: text,
  atMs: whole,
  action: z.enum(AUDITED_ACTIONS, 'must be an action that is audited'),
  target: z.record(text, z.union([text, whole, z.boolean()]), 'must be a map'),
  who: text,
  via: z.enum(['command', 'console'], 'must be "command" or "console"'),
  ended: z.exactOptional(
    z.object({ outcome: z.enum(['done', 'failed'], 'must be "done" or "failed"'), atMs: whole, note: text }),
  ),
});

/** What operators did, in the roster's table: a partition for each month. */
export class DynamoDBAuditLog {
  readonly #table: Table;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName);
  }

  async begin(entry: AuditEntry): Promise<void> {
    const expiresAt = Math.ceil((entry.atMs + KEPT_MS) / 1000);
    const item = { ...keyOf(entry), ...entry, expiresAt };
    await this.#table.put(item);
  }

  async end(entry: AuditEntry, ended: AuditOutcome): Promise<void> {
    await this.#table.update(keyOf(entry), updateOf({ set: { ended } }));
  }

  /** The latest first, back to then. */
  async *latest(sinceMs: number, nowMs: number): AsyncGenerator<AuditRecord> {
    for (const month of monthsBack(sinceMs, nowMs)) {
      let start: Awaited<ReturnType<Table['query']>>['end'];
      do {
        const { items, end } = await this.#table.query({
          ConsistentRead: true,
          ScanIndexForward: false,
          KeyConditionExpression: 'pk = :pk AND sk >= :since',
          ExpressionAttributeValues: toItem({ ':pk': auditPk(month), ':since': iso(sinceMs) }),
          ...(start && { ExclusiveStartKey: start }),
        });
        for (const item of items) {
          const { sk: _sk, ...record } = fromItem('audit', item, auditItem);
          yield record;
        }
        start = end;
      } while (start);
    }
  }
}

function keyOf({ id, atMs }: AuditEntry): ItemKey {
  return { pk: auditPk(iso(atMs).slice(0, 7)), sk: `${iso(atMs)}#${id}` };
}

function monthsBack(sinceMs: number, nowMs: number): string[] {
  const months: string[] = [];
  const first = iso(sinceMs).slice(0, 7);
  const month = new Date(nowMs);
  month.setUTCDate(1);
  // Records of a clock that is a little ahead of ours.
  month.setUTCMonth(month.getUTCMonth() + 1);
  for (;;) {
    const name = month.toISOString().slice(0, 7);
    if (name < first) return months;
    months.push(name);
    month.setUTCMonth(month.getUTCMonth() - 1);
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

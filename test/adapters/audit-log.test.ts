import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBAuditLog } from '../../functions/adapters/audit-log.ts';
import type { AuditEntry, AuditRecord } from '../../functions/core/audit.ts';
import { DAY, NOW } from '../support/builders.ts';
import { rosterTables } from '../support/roster-table.ts';

const tables = rosterTables();
let log: DynamoDBAuditLog;
beforeEach(async () => {
  log = new DynamoDBAuditLog(tables.client, await tables.create());
});

function entry(id: string, atMs: number): AuditEntry {
  return { id, atMs, action: 'adopt', target: { appId: 'shop', changes: 2 }, who: 'arn:x', via: 'command' };
}

async function latest(sinceMs: number): Promise<AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const record of log.latest(sinceMs, NOW)) records.push(record);
  return records;
}

describe('the audit log', () => {
  it('gives records back, the latest first and across months, as far back as it is asked', async () => {
    for (const [id, ago] of [
      ['old', 70],
      ['a', 40],
      ['b', 1],
      ['c', 0],
    ] as const)
      await log.begin(entry(id, NOW - ago * DAY));
    expect((await latest(NOW - 45 * DAY)).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect((await latest(NOW))[0]).toEqual(entry('c', NOW));
  });

  it('keeps what came of an act with it', async () => {
    await log.begin(entry('a', NOW));
    const ended = { outcome: 'failed', atMs: NOW + 5, note: 'TypeError' } as const;
    await log.end(entry('a', NOW), ended);
    expect(await latest(NOW)).toEqual([{ ...entry('a', NOW), ended }]);
  });

  it('shows what a clock ahead of ours has written', async () => {
    await log.begin(entry('ahead', NOW + 20 * DAY));
    expect((await latest(NOW - DAY)).map(({ id }) => id)).toEqual(['ahead']);
  });
});

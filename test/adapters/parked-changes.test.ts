import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBParkedChanges } from '../../functions/adapters/parked-changes.ts';
import { toItem } from '../../functions/adapters/roster/items.ts';
import { DynamoDBRoster } from '../../functions/adapters/roster.ts';
import type { ParkedSummary } from '../../functions/core/parked.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import type { ParkedBetween, ParkedChanges, ParkedCopies, Roster } from '../../functions/workflows/ports.ts';
import { DAY, HOUR, MINUTE, memberKey, NOW, wish } from '../support/builders.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { rosterTables } from '../support/roster-table.ts';

const tables = rosterTables();

interface Subject {
  readonly roster: Pick<Roster, 'parkedItem' | 'putParkedItem'>;
  readonly parked: ParkedChanges & ParkedCopies;
}

const inMemory = async (): Promise<Subject> => {
  const roster = new MemoryRoster();
  return { roster, parked: roster.parked };
};
const inDynamoDB = async (): Promise<Subject> => {
  const table = await tables.create();
  return {
    roster: new DynamoDBRoster(tables.client, table),
    parked: new DynamoDBParkedChanges(tables.client, table),
  };
};

const EVER: ParkedBetween = { sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER };

function item(messageId: string, overrides: Partial<ParkedItem> = {}): ParkedItem {
  return {
    message: { ...wish().message, messageId },
    reason: 'user_not_found',
    detail: 'user_not_found',
    parkedAtMs: NOW,
    key: memberKey(),
    changeId: 'change-1',
    ...overrides,
  };
}

async function all(parked: ParkedChanges, between = EVER): Promise<ParkedSummary[]> {
  const found: ParkedSummary[] = [];
  for (let shard = 0; shard < parked.shards; shard += 1) {
    let page = await parked.page(shard, between);
    found.push(...page.changes);
    while (page.next !== undefined) {
      page = await parked.page(shard, between, page.next);
      found.push(...page.changes);
    }
  }
  return found.toSorted((a, b) => a.messageId.localeCompare(b.messageId));
}

async function copiesDue(parked: ParkedCopies, untilMs: number): Promise<string[]> {
  const shards = Array.from({ length: parked.shards }, (_, shard) => parked.copiesDue(shard, untilMs, 10));
  return (await Promise.all(shards)).flat().toSorted();
}

describe.each([
  ['memory', inMemory],
  ['DynamoDB', inDynamoDB],
])('parked changes in %s', (_, make) => {
  let subject: Subject;
  beforeEach(async () => {
    subject = await make();
  });

  it('are listed without their messages, whoever they are about and by when they were parked', async () => {
    const { roster, parked } = subject;
    await roster.putParkedItem(item('a'));
    await roster.putParkedItem(item('b', { parkedAtMs: NOW + HOUR, reason: 'rejected' }));
    const { key: _key, changeId: _changeId, ...nameless } = item('c', { parkedAtMs: NOW + DAY });
    await roster.putParkedItem(nameless);
    const { message: _message, ...ofA } = item('a');
    expect((await all(parked))[0]).toEqual({ messageId: 'a', ...ofA });
    expect((await all(parked)).map(({ messageId }) => messageId)).toEqual(['a', 'b', 'c']);
    const between = { sinceMs: NOW + 1, untilMs: NOW + HOUR };
    expect((await all(parked, between)).map(({ messageId }) => messageId)).toEqual(['b']);
    expect((await all(parked))[2]).toEqual({
      messageId: 'c',
      reason: 'user_not_found',
      detail: 'user_not_found',
      parkedAtMs: NOW + DAY,
    });
  });

  it('come page by page where there are many', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `m-${String(index).padStart(2, '0')}`);
    for (const id of ids) await subject.roster.putParkedItem(item(id));
    expect((await all(subject.parked)).map(({ messageId }) => messageId)).toEqual(ids);
  });

  it('are known whole by their message', async () => {
    await subject.roster.putParkedItem(item('a'));
    expect(await subject.parked.record('a')).toEqual({ kind: 'parked', item: item('a') });
    expect(await subject.parked.record('b')).toBeUndefined();
  });

  it('once settled are listed no more, and only how they ended is kept', async () => {
    const { roster, parked } = subject;
    await roster.putParkedItem(item('a'));
    const settled = { as: 'redriven', atMs: NOW + HOUR } as const;
    expect(await parked.settle('a', NOW, settled)).toBe(true);
    expect(await all(parked)).toEqual([]);
    expect(await roster.parkedItem('a')).toBeUndefined();
    expect(await parked.record('a')).toEqual({
      kind: 'settled',
      settled,
      reason: 'user_not_found',
      parkedAtMs: NOW,
      changeId: 'change-1',
    });
  });

  it('are settled once, and only as they were seen', async () => {
    const { roster, parked } = subject;
    const settled = { as: 'discarded', atMs: NOW + HOUR } as const;
    expect(await parked.settle('a', NOW, settled)).toBe(false);
    await roster.putParkedItem(item('a', { parkedAtMs: NOW + 1 }));
    expect(await parked.settle('a', NOW, settled)).toBe(false);
    expect(await parked.settle('a', NOW + 1, settled)).toBe(true);
    expect(await parked.settle('a', NOW + 1, { ...settled, as: 'redriven' })).toBe(false);
    expect(await parked.record('a')).toMatchObject({ settled });
  });

  it('may be parked anew after a redrive, and never after they were discarded', async () => {
    const { roster, parked } = subject;
    for (const id of ['redriven', 'discarded']) await roster.putParkedItem(item(id));
    for (const as of ['redriven', 'discarded'] as const) await parked.settle(as, NOW, { as, atMs: NOW });
    for (const id of ['redriven', 'discarded'])
      await roster.putParkedItem(item(id, { parkedAtMs: NOW + MINUTE }));
    expect((await all(parked)).map(({ messageId }) => messageId)).toEqual(['redriven']);
    expect(await roster.parkedItem('redriven')).toEqual(item('redriven', { parkedAtMs: NOW + MINUTE }));
    expect(await roster.parkedItem('discarded')).toBeUndefined();
    expect(await copiesDue(parked, NOW + DAY)).toEqual(['discarded']);
  });

  it('have their copies due once no queue would drop a repeat any more', async () => {
    const { roster, parked } = subject;
    for (const id of ['a', 'b', 'c']) await roster.putParkedItem(item(id));
    for (const id of ['a', 'b']) await parked.settle(id, NOW, { as: 'redriven', atMs: NOW });
    expect(await copiesDue(parked, NOW + 5 * MINUTE)).toEqual([]);
    expect(await copiesDue(parked, NOW + 5 * MINUTE + 1)).toEqual(['a', 'b']);
    await parked.copyDeleted('a');
    await parked.postponeCopy('b', NOW + DAY);
    expect(await copiesDue(parked, NOW + HOUR)).toEqual([]);
    expect(await copiesDue(parked, NOW + DAY)).toEqual(['b']);
  });

  it('stay on the list where somebody takes them for settled', async () => {
    const { roster, parked } = subject;
    await roster.putParkedItem(item('a'));
    await parked.copyDeleted('a').catch(() => {});
    await parked.postponeCopy('a', NOW + DAY);
    await parked.postponeCopy('b', NOW + DAY);
    expect((await all(parked)).map(({ messageId, parkedAtMs }) => [messageId, parkedAtMs])).toEqual([
      ['a', NOW],
    ]);
    expect(await copiesDue(parked, NOW + DAY)).toEqual([]);
  });

  it('are taken over from a copy only where nothing is known of it', async () => {
    const { roster, parked } = subject;
    await parked.adopt(item('a', { reason: 'unexplained' }));
    expect(await roster.parkedItem('a')).toMatchObject({ reason: 'unexplained' });
    await parked.adopt(item('a', { reason: 'rejected' }));
    expect(await roster.parkedItem('a')).toMatchObject({ reason: 'unexplained' });
    await parked.settle('a', NOW, { as: 'redriven', atMs: NOW });
    await parked.adopt(item('a'));
    expect(await all(parked)).toEqual([]);
  });
});

describe('parked changes in DynamoDB', () => {
  it('that are settled leave nothing of a person, and go after a month', async () => {
    const table = await tables.create();
    const parked = new DynamoDBParkedChanges(tables.client, table);
    await new DynamoDBRoster(tables.client, table).putParkedItem(item('a'));
    await parked.settle('a', NOW, { as: 'discarded', atMs: NOW });
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: toItem({ ':pk': 'P#a' }) };
    const { Items = [] } = await tables.client.send(new QueryCommand({ TableName: table, ...query }));
    expect(Object.keys(Items[0] ?? {}).toSorted()).toEqual([
      'changeId',
      'expiresAt',
      'parkedAtMs',
      'pk',
      'reason',
      'settledAs',
      'settledAtMs',
      'sk',
      'worklist',
      'worklistAt',
    ]);
    expect(Number(Items[0]?.['expiresAt']?.N) * 1000).toBe(NOW + 31 * DAY);
  });

  it('that somebody edited by hand say what is wrong with them', async () => {
    const table = await tables.create();
    const parked = new DynamoDBParkedChanges(tables.client, table);
    const edited = {
      pk: 'P#a',
      sk: 'P',
      settledAs: 'lost',
      settledAtMs: 1,
      parkedAtMs: 1,
      reason: 'invalid',
    };
    await tables.client.send(new PutItemCommand({ TableName: table, Item: toItem(edited) }));
    await expect(parked.record('a')).rejects.toThrow('settled item in P#a: settledAs: must be "redriven" or');
  });
});

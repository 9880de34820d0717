import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DynamoDBReconcileRoster } from '../../functions/adapters/reconcile-roster.ts';
import { toItem } from '../../functions/adapters/roster/items.ts';
import { appRow, conversationKey, DAY, memberKey, NOW, version, wish } from '../support/builders.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { rosterTables } from '../support/roster-table.ts';
import { type AnyRoster, describeRoster } from './roster.contract.ts';
import { rosterStep } from './roster-steps.ts';

const tables = rosterTables();

describeRoster('memory', () => {
  const roster = new MemoryRoster();
  return { roster, declareApp: (row) => roster.seedApp(row) };
});

describeRoster('DynamoDB', async () => {
  const table = await tables.create();
  const apps = new DynamoDBAppRows(tables.client, table);
  return {
    roster: new DynamoDBReconcileRoster(tables.client, table),
    declareApp: async (row) => void (await apps.put(row)),
  };
});

describe('the roster in memory and in DynamoDB', () => {
  it('answer any sequence of steps alike, and end alike', { timeout: 60_000 }, async () => {
    const real = new DynamoDBReconcileRoster(tables.client, await tables.create());
    let run = 0;
    const sequences = fc.array(rosterStep, { minLength: 1, maxLength: 20 });
    const alike = fc.asyncProperty(sequences, async (steps) => {
      run += 1;
      const conversation = conversationKey({ conversationId: `run-${run}` });
      const members = ['ann', 'bob'].map((memberId) => memberKey({ ...conversation, memberId }));
      const end = async (roster: AnyRoster) => ({
        rows: await roster.memberRows(conversation),
        conversation: await roster.conversation(conversation),
      });
      const memory = new MemoryRoster();
      for (const step of steps) {
        expect(await step.take(real, conversation, members)).toEqual(
          await step.take(memory, conversation, members),
        );
      }
      expect(await end(real)).toEqual(await end(memory));
    });
    await fc.assert(alike, { numRuns: 60 });
  });
});

describe('the roster in DynamoDB', () => {
  const key = memberKey();
  let table: string;
  let roster: DynamoDBReconcileRoster;
  beforeEach(async () => {
    table = await tables.create();
    roster = new DynamoDBReconcileRoster(tables.client, table);
  });

  const items = async (pk: string) => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: toItem({ ':pk': pk }) };
    return (await tables.client.send(new QueryCommand({ TableName: table, ...query }))).Items ?? [];
  };
  /** Writes over attributes of the one item in a partition, as somebody does by hand. */
  const edit = async (pk: string, attributes: object) => {
    const [item] = await items(pk);
    const edited = Object.fromEntries(
      Object.entries({ ...item, ...attributes }).filter(([, value]) => value !== undefined),
    );
    await tables.client.send(new PutItemCommand({ TableName: table, Item: edited }));
  };

  it('keeps a conversation and its members together, and the seconds in which a row may go', async () => {
    await roster.putWish(key, wish(), NOW);
    await roster.patchMember(key, version(), { expiresAtMs: NOW + 31 * DAY + 1 });
    await roster.createConversation(key, NOW);
    expect(await items('C#shop#orders')).toMatchObject([
      { sk: { S: 'C' }, worklist: { S: expect.stringMatching(/^due#[0-7]$/) }, worklistAt: { N: `${NOW}` } },
      { sk: { S: 'M#ann' }, expiresAt: { N: `${(NOW + 31 * DAY) / 1000 + 1}` } },
    ]);
  });

  it('puts parked items on a worklist of their own', async () => {
    const { message } = wish();
    await roster.putParkedItem({ message, reason: 'invalid', detail: 'body', parkedAtMs: NOW });
    expect(await items('P#message-1')).toMatchObject([
      {
        sk: { S: 'P' },
        worklist: { S: expect.stringMatching(/^parked#[0-7]$/) },
        worklistAt: { N: `${NOW}` },
      },
    ]);
  });

  it('lets the counts of a run expire', async () => {
    await roster.countPlanned(1, 1);
    const [run] = await items('RUNS');
    expect(Number(run?.['expiresAt']?.N) * 1000).toBeGreaterThan(Date.now() + DAY);
  });

  it.each([
    ['version', { N: '7' }, 'must be a string'],
    ['version', { S: 'latest' }, 'must be a version as Rollcall writes it'],
    ['version', undefined, 'must be a string'],
    ['action', { S: 'stay' }, 'must be "join" or "leave"'],
    ['state', { S: 'fine' }, 'must be one of pending, deferred, applied, parked, unmanaged, merged'],
    ['starts', { S: '1' }, 'must be a number'],
    ['starts', { N: '0.5' }, 'must be a whole number'],
    ['startsAlone', { N: '-1' }, 'must not be negative'],
    ['subscribeSDKClient', { S: 'true' }, 'must be true or false'],
    ['idKind', undefined, 'must be "userId" or "userExternalId"'],
    ['message', { S: '{}' }, 'must be a map'],
    ['confirmed', { M: {} }, 'must be "join" or "leave"'],
    ['expiresAt', { S: 'tomorrow' }, 'must be a number'],
    ['reason', { NULL: true }, 'must be a string'],
  ])(
    'says of a member row edited by hand what is wrong with its %s, and no more',
    async (field, value, problem) => {
      await roster.putWish(key, wish(), NOW);
      await edit('C#shop#orders', { [field]: value });
      const clearly = {
        name: 'StoredItemError',
        message: `member item in C#shop#orders: ${field}: ${problem}`,
      };
      await expect(roster.member(key)).rejects.toMatchObject(clearly);
      await expect(roster.memberRows(key)).rejects.toMatchObject(clearly);
    },
  );

  it('says which field it cannot count up', async () => {
    await roster.putWish(key, wish(), NOW);
    await edit('C#shop#orders', { starts: { S: 'one' } });
    const clearly = { message: 'member item in C#shop#orders: starts: must be a number' };
    await expect(roster.countStart(key, version(), false, 'pending')).rejects.toMatchObject(clearly);
    await expect(roster.putWish(key, wish({ version: version(1) }), NOW)).rejects.toMatchObject(clearly);
  });

  it('leaves attributes alone that it does not know', async () => {
    await roster.putWish(key, wish(), NOW);
    await edit('C#shop#orders', { note: { S: 'by hand' } });
    await roster.patchMember(key, version(), { state: 'applied' });
    expect(await roster.member(key)).toMatchObject({ state: 'applied' });
    expect(await items('C#shop#orders')).toMatchObject([{ note: { S: 'by hand' } }]);
  });

  it('says what is wrong with a conversation, a parked item and an app edited by hand', async () => {
    await roster.createConversation(key, NOW);
    await edit('C#shop#orders', { policy: { S: 'strict' } });
    await expect(roster.conversation(key)).rejects.toThrow(
      'conversation item in C#shop#orders: policy: must be one of report, additive, managed, exact',
    );
    const { message } = wish();
    await roster.putParkedItem({ message, reason: 'invalid', detail: '', parkedAtMs: NOW });
    await edit('P#message-1', { reason: { S: 'bored' } });
    await expect(roster.parkedItem('message-1')).rejects.toThrow(
      'parked item in P#message-1: reason: must be',
    );
    await new DynamoDBAppRows(tables.client, table).put(appRow());
    await edit('APPS', { requestsPerSecond: { S: '100' } });
    await expect(roster.app('shop')).rejects.toThrow('app item in APPS: requestsPerSecond: ');
  });

  it('passes on what is wrong with the table itself', async () => {
    const nowhere = new DynamoDBReconcileRoster(tables.client, 'no-such-table');
    await expect(nowhere.member(key)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(nowhere.putWish(key, wish(), NOW)).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

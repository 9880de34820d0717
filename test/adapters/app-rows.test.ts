import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DynamoDBRoster } from '../../functions/adapters/roster.ts';
import { appRow, conversationKey, NOW } from '../support/builders.ts';
import { rosterTables } from '../support/roster-table.ts';

const tables = rosterTables();

async function copyApp(from: string, to: string): Promise<void> {
  const Key = { pk: { S: 'APPS' }, sk: { S: 'shop' } };
  const { Item } = await tables.client.send(new GetItemCommand({ TableName: from, Key }));
  await tables.client.send(new PutItemCommand({ TableName: to, Item }));
}

describe('the app rows', () => {
  let apps: DynamoDBAppRows;
  let roster: DynamoDBRoster;
  let table: string;
  beforeEach(async () => {
    table = await tables.create();
    apps = new DynamoDBAppRows(tables.client, table);
    roster = new DynamoDBRoster(tables.client, table);
  });

  it('are listed in the order of their ids, and nothing else with them', async () => {
    for (const appId of ['support', 'billing', 'shop']) await apps.put(appRow({ appId }));
    await roster.createConversation(conversationKey(), NOW);
    const rows = ['billing', 'shop', 'support'].map((appId) => appRow({ appId }));
    expect(await apps.list()).toEqual(rows.map((row) => ({ row, isRestored: false })));
  });

  it('can be changed, and are then as the consumer reads them', async () => {
    await apps.put(appRow());
    expect(await apps.put(appRow({ policy: 'report', reconcile: false }))).toBe(true);
    expect(await roster.app('shop')).toEqual(appRow({ policy: 'report', reconcile: false }));
  });

  it('keep the kind of id that they were declared with', async () => {
    await apps.put(appRow());
    expect(await apps.put(appRow({ idKind: 'userExternalId', policy: 'exact' }))).toBe(false);
    expect(await roster.app('shop')).toEqual(appRow());
  });

  it('leave the policy to the deployment where none is set, and again when it is taken away', async () => {
    const { policy: _, ...unsaid } = appRow();
    await apps.put(unsaid);
    expect(await roster.app('shop')).toEqual(unsaid);
    await apps.put(appRow({ policy: 'exact' }));
    await apps.put({ appId: 'shop', idKind: 'userId', policy: null });
    expect(await roster.app('shop')).toEqual(unsaid);
  });

  describe('in a table that was restored from another', () => {
    beforeEach(async () => {
      const original = await tables.create();
      await new DynamoDBAppRows(tables.client, original).put(appRow());
      await copyApp(original, table);
    });

    it('are switched off, for the functions too, though they were on', async () => {
      expect(await roster.app('shop')).toEqual(appRow({ reconcile: false }));
      expect(await apps.get('shop')).toEqual({ row: appRow({ reconcile: false }), isRestored: true });
    });

    it('are on again once they are declared there', async () => {
      await apps.put({ appId: 'shop', idKind: 'userId', reconcile: true });
      expect(await roster.app('shop')).toEqual(appRow());
      expect(await apps.list()).toEqual([{ row: appRow(), isRestored: false }]);
    });
  });

  describe('with protected members', () => {
    it('keep whom others protect at the same time', async () => {
      await apps.put({ appId: 'shop', idKind: 'userId', protectedMembers: ['bot', 'eve'] });
      const changes = [
        apps.protect('shop', ['ann']),
        apps.protect('shop', ['bob']),
        apps.unprotect('shop', ['eve']),
      ];
      expect(await Promise.all(changes)).toEqual([true, true, true]);
      const protectedMembers = (await roster.app('shop'))?.protectedMembers;
      expect(protectedMembers?.toSorted()).toEqual(['ann', 'bob', 'bot']);
    });

    it('may lose the last of them', async () => {
      await apps.put({ appId: 'shop', idKind: 'userId', protectedMembers: ['bot'] });
      await apps.unprotect('shop', ['bot', 'nobody']);
      expect(await roster.app('shop')).toMatchObject({ protectedMembers: [] });
    });

    it('must be declared first', async () => {
      expect(await apps.protect('shop', ['bot'])).toBe(false);
      expect(await apps.list()).toEqual([]);
    });
  });

  it('are none before the first', async () => {
    expect(await apps.list()).toEqual([]);
  });
});

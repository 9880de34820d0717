import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DynamoDBRoster } from '../../functions/adapters/roster.ts';
import { appRow, conversationKey, NOW } from '../support/builders.ts';
import { rosterTables } from '../support/roster-table.ts';

const tables = rosterTables();

describe('the app rows', () => {
  let apps: DynamoDBAppRows;
  let roster: DynamoDBRoster;
  beforeEach(async () => {
    const table = await tables.create();
    apps = new DynamoDBAppRows(tables.client, table);
    roster = new DynamoDBRoster(tables.client, table);
  });

  it('are listed in the order of their ids, and nothing else with them', async () => {
    for (const appId of ['support', 'billing', 'shop']) await apps.put(appRow({ appId }));
    await roster.createConversation(conversationKey(), NOW);
    expect(await apps.list()).toEqual(['billing', 'shop', 'support'].map((appId) => appRow({ appId })));
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

  it('are none before the first', async () => {
    expect(await apps.list()).toEqual([]);
  });
});

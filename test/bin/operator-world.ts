import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DynamoDBOperatorRoster } from '../../functions/adapters/operator-roster.ts';
import { SunshineVendor } from '../../functions/adapters/vendor.ts';
import type { AppRow } from '../../functions/core/app.ts';
import type { Correction } from '../../functions/core/correction.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import { timingsSchema } from '../../functions/core/timings.ts';
import { ReconcileConversation } from '../../functions/workflows/reconcile-conversation.ts';
import { type SecretServer, startSecretServer } from '../../local/embedded/secret-server.ts';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import { startFakeVendor } from '../../local/fake-vendor/server.ts';
import { HOUR, memberKey, memberRow } from '../support/builders.ts';
import { operatorIdentity } from '../support/operator-identity.ts';
import { rosterTables } from '../support/roster-table.ts';
import { type Ended, rollcall } from './run-rollcall.ts';

export const KEY = { appId: 'shop', conversationId: 'orders' };
const PEOPLE = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal', 'ida', 'jon'];

export interface OperatorWorld {
  readonly vendor: FakeVendor;
  readonly roster: DynamoDBOperatorRoster;
  readonly apps: DynamoDBAppRows;
  readonly table: string;
  readonly env: Record<string, string>;
  /** Runs `rollcall` as this operator. */
  run(...args: readonly string[]): Promise<Ended>;
  /** Everybody who takes part, by userId. */
  present(): (string | undefined)[];
  seat(...userIds: readonly string[]): void;
  unseat(...userIds: readonly string[]): void;
  /** Puts a row there: a join that was applied and confirmed an hour ago, unless said otherwise. */
  wish(memberId: string, overrides?: Partial<MemberRow>): Promise<void>;
  declare(app?: Partial<AppRow>): Promise<void>;
  /** What a reconcile pass sends now. */
  pass(): Promise<string[]>;
  /** Every row of the conversation. */
  rows(): Promise<readonly MemberRow[]>;
}

/** The app `shop` with its conversation `orders` at the fake vendor, its secret and its row, and an operator of it. */
export function operatorWorld(): OperatorWorld {
  const tables = rosterTables();
  const identity = operatorIdentity();
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-'));
  const home = process.cwd();
  let secrets: SecretServer;
  let current: OperatorWorld;
  beforeAll(async () => {
    secrets = await startSecretServer('eu-west-1', () => {});
    secrets.store.create('ours/shop', { SecretString: '{"keyId":"app_1","secret":"s3cret"}' });
    process.chdir(folder);
  });
  afterAll(async () => {
    process.chdir(home);
    rmSync(folder, { recursive: true });
    await secrets.stop();
  });
  beforeEach(async () => {
    const vendor = await startFakeVendor({
      apps: [
        {
          appId: 'shop',
          keys: [{ keyId: 'app_1', secret: 's3cret' }],
          users: PEOPLE.map((name) => ({ userId: name, userExternalId: `${name}@example.com` })),
          conversations: [{ conversationId: 'orders' }],
        },
      ],
    });
    const context = { 'rollcall:extraHosts': [vendor.url], 'rollcall:secretPrefix': 'ours' };
    writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ context }));
    const table = await tables.create();
    const env = {
      AWS_ENDPOINT_URL_DYNAMODB: await endpointOf(tables.client),
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
      ROLLCALL_TABLE: table,
      ...identity(),
    };
    current = worldOf(vendor, tables.client, table, env);
    await current.declare();
  });
  afterEach(() => current.vendor.close());
  return new Proxy({} as OperatorWorld, { get: (_, name) => Reflect.get(current, name) });
}

async function endpointOf(client: ReturnType<typeof rosterTables>['client']): Promise<string> {
  const { protocol, hostname, port } = (await client.config.endpoint?.()) ?? {};
  return `${protocol}//${hostname}:${port}`;
}

function worldOf(
  vendor: FakeVendor,
  client: ReturnType<typeof rosterTables>['client'],
  table: string,
  env: Record<string, string>,
): OperatorWorld {
  const roster = new DynamoDBOperatorRoster(client, table);
  const apps = new DynamoDBAppRows(client, table);
  const { world } = vendor;
  return {
    vendor,
    roster,
    apps,
    table,
    env,
    run: (...args) => rollcall(args, env),
    present: () => world.participants('shop', 'orders').map(({ userId }) => userId),
    seat: (...userIds) => {
      for (const userId of userIds) world.join('shop', 'orders', { userId });
    },
    unseat: (...userIds) => {
      for (const userId of userIds) world.leave('shop', 'orders', { userId });
    },
    wish: async (memberId, overrides = {}) => {
      await roster.createConversation(KEY, Date.now() + HOUR);
      await roster.adoptMember(memberRow({ key: memberKey({ ...KEY, memberId }), ...overrides }));
    },
    declare: async (app = {}) => {
      await apps.put({ appId: 'shop', idKind: 'userId', host: vendor.url, ...app });
    },
    pass: () => pass(vendor, roster),
    rows: async () => (await roster.memberRows(KEY)).rows,
  };
}

/** A pass as the worker makes it, with whom it sends to in memory. */
async function pass(vendor: FakeVendor, roster: DynamoDBOperatorRoster): Promise<string[]> {
  const sent: Correction[] = [];
  const sunshine = new SunshineVendor();
  const worker = new ReconcileConversation(
    {
      roster,
      vendor: sunshine,
      events: { publish: async () => {} },
      corrections: {
        send: async (corrections) => {
          sent.push(...corrections);
          return [];
        },
      },
      secrets: { read: async () => '{"keyId":"app_1","secret":"s3cret"}' },
      telemetry: { emit: () => {} },
      clock: { nowMs: Date.now, sleep: async () => {}, random: () => 0 },
    },
    { timings: timingsSchema.parse({}), budgetShare: 1, extraHosts: [vendor.url], policy: 'managed' },
  );
  await worker.reconcile({ conversation: KEY, passId: crypto.randomUUID() }, { remainingMs: () => HOUR });
  sunshine.close();
  return sent.map(({ cause, member }) => `${cause} ${member.memberId}`);
}

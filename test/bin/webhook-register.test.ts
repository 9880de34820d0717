import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { WEBHOOK_TRIGGERS } from '../../functions/core/webhook-registration.ts';
import { type SecretServer, startSecretServer } from '../../local/embedded/secret-server.ts';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import { startFakeVendor } from '../../local/fake-vendor/server.ts';
import { operatorIdentity } from '../support/operator-identity.ts';
import { rosterTables } from '../support/roster-table.ts';
import { answer, scriptedServer } from '../support/scripted-server.ts';
import { rollcall } from './run-rollcall.ts';

const URL_OF_DEPLOYMENT = 'https://hooks.example.com';
const TARGET = `${URL_OF_DEPLOYMENT}/sunshine/shop`;
const tables = rosterTables();
let secrets: SecretServer;
let vendor: FakeVendor;
const identity = operatorIdentity();
let env: Record<string, string>;
let apps = 0;
let prefix = '';

let dropsCreated = false;
const folder = mkdtempSync(join(tmpdir(), 'rollcall-'));
const home = process.cwd();

beforeAll(async () => {
  secrets = await startSecretServer('eu-west-1', () => {});
  process.chdir(folder);
});
afterAll(async () => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
  await secrets.stop();
});
beforeEach(async () => {
  apps += 1;
  prefix = `webhooks-${apps}`;
  vendor = await startFakeVendor({
    apps: [
      {
        appId: 'shop',
        keys: [
          { keyId: 'int_1', secret: 's3cret', integrationId: 'custom' },
          { keyId: 'app_1', secret: 'of-the-app' },
        ],
        users: [{ userId: 'ann' }],
        conversations: [{ conversationId: 'orders' }],
        integrations: ['custom'],
      },
    ],
    webhooks: { retryWindowMs: 600 },
    onRequest: (call) =>
      dropsCreated && call.operation === 'webhooks' && call.action === 'create'
        ? { kind: 'drop' }
        : undefined,
  });
  const context = { 'rollcall:extraHosts': [vendor.url] };
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ context }));
  const table = await tables.create();
  await new DynamoDBAppRows(tables.client, table).put({ appId: 'shop', idKind: 'userId', host: vendor.url });
  const secretOf = (name: string, SecretString: string) => secrets.store.create(name, { SecretString });
  secretOf(`apps-${apps}/shop`, JSON.stringify({ keyId: 'int_1', secret: 's3cret', host: vendor.url }));
  const { protocol, hostname, port } = (await tables.client.config.endpoint?.()) ?? {};
  env = {
    AWS_ENDPOINT_URL_DYNAMODB: `${protocol}//${hostname}:${port}`,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    ROLLCALL_TABLE: table,
    ...identity(),
    ROLLCALL_SECRET_PREFIX: `apps-${apps}`,
    ROLLCALL_WEBHOOK_SECRET_PREFIX: prefix,
    ROLLCALL_WEBHOOK_URL: URL_OF_DEPLOYMENT,
  };
  return () => vendor.close();
});

const register = (...args: readonly string[]) => rollcall(['webhook', 'register', 'shop', ...args], env);
const webhooks = () => vendor.world.app('shop').webhooks.all();
const key = (stage?: string) => {
  try {
    return JSON.parse(secrets.store.get(`${prefix}/shop`, undefined, stage).SecretString ?? '').key;
  } catch {
    return undefined;
  }
};

describe('rollcall webhook register', () => {
  it('creates the webhook, stores its secret, and then subscribes it', async () => {
    const { code, stdout, stderr } = await register();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [webhook, ...others] = webhooks();
    expect(others).toEqual([]);
    expect(webhook).toMatchObject({ target: TARGET, triggers: WEBHOOK_TRIGGERS, includeFullUser: false });
    expect(key()).toBe(webhook?.secret);
    expect(stdout.split('\n')).toEqual([
      'creating a webhook that is told of nothing yet',
      `storing its secret in ${prefix}/shop`,
      `subscribing ${webhook?.id} to 5 triggers`,
      `the webhook ${webhook?.id} sends to ${TARGET}`,
      '',
    ]);
    expect(stdout + stderr).not.toContain(webhook?.secret);
  });

  it('leaves what is right, however often it is run, and mends what is not', async () => {
    await register();
    const [webhook] = webhooks();
    expect((await register()).stdout).toBe(`nothing to do: the webhook ${webhook?.id} sends to ${TARGET}\n`);
    if (webhook)
      vendor.world.app('shop').webhooks.update('custom', webhook, { triggers: ['conversation:join'] });
    expect((await register()).stdout).toContain('subscribing');
    expect(webhooks()).toEqual([webhook]);
    await register('--url', 'https://moved.example.com/');
    expect(webhooks()).toMatchObject([
      { id: webhook?.id, target: 'https://moved.example.com/sunshine/shop' },
    ]);
  });

  it('says on a dry run what it would do, and does nothing', async () => {
    const { code, stdout } = await register('--dry-run');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'would create a webhook',
        `would store its secret in ${prefix}/shop`,
        'would subscribe "the new one" to 5 triggers',
        'nothing was changed (dry run)',
        '',
      ].join('\n'),
    );
    expect(webhooks()).toEqual([]);
    expect(key()).toBeUndefined();
  });

  it('prints one JSON object', async () => {
    const { stdout } = await register('--json', '--integration', 'custom');
    expect(JSON.parse(stdout)).toEqual({
      appId: 'shop',
      integrationId: 'custom',
      webhookId: webhooks()[0]?.id,
      target: TARGET,
      triggers: WEBHOOK_TRIGGERS,
      secretName: `${prefix}/shop`,
      steps: ['create', 'store', 'update'],
      dryRun: false,
    });
  });

  it('finds what it had created when no answer came', async () => {
    dropsCreated = true;
    const { code, stderr } = await register();
    dropsCreated = false;
    expect(code).toBe(1);
    expect(stderr).toContain('did not answer');
    expect((await register()).code).toBe(0);
    expect(webhooks()).toHaveLength(1);
    expect(key()).toBe(webhooks()[0]?.secret);
  });

  it('rotates the secret without losing an event that an endpoint which is down has not taken yet', async () => {
    let isDown = false;
    const taken = new Set<string>();
    const endpoint = await scriptedServer((response, { headers, body }) => {
      if (isDown) return answer(response, 503, {});
      const isKnown = [key(), key('AWSPREVIOUS')].includes(headers['x-api-key']);
      for (const { payload } of isKnown ? JSON.parse(body).events : []) taken.add(payload.user.id);
      return answer(response, isKnown ? 200 : 401, {});
    });
    await register('--url', endpoint.host);
    const [old] = webhooks();
    const happen = (n: number) => {
      const { id } = vendor.world.addUser('shop', { userId: `user-${n}` });
      vendor.world.join('shop', 'orders', { userId: id });
    };
    isDown = true;
    for (let n = 0; n < 10; n += 1) happen(n);
    const rotation = register('--url', endpoint.host, '--rotate', '--drain', '1');
    for (let n = 10; n < 60; n += 1) {
      happen(n);
      if (n === 20) isDown = false;
      await sleep(10);
    }
    const { code, stdout } = await rotation;
    expect(code).toBe(0);
    expect(stdout).toContain(`deleting ${old?.id}, which it replaces, 1 second from now`);
    await expect.poll(() => vendor.stats().webhooks.waiting).toBe(0);
    expect(taken.size).toBe(60);
    expect(vendor.stats().webhooks).toMatchObject({ refused: 0, exhausted: 0, dropped: 0 });
    expect(webhooks()).toHaveLength(1);
    expect(webhooks()[0]?.id).not.toBe(old?.id);
    expect([key(), key('AWSPREVIOUS')]).toEqual([webhooks()[0]?.secret, old?.secret]);
  });

  it.each([
    ['an app that is not declared', ['webhook', 'register', 'other'], 1, 'is not declared'],
    ['a URL that anybody may read', ['--url', 'http://hooks.example.com'], 2, 'https://'],
    ['no URL', ['--url', 'hooks'], 2, 'no URL'],
    ['a drain that is no time', ['--drain', 'soon'], 2, 'whole number'],
    ['an integration of others', ['--integration', 'another'], 1, '--integration another'],
  ])('refuses %s', async (_, args, code, said) => {
    const ended = args[0] === 'webhook' ? await rollcall(args, env) : await register(...args);
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toContain(said);
    expect(webhooks()).toEqual([]);
  });

  it('says that "me" is none for the key of an app', async () => {
    const SecretString = JSON.stringify({ keyId: 'app_1', secret: 'of-the-app' });
    secrets.store.put(`apps-${apps}/shop`, { SecretString });
    const { code, stderr } = await rollcall(['webhook', 'register', 'shop'], env);
    expect(code).toBe(1);
    expect(stderr).toContain('integration_not_found');
    expect(stderr).not.toContain('of-the-app');
    expect((await register('--integration', 'custom')).code).toBe(0);
  });
});

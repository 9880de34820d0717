import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { toItem } from '../../functions/adapters/roster/items.ts';
import { operatorIdentity } from '../support/operator-identity.ts';
import { rosterTables } from '../support/roster-table.ts';
import { type Ended, rollcall, startRollcall } from './run-rollcall.ts';

const tables = rosterTables();
const identity = operatorIdentity();
let table: string;
let env: Record<string, string>;

beforeEach(async () => {
  table = await tables.create();
  env = { AWS_ENDPOINT_URL_DYNAMODB: await endpoint(), ROLLCALL_TABLE: table, ...identity() };
});

async function endpoint(): Promise<string> {
  const { protocol, hostname, port } = (await tables.client.config.endpoint?.()) ?? {};
  return `${protocol}//${hostname}:${port}`;
}

const app = (...args: readonly string[]): Promise<Ended> => rollcall(['app', ...args], env);
const shown = async (appId: string): Promise<unknown> =>
  JSON.parse((await app('show', appId, '--json')).stdout);

const DEFAULTS = {
  host: 'https://api.smooch.io',
  protectedMembers: [],
  requestsPerSecond: 100,
  reconcile: true,
};

describe('rollcall app set', () => {
  it('declares an app, with defaults for what is not said', async () => {
    const { code, stdout, stderr } = await app('set', 'shop', '--id-kind', 'userId');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^app: +shop$/m);
    expect(await shown('shop')).toEqual({ appId: 'shop', idKind: 'userId', ...DEFAULTS });
  });

  it('changes what is said, and leaves the rest as it is', async () => {
    await app(
      'set',
      'shop',
      '--id-kind',
      'userExternalId',
      '--policy',
      'report',
      '--host',
      'https://x.zendesk.com/sc/',
    );
    const { code } = await app('set', 'shop', '--requests-per-second', '7.5', '--reconcile', 'off');
    expect(code).toBe(0);
    expect(await shown('shop')).toEqual({
      appId: 'shop',
      idKind: 'userExternalId',
      host: 'https://x.zendesk.com/sc',
      policy: 'report',
      protectedMembers: [],
      requestsPerSecond: 7.5,
      reconcile: false,
    });
  });

  it('keeps all changes that are made at once', async () => {
    await app('set', 'shop', '--id-kind', 'userId');
    const changes = [
      ['--reconcile', 'off'],
      ['--policy', 'exact'],
      ['--requests-per-second', '5'],
    ];
    const ended = changes.map((change) => startRollcall(['app', 'set', 'shop', ...change], { env }).ended);
    expect((await Promise.all(ended)).map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await shown('shop')).toMatchObject({ reconcile: false, policy: 'exact', requestsPerSecond: 5 });
  });

  it('gives a policy back to the deployment', async () => {
    await app('set', 'shop', '--id-kind', 'userId', '--policy', 'exact');
    await app('set', 'shop', '--policy', 'deployment');
    expect(await shown('shop')).toEqual({ appId: 'shop', idKind: 'userId', ...DEFAULTS });
  });

  it('switches on again what a restored table holds off', async () => {
    const copied = { pk: 'APPS', sk: 'shop', idKind: 'userId', declaredIn: 'another-table' };
    await tables.client.send(new PutItemCommand({ TableName: table, Item: toItem(copied) }));
    expect((await app('show', 'shop')).stdout).toMatch(/^reconcile: +off \(restored\)$/m);
    expect((await app('set', 'shop', '--reconcile', 'on')).stdout).toMatch(/^reconcile: +on$/m);
  });

  it('keeps off what a restored table holds off, whatever else is changed', async () => {
    const copied = { pk: 'APPS', sk: 'shop', idKind: 'userId', declaredIn: 'another-table' };
    await tables.client.send(new PutItemCommand({ TableName: table, Item: toItem(copied) }));
    expect((await app('list')).stdout).toMatch(/^shop .* off \(restored\) /m);
    await app('set', 'shop', '--policy', 'report');
    expect((await app('list')).stdout).toMatch(/^shop .* report +off +100/m);
  });

  it('protects members and protects them no more, and leaves the others as they are', async () => {
    await app('set', 'shop', '--id-kind', 'userId', '--protect', 'bot', 'ann');
    await app('set', 'shop', '--protect', 'bob', '--unprotect', 'ann', 'nobody');
    const { protectedMembers } = (await shown('shop')) as { protectedMembers: string[] };
    expect(protectedMembers.toSorted()).toEqual(['bob', 'bot']);
    expect((await app('show', 'shop')).stdout).toMatch(/^protected: +2 members$/m);
  });

  it('protects nobody of an app that is declared with the other id kind', async () => {
    await app('set', 'shop', '--id-kind', 'userId');
    expect((await app('set', 'shop', '--id-kind', 'userExternalId', '--protect', 'bot')).code).toBe(1);
    expect(await shown('shop')).toMatchObject({ protectedMembers: [] });
  });

  it('switches all apps at once, as often as it is run, and changes nothing else', async () => {
    await app('set', 'shop', '--id-kind', 'userId', '--policy', 'exact');
    await app('set', 'branches', '--id-kind', 'userExternalId', '--reconcile', 'off');
    const off = { code: 0, stdout: 'reconcile is off for 2 of 2 apps\n', stderr: '' };
    expect(await app('set', '--all', '--reconcile', 'off')).toEqual(off);
    expect(await app('set', '--all', '--reconcile', 'off')).toEqual(off);
    expect(await shown('shop')).toMatchObject({ reconcile: false, policy: 'exact', idKind: 'userId' });
    expect((await app('set', '--all', '--reconcile', 'on')).stdout).toBe('reconcile is on for 2 of 2 apps\n');
    expect(await shown('branches')).toMatchObject({ reconcile: true, idKind: 'userExternalId' });
  });

  it('switches the other apps where one cannot be, and says which', async () => {
    await app('set', 'shop', '--id-kind', 'userId');
    await app('set', 'zoo', '--id-kind', 'userId');
    const put = vi.spyOn(DynamoDBAppRows.prototype, 'put').mockRejectedValueOnce(new Error('out'));
    onTestFinished(() => put.mockRestore());
    expect(await app('set', '--all', '--reconcile', 'off')).toEqual({
      code: 1,
      stdout: 'reconcile is off for 1 of 2 apps\n',
      stderr: 'rollcall: the app shop was not switched: out\nrollcall: run it again for the rest\n',
    });
    expect(await shown('zoo')).toMatchObject({ reconcile: false });
  });

  it('refuses to change the id kind of a declared app, and says why', async () => {
    await app('set', 'shop', '--id-kind', 'userId');
    const { code, stdout, stderr } = await app(
      'set',
      'shop',
      '--id-kind',
      'userExternalId',
      '--policy',
      'exact',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^rollcall: the app shop .* cannot change: one person would have two keys/);
    expect(await shown('shop')).toEqual({ appId: 'shop', idKind: 'userId', ...DEFAULTS });
  });

  it('needs the id kind of an app that is not declared yet', async () => {
    const { code, stderr } = await app('set', 'shop', '--policy', 'exact');
    expect(code).toBe(2);
    expect(stderr).toBe('rollcall: the app shop is not declared yet: --id-kind must be given\n');
    expect((await app('show', 'shop')).code).toBe(1);
  });

  it.each([
    [['a/b', '--id-kind', 'userId'], /<?app>?.*letters, digits/],
    [['shop', '--id-kind', 'email'], /--id-kind/],
    [['shop', '--id-kind', 'userId', '--host', 'http://api.smooch.io'], /--host.*https/],
    [['shop', '--id-kind', 'userId', '--policy', 'all'], /--policy/],
    [['shop', '--id-kind', 'userId', '--requests-per-second', '0'], /--requests-per-second.*above 0/],
    [['shop', '--id-kind', 'userId', '--reconcile', 'no'], /--reconcile/],
    [['--reconcile', 'off'], /missing required argument 'app', or --all/],
    [['--all'], /--all goes with --reconcile only/],
    [['shop', '--all', '--reconcile', 'off'], /--all goes with --reconcile only/],
    [['--all', '--reconcile', 'off', '--policy', 'report'], /--all goes with --reconcile only/],
    [['shop', '--table', 'arn:aws:dynamodb:eu-west-1:1:table/roster'], /by its name, not by its ARN/],
  ])('takes %j for wrong usage', async (args, message) => {
    const { code, stderr } = await app('set', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^rollcall: /);
    expect(stderr).toMatch(message);
  });

  it("notes a host that is none of the vendor's", async () => {
    const { code, stderr } = await app(
      'set',
      'shop',
      '--id-kind',
      'userId',
      '--host',
      'http://127.0.0.1:8080',
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^rollcall: note: http:\/\/127\.0\.0\.1:8080 is none of the vendor's hosts/);
  });
});

describe('rollcall app list', () => {
  beforeEach(async () => {
    await app('set', 'shop', '--id-kind', 'userId', '--reconcile', 'off', '--policy', 'exact');
    await app('set', 'branches', '--id-kind', 'userExternalId');
  });

  it('is a table', async () => {
    const { code, stdout } = await app('list');
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'APP       ID KIND         POLICY        RECONCILE  REQUESTS/S  HOST',
      'branches  userExternalId  (deployment)  on         100         https://api.smooch.io',
      'shop      userId          exact         off        100         https://api.smooch.io',
      '',
    ]);
  });

  it('is an array as JSON', async () => {
    expect(JSON.parse((await app('list', '--json')).stdout)).toMatchObject([
      { appId: 'branches' },
      { appId: 'shop' },
    ]);
  });
});

describe('rollcall app', () => {
  it('says so where no app is declared', async () => {
    expect((await app('list')).stdout).toMatch(/^no app is declared/);
    expect((await app('list', '--json')).stdout).toBe('[]\n');
    expect(await app('show', 'shop')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'rollcall: the app "shop" is not declared\n',
    });
  });

  it('says in one line what the table answers, where it is the wrong one', async () => {
    const { code, stderr } = await rollcall(['app', 'list', '--table', 'no-such-table'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^rollcall: ResourceNotFoundException: .*\n$/);
  });

  it('finds the local system by what npm start writes into this folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const options = { cwd: folder };
    const missing = await startRollcall(['app', 'list', '--local'], options).ended;
    expect(missing.stderr).toMatch(/^rollcall: there is no \.rollcall\/local\.json: does npm start run/);
    mkdirSync(join(folder, '.rollcall'));
    const nowhere = 'http://127.0.0.1:1';
    const local = {
      dynamodb: await endpoint(),
      sqs: nowhere,
      secretsManager: nowhere,
      eventBridge: nowhere,
      vendor: nowhere,
      changeQueueUrl: `${nowhere}/q`,
      tableName: table,
      secretPrefix: 'local/apps',
      settings: {},
    };
    writeFileSync(join(folder, '.rollcall/local.json'), JSON.stringify(local));
    expect(await startRollcall(['app', 'list', '--local', '--json'], options).ended).toEqual({
      code: 0,
      stdout: '[]\n',
      stderr: '',
    });
  });
});

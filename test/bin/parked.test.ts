import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { DynamoDBParkedChanges } from '../../functions/adapters/parked-changes.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { changeBody, HOUR, MINUTE, memberKey } from '../support/builders.ts';
import { OPERATOR_ARN, operatorIdentity } from '../support/operator-identity.ts';
import { sqsQueues } from '../support/sqs-queues.ts';
import { KEY, operatorWorld } from './operator-world.ts';
import { rollcall } from './run-rollcall.ts';

const world = operatorWorld();
const queues = sqsQueues();
const identity = operatorIdentity();

/** A parked join, and the row that speaks of it. */
async function park(memberId: string, overrides: Partial<ParkedItem> = {}): Promise<ParkedItem> {
  const message = {
    messageId: `m-${memberId}`,
    groupId: `group-${memberId}`,
    body: JSON.stringify(changeBody({ id: `join-${memberId}`, userId: memberId })),
    attributes: { 'rollcall.firstSentAtMs': '1', 'rollcall.firstSequenceNumber': '2' },
  };
  const item: ParkedItem = {
    message,
    reason: 'user_not_found',
    detail: 'user: not known to the vendor',
    parkedAtMs: Date.now() - HOUR,
    key: memberKey({ ...KEY, memberId }),
    changeId: `join-${memberId}`,
    ...overrides,
  };
  await world.wish(memberId, { state: 'parked', reason: item.reason, message });
  await world.roster.putParkedItem(item);
  return item;
}

async function run(...args: readonly string[]) {
  const url = await queueUrl;
  const { protocol, hostname, port } = (await queues.client.config.endpoint?.()) ?? {};
  const env = {
    ...world.env,
    ...identity(),
    AWS_ENDPOINT_URL_SQS: `${protocol}//${hostname}:${port}`,
    ROLLCALL_CHANGE_QUEUE_URL: url ?? '',
  };
  return rollcall(args, env);
}

let queueUrl: Promise<string> | undefined;
const freshQueue = () => {
  queueUrl = queues.create();
  return queueUrl;
};

const records = () => {
  const client = new DynamoDBClient(clientConfig(world.env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '', 'eu-west-1'));
  return new DynamoDBParkedChanges(client, world.table);
};
const listed = async (...args: readonly string[]) =>
  (JSON.parse((await run('parked', 'list', '--json', ...args)).stdout) as { messageId: string }[]).map(
    ({ messageId }) => messageId,
  );

describe('rollcall parked list', () => {
  it('shows what is parked, the longest parked first, with how many for each reason', async () => {
    expect((await run('parked', 'list')).stdout).toBe('nothing is parked\n');
    await park('ann');
    await park('bob', { reason: 'rejected', parkedAtMs: Date.now() - 2 * 24 * HOUR });
    const { code, stdout, stderr } = await run('parked', 'list');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'MESSAGE  REASON          AGE  APP   CONVERSATION  MEMBER  CHANGE',
      'm-bob    rejected        2d   shop  orders        bob     join-bob',
      'm-ann    user_not_found  1h   shop  orders        ann     join-ann',
      '',
      '2 changes parked: 1 rejected, 1 user_not_found',
      '',
    ]);
  });

  it('filters by reason, app, conversation and age', async () => {
    await park('ann');
    await park('bob', { reason: 'rejected' });
    await park('cyd', { parkedAtMs: Date.now() - MINUTE });
    expect(await listed('--reason', 'rejected')).toEqual(['m-bob']);
    expect(await listed('--app', 'bank')).toEqual([]);
    expect(await listed('--app', 'shop', '--conversation', 'orders')).toHaveLength(3);
    expect(await listed('--newer-than', '5m')).toEqual(['m-cyd']);
    expect(await listed('--older-than', '5m')).toEqual(['m-ann', 'm-bob']);
  });

  it('escapes what a terminal might obey', async () => {
    await park('\u001b[2Jann');
    const { stdout } = await run('parked', 'list');
    expect(stdout).not.toContain('\u001b');
    expect(stdout).toContain('"\\u001b[2Jann"');
  });

  it.each([
    [['--conversation', 'orders'], /--conversation needs --app/],
    [['--reason', 'boredom'], /'boredom' is invalid/],
    [['--older-than', 'yesterday'], /must be a duration/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await run('parked', 'list', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('rollcall parked show', () => {
  it('shows one change whole, and nothing of it that a terminal might obey', async () => {
    const item = await park('ann');
    await world.roster.putParkedItem({ ...item, message: { ...item.message, body: '{"a": "\u001b[2J ü"}' } });
    const { code, stdout } = await run('parked', 'show', 'm-ann');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^reason: +user_not_found: the vendor does not know the user$/m);
    expect(stdout).toMatch(/^member: +ann \(userId\)$/m);
    expect(stdout).toContain('{"a": "\\u001b[2J ü"}');
    expect(JSON.parse((await run('parked', 'show', 'm-ann', '--json')).stdout)).toMatchObject({
      kind: 'parked',
      item: { reason: 'user_not_found' },
    });
  });

  it('says how one ended, or that nothing is known of it', async () => {
    await freshQueue();
    await park('ann');
    await run('parked', 'redrive', 'm-ann');
    expect((await run('parked', 'show', 'm-ann')).stdout).toMatch(/^settled: +redriven .*Z$/m);
    const unknown = await run('parked', 'show', 'm-zoe');
    expect({ code: unknown.code, stderr: unknown.stderr }).toEqual({
      code: 1,
      stderr: 'rollcall: nothing is known of a parked message m-zoe\n',
    });
  });
});

describe('rollcall parked redrive', () => {
  it('sends named changes again as they came', async () => {
    const url = await freshQueue();
    const { message } = await park('ann');
    await park('bob');
    const { code, stdout, stderr } = await run('parked', 'redrive', 'm-ann');
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '1 change redriven\n', stderr: '' });
    expect(await queues.receive(url)).toMatchObject([{ Body: message.body }]);
    expect(await listed()).toEqual(['m-bob']);
  });

  it('by a filter wants to be confirmed, and then settles all that are meant', async () => {
    const url = await freshQueue();
    for (const name of ['ann', 'bob', 'cyd']) await park(name);
    await park('dee', { reason: 'rejected' });
    const asked = await run('parked', 'redrive', '--reason', 'user_not_found');
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('3 changes would be redriven; --yes does that');
    expect(await queues.receive(url)).toEqual([]);
    const dry = await run('parked', 'redrive', '--all', '--dry-run');
    expect(dry.stdout).toContain('4 changes to redrive; nothing was done (dry run)');
    const done = await run('parked', 'redrive', '--reason', 'user_not_found', '--yes', '--json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual({
      meant: 3,
      done: 3,
      already: 0,
      parkedAnew: 0,
      unknown: [],
      left: 0,
    });
    expect(await listed()).toEqual(['m-dee']);
    expect((await run('parked', 'redrive', 'm-ann')).stdout).toBe('0 changes redriven, 1 settled before\n');
  });

  it('names what it does not know, and what the queue did not take stays parked', async () => {
    await freshQueue();
    await park('ann');
    const unknown = await run('parked', 'redrive', 'm-zoe');
    expect(unknown).toMatchObject({
      code: 1,
      stderr: 'rollcall: nothing is known of a parked message m-zoe\n',
    });
    queueUrl = Promise.resolve(`${(await queues.create()).replace(/queue-\d+/, 'nowhere')}`);
    const failed = await run('parked', 'redrive', '--all', '--yes');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('run it again for the rest');
    expect(await listed()).toEqual(['m-ann']);
  });

  it.each([
    [[], /which changes\?/],
    [['m-ann', '--all'], /go with no filter/],
    [['--all', '--app', 'shop'], /--all goes with no filter/],
  ])('%j is wrong usage', async (args, message) => {
    const { code, stderr } = await run('parked', 'redrive', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('rollcall parked discard', () => {
  it('always wants to be confirmed, and leaves the member to nobody', async () => {
    await park('ann');
    expect((await run('parked', 'discard', 'm-ann')).code).toBe(1);
    expect(await world.roster.member(memberKey({ ...KEY, memberId: 'ann' }))).toMatchObject({
      state: 'parked',
    });
    const { code, stdout } = await run('parked', 'discard', 'm-ann', '--yes');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '1 change discarded\n' });
    expect(await world.roster.member(memberKey({ ...KEY, memberId: 'ann' }))).toMatchObject({
      state: 'unmanaged',
    });
    expect(await records().record('m-ann')).toMatchObject({ settled: { as: 'discarded' } });
    expect(identity.published().at(-1)).toMatchObject({
      source: 'rollcall',
      detailType: 'Change Discarded',
      detail: { messageId: 'm-ann', changeId: 'join-ann', reason: 'user_not_found' },
    });
  });
});

describe('rollcall audit', () => {
  it('lists who did what to how many, the latest first, and names no person', async () => {
    await freshQueue();
    await park('ann');
    await park('bob');
    await run('parked', 'redrive', 'm-ann');
    await run('parked', 'discard', '--all', '--dry-run');
    await run('parked', 'discard', '--all', '--yes');
    const { code, stdout, stderr } = await run('audit');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/Operator\/jo +parked discard +changes=1 +done: 1 discarded, 0 left$/);
    expect(lines[2]).toMatch(/parked redrive +changes=1 messages=m-ann +done: 1 redriven, 0 left$/);
    const records = JSON.parse((await run('audit', '--json', '--limit', '1')).stdout) as object[];
    expect(records).toMatchObject([{ who: OPERATOR_ARN, via: 'command', ended: { outcome: 'done' } }]);
    expect(records).toHaveLength(1);
  });

  it('says that it is not known who acted where STS does not answer', async () => {
    await park('ann');
    const env = { ...world.env, AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1', AWS_MAX_ATTEMPTS: '1' };
    const { code, stderr } = await rollcall(['parked', 'discard', 'm-ann', '--yes'], env);
    expect(code).toBe(0);
    expect(stderr).toContain('note: who you are is not known');
    expect((await run('audit')).stdout).toMatch(/ unknown +parked discard/);
  });
});

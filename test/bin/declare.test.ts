import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { iso } from '../support/builders.ts';
import { sqsQueues } from '../support/sqs-queues.ts';
import { KEY, operatorWorld } from './operator-world.ts';
import { rollcall, startRollcall } from './run-rollcall.ts';

const world = operatorWorld();
const queues = sqsQueues();
let url: string;
let env: Record<string, string>;

beforeEach(async () => {
  url = await queues.create({ FifoQueue: 'true', MaximumMessageSize: String(64 * 1024) });
  env = { ...world.env, AWS_ENDPOINT_URL_SQS: new URL(url).origin, ROLLCALL_CHANGE_QUEUE_URL: url };
});

function file(declaration: unknown): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'declaration.json');
  writeFileSync(path, typeof declaration === 'string' ? declaration : JSON.stringify(declaration));
  return path;
}

const declare = (members: readonly string[], ...args: readonly string[]) =>
  rollcall(['declare', file({ ...KEY, members }), ...args], env);

async function sent(): Promise<string[]> {
  const messages = [...(await queues.receive(url)), ...(await queues.receive(url))];
  const changes = messages.map(({ Body = '' }) => JSON.parse(Body) as { action: string; userId: string });
  return changes.map(({ action, userId }) => `${action} ${userId}`).toSorted();
}

describe('rollcall declare', () => {
  it('sends what differs from the roster as changes', async () => {
    for (const name of ['bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal', 'ida']) await world.wish(name);
    await world.wish('jon', { action: 'leave' });
    const members = ['ann', 'bob', 'cyd', 'dee', 'eve', 'fay', 'gus', 'hal', 'jon'];
    const { code, stdout, stderr } = await declare(members);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toBe('  + ann\n  + jon\n  - ida\n2 to join, 1 to leave; 3 changes sent\n');
    expect(await sent()).toEqual(['join ann', 'join jon', 'leave ida']);
  });

  it('sends nothing twice where the roster has not moved on yet', async () => {
    await declare(['ann']);
    const { code, stdout } = await declare(['ann']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '  + ann\n1 to join, 0 to leave; 1 change sent\n' });
    expect(await sent()).toEqual(['join ann']);
  });

  it('sends nothing where all is wished as declared', async () => {
    await world.wish('ann');
    expect(await declare(['ann'])).toEqual({
      code: 0,
      stdout: '0 to join, 0 to leave; 0 changes sent\n',
      stderr: '',
    });
  });

  it('lets more leave than the removal limit only where that number is allowed', async () => {
    for (const name of ['ann', 'bob', 'cyd', 'dee']) await world.wish(name);
    const refused = await declare(['ann', 'eve'], '--allow-removals', '2');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      'rollcall: nothing was sent: 3 would leave, which is over the limit of 1; --allow-removals 3 lets them\n',
    );
    expect(await sent()).toEqual([]);
    expect((await declare(['ann', 'eve'], '--allow-removals', '3')).code).toBe(0);
    expect(await sent()).toEqual(['join eve', 'leave bob', 'leave cyd', 'leave dee']);
  });

  it('keeps protected members, and participants whom the roster does not know', async () => {
    await world.declare({ protectedMembers: ['bob'] });
    for (const name of ['ann', 'bob']) await world.wish(name);
    world.seat('eve');
    const { stdout } = await declare([], '--json');
    expect(JSON.parse(stdout)).toEqual({
      ...KEY,
      joins: [],
      leaves: ['ann'],
      protected: ['bob'],
      newer: [],
      leaveLimit: 1,
      sent: 1,
      unsent: 0,
    });
    expect(await sent()).toEqual(['leave ann']);
  });

  it('leaves alone whom a newer change decided', async () => {
    await world.wish('ann', { changeId: 'newer' });
    const path = file({ ...KEY, members: [], occurredAt: iso(Date.now() - 1) });
    // The row's own change happened in the past of the machine's clock, so that it is the older one here.
    const old = file({ ...KEY, members: [], occurredAt: '2020-01-01T00:00:00.000Z' });
    expect((await rollcall(['declare', old], env)).stdout).toContain('~ ann  a newer change decides');
    expect((await rollcall(['declare', path, '--dry-run', '--allow-removals', '1'], env)).stdout).toContain(
      '- ann',
    );
  });

  it('shows on a dry run what it would send, and sends nothing', async () => {
    const { code, stdout } = await declare(['ann'], '--dry-run');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: '  + ann\n1 to join, 0 to leave; nothing was sent (dry run)\n',
    });
    expect(await sent()).toEqual([]);
  });

  it('reads standard input', async () => {
    const { child, ended } = startRollcall(['declare', '-'], { env });
    child.stdin.end(JSON.stringify({ ...KEY, members: ['ann'] }));
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(await sent()).toEqual(['join ann']);
  });

  it('refuses a time that is too far ahead, with the change’s own words', async () => {
    const path = file({ ...KEY, members: ['ann'], occurredAt: '2999-01-01T00:00:00.000Z' });
    const { code, stderr } = await rollcall(['declare', path], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^rollcall: ann: occurredAt: /);
    expect(await sent()).toEqual([]);
  });

  it.each([
    ['what is no JSON', '{', /^rollcall: the declaration is not JSON\n$/],
    [
      'a wrong field',
      { ...KEY, members: [1] },
      /^rollcall: the declaration is not valid: members\[0\]: .*a number/,
    ],
    ['an undeclared app', { ...KEY, appId: 'bank', members: [] }, /^rollcall: the app bank is not declared/],
  ])('refuses %s, in one line', async (_, declaration, message) => {
    const { code, stdout, stderr } = await rollcall(['declare', file(declaration)], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it.each([
    [['no-such-file'], /no-such-file cannot be read: ENOENT/],
    [['-', '--allow-removals', 'all'], /--allow-removals.*whole number/],
  ])('takes %j for wrong usage', async (args, message) => {
    const { code, stderr } = await rollcall(['declare', ...args], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

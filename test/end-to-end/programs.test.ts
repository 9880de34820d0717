import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const LOCAL = join(import.meta.dirname, '../../local');
const NOBODY_LEFT_WITHIN_MS = 5_000;

let folder: string;
let temporary: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'programs-'));
  temporary = mkdtempSync(join(tmpdir(), 'temporary-'));
});
afterEach(() => {
  for (const each of [folder, temporary]) rmSync(each, { recursive: true, force: true });
});

/** Starts one of the local programs in a folder of its own, with a folder of its own for what is temporary. */
function run(program: 'demo' | 'start', ...args: readonly string[]) {
  const env = { PATH: process.env['PATH'] ?? '', TMPDIR: temporary, NO_COLOR: '1' };
  const child = spawn(process.execPath, [join(LOCAL, `${program}.ts`), ...args], { cwd: folder, env });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    output.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.stderr += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
  return { child, ended };
}

/** What else may lie there is npm's. */
function leftBehind(): string[] {
  return readdirSync(temporary).filter((name) => name.startsWith('rollcall'));
}

function fileOf(...lines: readonly (object | string)[]): string {
  const file = join(folder, 'changes.jsonl');
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(file, text.join('\r\n'));
  return file;
}

let changes = 0;
function change(userId: string, fields: object = {}): object {
  changes += 1;
  const occurredAt = new Date(Date.now() - 60_000 + changes).toISOString();
  const about = { appId: 'shop', conversationId: 'c1', userId, occurredAt };
  return { id: `change-${changes}`, action: 'join', ...about, ...fields };
}

describe('npm run demo', () => {
  test('takes a file of one’s own, and says in its last line what became of each change', async () => {
    const file = fileOf(
      change('ann'),
      change('bob'),
      change('bob', { action: 'leave' }),
      change('cid', { conversationId: 'c2' }),
      change('missing-dan'),
      'no change at all',
      change('eva', { appId: 'missing-app' }),
      '',
    );
    const { code, stdout, stderr } = await run('demo', '--changes', file, '--json').ended;
    expect({ code, stderr }).toMatchObject({ code: 0 });
    const { accepted, applied, already, superseded, ...summary } = JSON.parse(
      stdout.trim().split('\n').at(-1) ?? '',
    );
    expect(applied + already + superseded).toBe(4);
    expect(accepted).toBe(7);
    expect(summary).toMatchObject({
      parked: { user_not_found: 1, invalid: 1, unknown_app: 1 },
      lost: 0,
      mismatched: 0,
      vendorRequests: expect.any(Number),
      vendorThrottled: expect.any(Number),
      seconds: expect.any(Number),
      faults: { throttle: expect.any(Number) },
      drift: { introduced: expect.any(Number), passes: 3, wronglyRemoved: 0 },
    });
    expect(summary.drift.healed).toBe(summary.drift.introduced);
    expect(leftBehind()).toEqual([]);
  });

  test('says what is wrong with its usage, or with a file that cannot be read', async () => {
    const [noFile, noNumber] = await Promise.all([
      run('demo', '--changes', 'nowhere.jsonl').ended,
      run('demo', '--kill', 'many').ended,
    ]);
    expect(noFile).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nowhere.jsonl cannot be read'),
    });
    expect(noNumber).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--kill must be a whole number'),
    });
  });

  test('leaves nothing behind when it is interrupted as it starts', async () => {
    const { child, ended } = run('demo', '--changes', fileOf(change('ann')));
    await once(child.stderr, 'data');
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('interrupted') });
    expect(leftBehind()).toEqual([]);
  });
});

describe('npm start', () => {
  test('says in its first line where all is, stays up, and ends with nothing left behind', async () => {
    const { child, ended } = run('start', '--changes', fileOf(change('ann')), '--json');
    const [line] = await once(createInterface(child.stdout), 'line');
    const endpoints = JSON.parse(line);
    const { sqs, dynamodb, secretsManager, vendor } = endpoints;
    const urls = [sqs, dynamodb, secretsManager, vendor];
    expect(endpoints).toMatchObject({
      changeQueueUrl: expect.stringContaining(sqs),
      deadLetterQueueUrl: expect.stringContaining(sqs),
      tableName: expect.stringContaining('Roster'),
    });
    expect(JSON.parse(readFileSync(join(folder, '.rollcall/local.json'), 'utf8'))).toEqual(endpoints);
    expect((await fetch(`${vendor}/_control/stats`)).status).toBe(200);

    const { port } = new URL(sqs);
    const second = await run('start', '--port', port, '--changes', join(folder, 'changes.jsonl')).ended;
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining(`port ${port} cannot be used`) });

    const askedMs = performance.now();
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(performance.now() - askedMs).toBeLessThan(NOBODY_LEFT_WITHIN_MS);
    for (const url of urls) await expect(fetch(url)).rejects.toThrow();
    expect(leftBehind()).toEqual([]);
    expect(readdirSync(join(folder, '.rollcall'))).toEqual([]);
  });
});

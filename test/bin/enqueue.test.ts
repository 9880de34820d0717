import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, type Message } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { memberGroupId } from '../../functions/core/member-key.ts';
import { changeBody, iso, memberKey } from '../support/builders.ts';
import { sqsQueues } from '../support/sqs-queues.ts';
import { rollcall, startRollcall } from './run-rollcall.ts';

const EXAMPLE_LINES = readFileSync('examples/changes.jsonl', 'utf8').split('\n').toReversed();
const idOf = (text: string) => /"id":"([^"]*)"/.exec(text)?.[1];

const queues = sqsQueues();
let url: string;
let env: Record<string, string>;

beforeEach(async () => {
  url = await queues.create({ FifoQueue: 'true', MaximumMessageSize: String(64 * 1024) });
  env = { AWS_ENDPOINT_URL_SQS: new URL(url).origin, ROLLCALL_CHANGE_QUEUE_URL: url };
});

const line = (fields: Record<string, unknown> = {}) =>
  JSON.stringify(changeBody({ occurredAt: iso(Date.now()), ...fields }));

function file(...lines: readonly (string | Buffer)[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollcall-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'changes.jsonl');
  writeFileSync(path, Buffer.concat(lines.flatMap((each) => [Buffer.from(each), Buffer.from('\n')])));
  return path;
}

/** Everything on the queue, taken off it, in the order of its sequence numbers. */
async function takeAll(): Promise<Message[]> {
  const taken: Message[] = [];
  for (;;) {
    const messages = await queues.receive(url);
    if (messages.length === 0) break;
    taken.push(...messages);
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await queues.client.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
  }
  return taken.sort((a, b) => Number(BigInt(sequence(a)) - BigInt(sequence(b))));
}

const sequence = ({ Attributes }: Message) => Attributes?.SequenceNumber ?? '0';
const groupOf = ({ Attributes }: Message) => Attributes?.MessageGroupId ?? '';
const bodies = async () => (await takeAll()).map(({ Body }) => Body);

describe('rollcall enqueue', () => {
  it('sends the changes of a file as they are written, each in the group of its member', async () => {
    const lines = [line({ id: 'c-1' }), ` ${line({ id: 'c-2', userId: 'bob' })}`];
    const { code, stdout, stderr } = await rollcall(['enqueue', file(...lines)], env);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '2 sent, 0 refused\n', stderr: '' });
    const messages = await takeAll();
    expect(messages.map(({ Body }) => Body)).toEqual(lines);
    expect(messages[0]?.Attributes?.MessageGroupId).toBe(memberGroupId(memberKey()));
  });

  it('sends what is piped into it', async () => {
    const { child, ended } = startRollcall(['enqueue', '-'], { env });
    child.stdin.end(`${line()}\r\n\n`);
    const { stdout } = await ended;
    expect(stdout).toBe('1 sent, 0 refused\n');
    expect(await bodies()).toHaveLength(1);
  });

  it('refuses lines that are no change, says which and why, and sends the others', async () => {
    const path = file(
      line({ id: 'c-1' }),
      '{',
      line({ userId: 'secret\u0007' }),
      line({ userExternalId: 'secret' }),
      line({ more: 'x'.repeat(66_000) }),
      Buffer.from([0xc3, 0x28]),
      line({ id: 'c-2' }),
    );
    const { code, stdout, stderr } = await rollcall(['enqueue', path], env);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '2 sent, 5 refused\n' });
    expect(stderr.split('\n')).toEqual([
      'rollcall: line 2: body: is not JSON',
      'rollcall: line 3: userId: must not contain control characters (found: a string of 7 characters)',
      'rollcall: line 4: userId: exactly one of userId and userExternalId must be there (found: a string of 3 characters)',
      'rollcall: line 5: body: is larger than 64 KiB',
      'rollcall: line 6: body: is not UTF-8',
      '',
    ]);
    expect(await bodies()).toHaveLength(2);
  });

  it('keeps the order of each member, and drops what it sent a moment ago', async () => {
    const example = ['enqueue', 'examples/changes.jsonl', '--as-of', '2026-01-15T12:00:00.000Z', '--json'];
    const first = await rollcall(example, env);
    expect(first.code).toBe(1);
    expect(JSON.parse(first.stdout)).toEqual({
      lines: 1_275,
      valid: 1_218,
      refused: 57,
      sent: 1_218,
      unsent: 0,
      seconds: expect.any(Number),
    });
    expect((await rollcall(example, env)).stdout).toContain('"sent":1218');
    const messages = await takeAll();
    expect(messages).toHaveLength(1_218 - 44);
    // From the last to the first: of a line that is sent twice, the first counts.
    const lineOf = new Map(EXAMPLE_LINES.map((text, index) => [idOf(text), -index]));
    for (const group of Object.values(Object.groupBy(messages, groupOf))) {
      const lines = (group ?? []).map(({ Body = '' }) => lineOf.get(idOf(Body)) ?? Number.NaN);
      expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    }
  });

  it('sends nothing on a dry run, and needs no queue for it', async () => {
    const path = file(line(), 'x');
    const { code, stdout } = await rollcall(['enqueue', '--dry-run', path]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '1 valid, 1 refused; nothing was sent (dry run)\n' });
    const json = await rollcall(['enqueue', '--dry-run', '--json', file(line())], env);
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({ lines: 1, valid: 1, refused: 0, sent: 0, unsent: 0 });
    expect(await bodies()).toEqual([]);
  });

  it('finishes what is under way when it is interrupted, and says where it was', async () => {
    const { child, ended } = startRollcall(['enqueue', '-', '--json'], { env });
    child.stdin.on('error', () => {});
    child.stdin.write(`${line({ id: 'c-1' })}\n${line({ id: 'c-2', userId: 'bob' })}\n`);
    const arrived: Message[] = [];
    while (arrived.length < 2) arrived.push(...(await queues.receive(url)));
    child.kill('SIGINT');
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({
      lines: 2,
      sent: 2,
      unsent: 0,
      stopped: 'interrupted',
      fromLine: 3,
    });
    expect(stderr).toMatch(/^rollcall: interrupted: all lines before line 3 have been dealt with/);
  });

  it('says that the queue cannot be reached, and from which line on to try again', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const origin = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
    closed.close();
    const args = ['enqueue', '--change-queue-url', `${origin}/000000000000/q.fifo`, file('x', line())];
    const { code, stdout, stderr } = await rollcall(args, { ...env, AWS_ENDPOINT_URL_SQS: origin });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '0 sent, 1 refused, 1 not sent\n' });
    expect(stderr).toMatch(
      /^rollcall: the queue cannot be reached: connect ECONNREFUSED .*\n {2}all lines before line 2 /m,
    );
  });

  it('says which queue is not there', async () => {
    const { code, stderr } = await rollcall(
      ['enqueue', file(line()), '--change-queue-url', `${url}-not`],
      env,
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/QueueDoesNotExist|NonExistentQueue/);
  });

  it.each([
    ['a file that is not there', ['no-such-file'], /^rollcall: no-such-file cannot be read: ENOENT/],
    ['a folder', ['.'], /^rollcall: \. is a directory\n$/],
    ['a time that is none', ['-', '--as-of', 'yesterday'], /^rollcall: .*--as-of.*must be a time like/],
    [
      'a queue that is no URL',
      ['-', '--change-queue-url', 'changes'],
      /^rollcall: the URL of the change queue/,
    ],
  ])('takes %s for wrong usage', async (_, args, message) => {
    const { code, stderr } = await rollcall(['enqueue', ...args], env);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

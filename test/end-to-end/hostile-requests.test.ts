import { existsSync, readFileSync } from 'node:fs';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalFunction } from '../../local/embedded/local-function.ts';
import { type LocalStack, startLocalStack } from '../../local/local-stack.ts';
import { type HostileRequest, nextRequest } from './hostile/attack.ts';
import { type Attacked, SECRET_WORDS } from './hostile/people.ts';
import { Random } from './hostile/random.ts';
import { sendBytes, type WireAnswer } from './hostile/wire.ts';

/*
 * HOSTILE_SEED replays an attack, HOSTILE_REQUESTS makes it longer.
 */

const SEED = Number(process.env['HOSTILE_SEED'] ?? 20_261_128);
const REQUESTS = Number(process.env['HOSTILE_REQUESTS'] ?? 10_000);
const AT_ONCE = 4;
const LONGEST_MS = 1_000;
/** Now and then whoever is at work is killed: a fault of our own, which the API answers with 500. */
const KILL_EVERY = 2_500;
/** A killed instance's successor starts, and those who wait for it wait longer. */
const RECOVERY_MS = 3_000;
/**
 * One instance has one request at a time, so what it grows by is what the largest took and has not been let go. Young
 * objects get little room, or the growth would tell how lazily they are collected.
 */
const MEMORY_GROWTH_MAX_MIB = 150;
const LITTLE_ROOM = '--max-semi-space-size=1 --max-old-space-size=96';

const AT: Attacked = {
  appId: 'attacked',
  key: 'keyword-that-is-right',
  brokenAppId: 'broken',
  producerSecret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};

interface Sent {
  readonly request: HostileRequest;
  readonly answer: WireAnswer;
  readonly startedAtMs: number;
}

let stack: LocalStack;
let receiver: LocalFunction;
let port: number;
const logLines: string[] = [];

beforeAll(async () => {
  stack = await startLocalStack({
    settings: { 'rollcall:webhookRequestsPerSecond': 10_000 },
    environment: { NODE_OPTIONS: LITTLE_ROOM },
    report: (event) => {
      if (event.kind === 'logLine') logLines.push(event.line);
    },
  });
  port = Number(new URL(stack.webhookUrl).port);
  const found = [...stack.embedded.functions.values()].find(({ name }) => name.endsWith('receive-webhook'));
  if (!found) throw new Error('nobody receives webhooks');
  receiver = found;
  const client = new SecretsManagerClient(stack.embedded.clientConfigs.secretsManager);
  const create = (Name: string, SecretString: string) =>
    client.send(new CreateSecretCommand({ Name, SecretString }));
  await create(`${stack.webhookSecretPrefix}/${AT.appId}`, JSON.stringify({ key: AT.key }));
  await create(`${stack.webhookSecretPrefix}/${AT.brokenAppId}`, 'keyword, and no JSON');
  const producers = JSON.stringify([{ name: 'crm', secret: AT.producerSecret, appIds: [AT.appId] }]);
  await client.send(new PutSecretValueCommand({ SecretId: stack.producersSecret, SecretString: producers }));
  client.destroy();
});
afterAll(() => stack.stop());

test(`${REQUESTS} hostile requests over HTTP do nothing that they should not (seed ${SEED})`, async () => {
  await attack(new Random(SEED + 1), 30, () => {});
  const before = memoryMiB(receiver, 'VmRSS');
  const killedAtMs: number[] = [];
  const sent = await attack(new Random(SEED), REQUESTS, (count) => {
    if (count % KILL_EVERY === 0 && receiver.kill() > 0) killedAtMs.push(performance.now());
  });

  const disturbed = ({ startedAtMs, answer }: Sent) =>
    killedAtMs.some((at) => startedAtMs < at + RECOVERY_MS && startedAtMs + answer.durationMs > at);
  const undisturbed = sent.filter((each) => !disturbed(each));
  expect(undisturbed.length).toBeGreaterThan(REQUESTS / 2);
  expect(
    undisturbed.filter(({ request, answer }) => !request.right.includes(answer.status)).map(told),
  ).toEqual([]);
  const crashes = sent.filter(({ answer }) => answer.status === 500);
  expect(crashes.length).toBeLessThanOrEqual(killedAtMs.length * AT_ONCE);
  expect((await slowByThemselves(undisturbed)).map(told)).toEqual([]);
  expect(memoryMiB(receiver, 'VmHWM') - before).toBeLessThan(MEMORY_GROWTH_MAX_MIB);

  const times = undisturbed.map(({ answer }) => answer.durationMs).toSorted((a, b) => a - b);
  const ms = (part: number) => Math.round((times[Math.floor((times.length - 1) * part)] ?? 0) * 10) / 10;
  const grownMiB = Math.round(memoryMiB(receiver, 'VmHWM') - before);
  const statuses = Map.groupBy(sent, ({ answer }) => String(answer.status ?? 'closed'));
  const counts = [...statuses].map(([status, all]) => `${all.length} × ${status}`).toSorted();
  console.log(
    `median ${ms(0.5)} ms, p99 ${ms(0.99)} ms, longest ${ms(1)} ms, ${grownMiB} MiB: ${counts.join(', ')}`,
  );
}, 600_000);

test('no line of any function says a key, a body or who a person is', () => {
  expect(logLines.length).toBeGreaterThan(REQUESTS / 10);
  expect(logLines.filter((line) => SECRET_WORDS.some((word) => line.includes(word)))).toEqual([]);
});

/** Sends so many requests, a few at once, in the order of the seed. */
async function attack(random: Random, count: number, onSent: (count: number) => void): Promise<Sent[]> {
  const sent: Sent[] = [];
  let next = 0;
  const sendOn = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      const request = nextRequest(random, AT);
      const startedAtMs = performance.now();
      onSent(next);
      sent.push({ request, startedAtMs, answer: await sendBytes(port, request.bytes, request.isComplete) });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
  return sent;
}

/** Those that take too long whenever they are sent: others only met a machine that was busy. */
async function slowByThemselves(sent: readonly Sent[]): Promise<Sent[]> {
  let slow = sent.filter(({ answer }) => answer.durationMs > LONGEST_MS);
  for (let attempt = 0; attempt < 3 && slow.length > 0; attempt += 1) {
    const again: Sent[] = [];
    for (const each of slow) {
      const answer = await sendBytes(port, each.request.bytes, each.request.isComplete);
      if (answer.durationMs > LONGEST_MS) again.push({ ...each, answer });
    }
    slow = again;
  }
  return slow;
}

/** What the largest of its instances has in memory now, or has had at most; 0 where the system does not tell. */
function memoryMiB({ processes }: LocalFunction, measure: 'VmRSS' | 'VmHWM'): number {
  const ofEach = processes.map(({ pid }) => {
    const file = `/proc/${pid}/status`;
    const [, kib = '0'] = existsSync(file)
      ? (new RegExp(`${measure}:\\s+(\\d+)`).exec(readFileSync(file, 'utf8')) ?? [])
      : [];
    return Number(kib) / 1024;
  });
  return Math.max(0, ...ofEach);
}

function told({ request, answer }: Sent): string {
  const head = request.bytes.subarray(0, 300).toString('latin1');
  return `${request.kind}: ${answer.status} after ${Math.round(answer.durationMs)} ms\n${head}`;
}

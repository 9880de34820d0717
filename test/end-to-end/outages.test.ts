import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasonOf, type SentChange, SystemUnderTest } from './system.ts';

/** All waits of a deployment, 600 times as short, but for those that would be shorter than a request takes. */
const SCALED_600_TIMES = {
  'rollcall:deferAfterMs': 500,
  'rollcall:parkAfterMs': 144_000,
  'rollcall:userGraceMs': 100,
  'rollcall:breakerOpenMs': 50,
  'rollcall:cacheMs': 500,
  'rollcall:reconcileIntervalMs': 6_000,
  'rollcall:deferredIntervalMs': 100,
};
const TWO_HOURS_SCALED_MS = 12_000;

let system: SystemUnderTest;
beforeAll(async () => {
  system = await SystemUnderTest.start(SCALED_600_TIMES);
});
afterAll(() => system.stop());

const people = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

test('an outage of two hours, scaled 600 times, parks nothing, delays no other app, and loses nothing', async () => {
  await system.addApp('out', people('u', 40));
  await system.addApp('fine', people('v', 100));
  system.stack.vendor.setOutage('out', 'refuse');
  const endsAtMs = performance.now() + TWO_HOURS_SCALED_MS;
  const held: SentChange[] = [];
  for (const userId of people('u', 40)) held.push(await system.send({ appId: 'out', userId }));
  await system.logged({ message: 'change', outcome: 'deferred' });

  const [overtaken] = held;
  const newer = await system.send({ appId: 'out', userId: 'u-0', action: 'leave' });
  for (const userId of people('v', 100)) {
    if (performance.now() > endsAtMs) break;
    const { end } = await system.end(await system.send({ appId: 'fine', userId }));
    expect(end).toBe('applied');
  }
  await sleep(Math.max(0, endsAtMs - performance.now()));
  expect(system.present('out')).toEqual([]);
  expect(system.present('fine').length).toBeGreaterThan(5);

  system.stack.vendor.setOutage('out', undefined);
  const ends = await Promise.all(held.slice(1).map((change) => system.end(change)));
  expect(new Set(ends.map(({ end }) => end))).toEqual(new Set(['applied']));
  expect(overtaken && (await system.end(overtaken)).end).toBe('superseded');
  expect((await system.end(newer)).end).toBe('already');
  expect(system.present('out').toSorted()).toEqual(people('u', 40).slice(1).toSorted());
  expect(await system.parked()).toEqual([]);
});

describe('a declared app whose secret', () => {
  const seen: string[] = [];
  const elsewhere = createServer((request, response) => {
    seen.push(`${request.url}`);
    response.end();
  });
  beforeAll(() => new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve)));
  afterAll(() => elsewhere.close());
  const insecureHost = () => `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;

  test.each<[string, string, () => string | undefined]>([
    ['is missing', 'no-secret', () => undefined],
    ['is no JSON', 'no-json', () => 'S3CRET'],
    [
      'names a host without TLS',
      'no-tls',
      () => JSON.stringify({ keyId: 'app_k', secret: 'S3CRET', host: insecureHost() }),
    ],
  ])('%s defers its changes, is counted, and is made up for once it is mended', async (_, appId, secret) => {
    const key = { keyId: 'app_k', secret: 'right' };
    system.stack.vendor.world.addApp({
      appId,
      keys: [key],
      users: [{ userId: 'ann' }],
      conversations: [{ conversationId: 'c1' }],
    });
    await system.declareApp(appId);
    const text = secret();
    if (text !== undefined) await system.putSecret(appId, text);
    const countedBefore = system.log.length;
    const change = await system.send({ appId, userId: 'ann' });
    await system.logged({ message: 'change', messageId: change.messageId, outcome: 'deferred' });
    await system.logged({ message: 'credential_problem', appId });
    await system.until('the metric', () =>
      system.log.slice(countedBefore).find((entry) => metric(entry) > 0),
    );
    expect(JSON.stringify(system.log)).not.toContain('S3CRET');
    expect(seen).toEqual([]);

    await system.putSecret(appId, JSON.stringify(key));
    expect((await system.end(change)).end).toBe('applied');
    expect(system.present(appId)).toEqual(['ann']);
  });

  /** CloudWatch reads metrics off lines like these; a count may be a list of what was counted. */
  function metric({ CredentialProblems: counted = 0 }: Readonly<Record<string, unknown>>): number {
    return [counted].flat().reduce<number>((sum, each) => sum + Number(each), 0);
  }
});

describe('a parked change that is redriven', () => {
  test('is applied under its old version, once its cause is gone', async () => {
    await system.addApp('redriven', []);
    const change = await system.send({ appId: 'redriven', userId: 'new' });
    expect(await system.end(change)).toEqual({ end: 'parked', reason: 'user_not_found' });
    const [message] = await system.parked();
    expect(message?.Body).toBe(change.body);
    system.stack.vendor.world.addUser('redriven', { userId: 'new' });
    const again = message && (await system.redrive(message));
    expect(again && (await system.end(again)).end).toBe('applied');
    expect(system.present('redriven')).toEqual(['new']);
  });

  test('does nothing where a newer change has decided since', async () => {
    await system.addApp('stale', []);
    const join = await system.send({ appId: 'stale', userId: 'gone' });
    expect(await system.end(join)).toEqual({ end: 'parked', reason: 'user_not_found' });
    const leave = await system.send({ appId: 'stale', userId: 'gone', action: 'leave' });
    expect((await system.end(leave)).end).toBe('already');
    const [message] = await system.parked();
    expect(message && reasonOf(message)).toBe('user_not_found');
    system.stack.vendor.world.addUser('stale', { userId: 'gone' });
    const again = message && (await system.redrive(message));
    expect(again && (await system.end(again)).end).toBe('superseded');
    expect(system.present('stale')).toEqual([]);
  });
});

import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import { type Fault, type FaultPlan, FaultSchedule } from '../../local/fake-vendor/faults.ts';
import { startFakeVendor } from '../../local/fake-vendor/server.ts';
import { TokenBucket } from '../../local/fake-vendor/token-bucket.ts';
import { ada, bob, join, leave, list, present, shop, shopVendor } from './call-fake-vendor.ts';

const plan = (overrides: Partial<FaultPlan> = {}): FaultPlan => ({
  seed: 1,
  blockSize: 10,
  perBlock: { throttle: 1, fail: 1, stall: 1, drop: 1 },
  ...overrides,
});

/** A plan that hits every request with one kind. */
const always = (
  kind: 'throttle' | 'fail' | 'stall' | 'drop',
  overrides: Partial<FaultPlan> = {},
): FaultPlan => plan({ blockSize: 1, perBlock: { [kind]: 1 }, ...overrides });

const deal = (schedule: FaultSchedule, requests: number): (Fault['kind'] | undefined)[] =>
  Array.from({ length: requests }, () => schedule.next('join')?.kind);

describe('a fault plan', () => {
  test('hits exactly so many of every block', () => {
    const schedule = new FaultSchedule(plan({ perBlock: { throttle: 3, drop: 2 } }));
    for (let block = 0; block < 50; block += 1) {
      const kinds = deal(schedule, 10);
      const count = (kind?: string): number => kinds.filter((dealt) => dealt === kind).length;
      expect([count('throttle'), count('drop'), count()]).toEqual([3, 2, 5]);
    }
  });

  test('is fixed by its seed', () => {
    expect(deal(new FaultSchedule(plan()), 100)).toEqual(deal(new FaultSchedule(plan()), 100));
    expect(deal(new FaultSchedule(plan()), 100)).not.toEqual(deal(new FaultSchedule(plan({ seed: 2 })), 100));
  });

  test('puts its faults everywhere in a block', () => {
    const schedule = new FaultSchedule(plan({ perBlock: { drop: 1 } }));
    const positions = Array.from({ length: 200 }, () => deal(schedule, 10).indexOf('drop'));
    expect(new Set(positions).size).toBe(10);
  });

  test('counts and hits only its operations', () => {
    const schedule = new FaultSchedule(always('fail', { operations: ['list'] }));
    expect([schedule.next('join'), schedule.next('leave'), schedule.next('list')?.kind]).toEqual([
      undefined,
      undefined,
      'fail',
    ]);
  });

  test('with more faults than requests is refused', () => {
    expect(() => new FaultSchedule(plan({ blockSize: 3 }))).toThrow('more faults');
  });

  test('begins, changes and ends while the vendor runs', async () => {
    const vendor = await shopVendor({ faults: always('fail') });
    expect((await join(vendor, { userId: ada.userId })).status).toBe(500);
    vendor.setFaults(always('throttle'));
    expect((await join(vendor, { userId: ada.userId })).status).toBe(429);
    vendor.setFaults(undefined);
    expect((await join(vendor, { userId: ada.userId })).status).toBe(201);
    expect(vendor.stats()).toMatchObject({ faults: { throttle: 1, fail: 1 }, throttled: 1, rateLimited: 0 });
  });
});

describe('a throttled request', () => {
  test('is told in turn nothing, seconds and a date, in a text, and is not applied', async () => {
    const vendor = await shopVendor({ faults: always('throttle', { retryAfterSeconds: 2 }) });
    const replies = [];
    for (let n = 0; n < 4; n += 1) replies.push(await join(vendor, { userId: ada.userId }));
    const [none, seconds, date, noneAgain] = replies.map(({ headers }) => headers.get('retry-after'));
    expect([none, seconds, noneAgain]).toEqual([null, '2', null]);
    expect(date).toMatch(/GMT$/);
    const aheadMs = Date.parse(date ?? '') - Date.now();
    expect(aheadMs).toBeGreaterThan(1000);
    expect(aheadMs).toBeLessThanOrEqual(3000);
    expect(replies[0]?.body).toBe('Too Many Requests');
    expect(present(vendor)).toEqual([]);
  });
});

test('a failed request is answered in turn by the API, a proxy, a balancer and nobody, and is not applied', async () => {
  const vendor = await shopVendor({ faults: always('fail') });
  const replies = [];
  for (let n = 0; n < 5; n += 1) replies.push(await join(vendor, { userId: ada.userId }));
  expect(replies.map(({ status }) => status)).toEqual([500, 502, 503, 504, 500]);
  expect(replies[1]?.body).toContain('<html>');
  expect(present(vendor)).toEqual([]);
});

test('a dropped request is applied, and never answered', async () => {
  const vendor = await shopVendor({ faults: always('drop') });
  await expect(join(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
  await expect(join(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
  expect(present(vendor)).toEqual([ada.userId]);
  expect(vendor.stats()).toMatchObject({
    faults: { drop: 2 },
    joined: 1,
    changedUnanswered: 1,
    statuses: {},
  });
});

describe('a stalled request', () => {
  const impatient = () => ({ signal: AbortSignal.timeout(60) });

  test('that is applied first is in force before its answer comes', async () => {
    const vendor = await shopVendor({ faults: always('stall', { stallMs: 80 }) });
    const answer = join(vendor, { userId: ada.userId });
    await expect.poll(() => present(vendor), { interval: 5 }).toEqual([ada.userId]);
    expect(vendor.stats().inFlight).toBe(1);
    expect((await answer).status).toBe(201);
  });

  test('that is applied last changes the world after its caller has given up', async () => {
    const vendor = await shopVendor({ faults: always('stall', { stallMs: 150, stallApplies: 'last' }) });
    await expect(join(vendor, { userId: ada.userId }, impatient())).rejects.toThrow('timeout');
    expect(present(vendor)).toEqual([]);
    await expect.poll(() => present(vendor)).toEqual([ada.userId]);
    expect(vendor.stats()).toMatchObject({ changedUnanswered: 1, inFlight: 0 });
  });

  test('that is never applied ends without an answer', async () => {
    const vendor = await shopVendor({ faults: always('stall', { stallMs: 20, stallApplies: 'never' }) });
    await expect(join(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
    expect(present(vendor)).toEqual([]);
  });

  test('does not hold up the end of the vendor', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const faults = always('stall', { stallMs: 1_000_000, stallApplies: 'last' });
    const vendor = await startFakeVendor({ apps: [shop()], faults });
    const answer = expect(join(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
    await expect.poll(() => vendor.stats().faults.stall).toBe(1);
    const startedMs = performance.now();
    await vendor.close();
    expect(performance.now() - startedMs).toBeLessThan(500);
    await answer;
    expect(vi.getTimerCount()).toBe(0);
    expect(present(vendor)).toEqual([]);
  });
});

describe('an outage', () => {
  test('refuses, stalls or resets, for one app only, until it ends', async () => {
    const vendor = await shopVendor();
    vendor.world.addApp(shop({ appId: 'other' }));
    vendor.setOutage('shop', 'refuse');
    expect((await join(vendor, { userId: ada.userId })).status).toBe(503);
    expect((await list(vendor)).status).toBe(503);
    vendor.setOutage('shop', 'reset');
    await expect(join(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
    vendor.setOutage('shop', 'stall');
    const caller = new AbortController();
    const stalled = join(vendor, { userId: ada.userId }, { signal: caller.signal });
    await vi.waitFor(() => expect(vendor.stats().outages).toBe(4));
    caller.abort(new Error('waited long enough'));
    await expect(stalled).rejects.toThrow('waited long enough');
    expect((await join(vendor, { userId: ada.userId }, { app: 'other' })).status).toBe(201);
    vendor.setOutage('shop', undefined);
    expect(present(vendor)).toEqual([]);
    expect((await join(vendor, { userId: ada.userId })).status).toBe(201);
    expect(vendor.stats()).toMatchObject({ outages: 4, faults: { fail: 0, stall: 0, reset: 0 } });
  });

  test('takes no faults off the plan', async () => {
    const vendor = await shopVendor({ faults: plan({ blockSize: 2, perBlock: { fail: 2 } }) });
    vendor.setOutage('shop', 'refuse');
    await join(vendor, { userId: ada.userId });
    vendor.setOutage('shop', undefined);
    const statuses = [await join(vendor, { userId: ada.userId }), await join(vendor, { userId: ada.userId })];
    expect(statuses.map(({ status }) => status)).toEqual([500, 502]);
  });
});

describe('a rate limit', () => {
  test('lets a burst through, then as many as flow in, and refusals cost nothing', () => {
    const bucket = new TokenBucket(100, 5);
    const taken = (nowMs: number, tries: number): number =>
      Array.from({ length: tries }, () => bucket.take(nowMs)).filter(Boolean).length;
    expect(taken(0, 50)).toBe(5);
    expect(taken(9, 50)).toBe(0);
    expect(taken(10, 50)).toBe(1);
    expect(taken(40, 50)).toBe(3);
    expect(taken(10_000, 50)).toBe(5);
  });

  test('answers 429 to what comes faster, per app', async () => {
    const vendor = await shopVendor({
      apps: [shop({ requestsPerSecond: 0.01, burst: 2 }), shop({ appId: 'other' })],
    });
    const replies = [];
    for (const who of [ada, bob, ada]) replies.push(await join(vendor, { userId: who.userId }));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 429]);
    expect((await list(vendor, '', { app: 'other' })).status).toBe(200);
    expect(vendor.stats()).toMatchObject({ throttled: 1, rateLimited: 1, faults: { throttle: 0 } });
  });
});

describe('the hook', () => {
  test('sees each request before it is applied, and says what befalls it', async () => {
    const seen: unknown[] = [];
    const vendor: FakeVendor = await shopVendor({
      onRequest: async ({ operation, body }) => {
        seen.push([operation, body, present(vendor)]);
        await new Promise(setImmediate);
        return operation === 'leave' ? { kind: 'drop' } : undefined;
      },
    });
    expect((await join(vendor, { userId: ada.userId })).status).toBe(201);
    await expect(leave(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
    expect(seen).toEqual([
      ['join', { userId: ada.userId, subscribeSDKClient: false }, []],
      ['leave', { userId: ada.userId }, [ada.userId]],
    ]);
    expect(present(vendor)).toEqual([]);
    expect(vendor.stats().faults.drop).toBe(1);
  });

  test('that outlives the vendor changes nothing any more', async () => {
    const asked = Promise.withResolvers<void>();
    const go = Promise.withResolvers<undefined>();
    const onRequest = () => {
      asked.resolve();
      return go.promise;
    };
    const vendor = await startFakeVendor({ apps: [shop()], onRequest });
    const answer = expect(join(vendor, { userId: ada.userId })).rejects.toThrow('fetch failed');
    await asked.promise;
    await vendor.close();
    go.resolve(undefined);
    await answer;
    expect(present(vendor)).toEqual([]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pacer } from '../../functions/core/pacer.ts';

const HOUR_MS = 3_600_000;

/** Sends requests one by one as soon as each has its turn; every one passes. Returns when the last had left. */
function sendAll(pacer: Pacer, count: number, fromMs: number): number {
  let nowMs = fromMs;
  for (let sent = 0; sent < count; sent += 1) {
    for (let waitMs = pacer.take(nowMs); waitMs > 0; waitMs = pacer.take(nowMs)) nowMs += waitMs;
    pacer.succeeded(nowMs);
  }
  return nowMs;
}

/** How many turns are there at once. */
function turnsAt(pacer: Pacer, nowMs: number): number {
  let turns = 0;
  while (turns < 10_000 && pacer.take(nowMs) === 0) turns += 1;
  return turns;
}

/** A pacer that has climbed to its whole share, 98 % of which it uses, and rests. */
function warm(sharePerSecond: number): { pacer: Pacer; nowMs: number } {
  const pacer = new Pacer(sharePerSecond);
  return { pacer, nowMs: sendAll(pacer, 100, 0) };
}

describe('a new pacer', () => {
  test('lets the first request go at once', () => {
    expect(new Pacer(0.1).take(0)).toBe(0);
  });

  test('begins gently where its share is large, and gains with each success', () => {
    const pacer = new Pacer(10_000);
    expect(pacer.requestsPerSecond).toBe(50);
    pacer.take(0);
    pacer.succeeded(20);
    expect(pacer.requestsPerSecond).toBeCloseTo(60);
  });

  test('reaches a share of 200 a second within a second', () => {
    const pacer = new Pacer(200);
    sendAll(pacer, 20, 0);
    expect(pacer.requestsPerSecond).toBeCloseTo(196);
  });

  test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('is not made for a rate of %d', (share) => {
    expect(() => new Pacer(share)).toThrow(RangeError);
  });
});

describe('the share', () => {
  test('is used but for two hundredths, which stay free', () => {
    const { pacer, nowMs } = warm(200);
    expect((sendAll(pacer, 1_960, nowMs) - nowMs) / 1_000).toBeCloseTo(10, 1);
  });

  test('is kept by requests that all ask at once', () => {
    const { pacer, nowMs } = warm(40);
    expect(turnsAt(pacer, nowMs + HOUR_MS)).toBe(1);
    expect(pacer.take(nowMs + HOUR_MS)).toBeLessThanOrEqual(26);
  });

  test('is never exceeded by more than what 50 ms of it hold, whatever is answered', () => {
    const step = fc.record({ afterMs: fc.nat(200), answer: fc.constantFrom('passed', 'refused', 'none') });
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 2_000, noNaN: true }),
        fc.array(step, { maxLength: 300 }),
        (share, steps) => {
          const pacer = new Pacer(share);
          let nowMs = 0;
          let excess = 0;
          for (const { afterMs, answer } of steps) {
            nowMs += afterMs;
            // A bucket that drains at the share's rate: how far the turns run ahead of it.
            excess = Math.max(0, excess - (afterMs * share) / 1_000) + turnsAt(pacer, nowMs);
            expect(excess).toBeLessThanOrEqual(1 + Math.max(1, share * 0.05));
            if (answer === 'passed') pacer.succeeded(nowMs);
            if (answer === 'refused') pacer.throttled(nowMs);
          }
        },
      ),
    );
  });

  test('does not pile up while nothing is sent', () => {
    const { pacer, nowMs } = warm(1_000);
    expect(turnsAt(pacer, nowMs + 24 * HOUR_MS)).toBeLessThanOrEqual(50);
  });

  test('lets a batch of ten go at once where it is 250 a second', () => {
    const { pacer, nowMs } = warm(250);
    expect(turnsAt(pacer, nowMs + 1_000)).toBeGreaterThanOrEqual(10);
  });
});

describe('a turn that is not there yet', () => {
  test('is not taken by asking: who gives up leaves no gap', () => {
    const { pacer, nowMs } = warm(10);
    pacer.take(nowMs + 1_000);
    const waitMs = pacer.take(nowMs + 1_000);
    for (let asked = 0; asked < 100; asked += 1) expect(pacer.take(nowMs + 1_000)).toBe(waitMs);
    expect(pacer.take(nowMs + 1_000 + waitMs)).toBe(0);
  });

  test('comes later when the rate falls meanwhile', () => {
    const { pacer, nowMs } = warm(10);
    pacer.take(nowMs);
    const waitMs = pacer.take(nowMs);
    pacer.throttled(nowMs + waitMs - 1);
    expect(pacer.take(nowMs + waitMs)).toBeGreaterThan(90);
  });
});

describe('a refusal', () => {
  test('lowers the rate, but not by more than a tenth', () => {
    const { pacer, nowMs } = warm(200);
    pacer.throttled(nowMs);
    expect(pacer.requestsPerSecond).toBeLessThan(196);
    expect(pacer.requestsPerSecond).toBeGreaterThanOrEqual(176);
  });

  test('has the next request wait a full interval', () => {
    const { pacer, nowMs } = warm(20);
    pacer.throttled(nowMs + 1_000);
    expect(pacer.take(nowMs + 1_000)).toBeGreaterThanOrEqual(51);
  });

  test('in a swarm brings the rate just under what got through, and not lower', () => {
    const pacer = new Pacer(1_000);
    let nowMs = sendAll(pacer, 100, 0);
    // For two seconds one request in five passes, one each 10 ms.
    for (let answer = 0; answer < 1_000; answer += 1) {
      nowMs += 2;
      if (answer % 5 === 0) pacer.succeeded(nowMs);
      else pacer.throttled(nowMs);
    }
    expect(pacer.requestsPerSecond).toBeGreaterThan(90);
    expect(pacer.requestsPerSecond).toBeLessThan(125);
  });

  test.each([
    { share: 200, slowest: 1 },
    { share: 0.5, slowest: 0.49 },
  ])('without end leaves a share of $share a second with $slowest', ({ share, slowest }) => {
    const { pacer, nowMs } = warm(share);
    for (let refusal = 1; refusal < 1_000; refusal += 1) pacer.throttled(nowMs + refusal * 100);
    expect(pacer.requestsPerSecond).toBeCloseTo(slowest);
    expect(pacer.take(nowMs + HOUR_MS)).toBe(0);
  });

  test('may be the very first answer, in the millisecond of the request', () => {
    const pacer = new Pacer(100);
    pacer.take(0);
    pacer.throttled(0);
    expect(pacer.requestsPerSecond).toBeCloseTo(45);
  });
});

describe('calm', () => {
  /** A pacer with a share of 1,000 a second to which nothing got through for so long that it fell to a tenth. */
  function humbled(): { pacer: Pacer; nowMs: number } {
    const { pacer, nowMs: warmAtMs } = warm(1_000);
    let nowMs = warmAtMs;
    while (nowMs < warmAtMs + HOUR_MS && pacer.requestsPerSecond > 100) {
      nowMs += 100;
      pacer.throttled(nowMs);
    }
    return { pacer, nowMs };
  }

  function rateAfterCalm(calmMs: number): number {
    const { pacer, nowMs } = humbled();
    for (let passedMs = 10; passedMs <= calmMs; passedMs += 10) pacer.succeeded(nowMs + passedMs);
    return pacer.requestsPerSecond;
  }

  test('hardly raises the rate at first', () => {
    expect(rateAfterCalm(3_000) / rateAfterCalm(0)).toBeLessThan(1.02);
  });

  test('raises it fast in the end, up to the share', () => {
    expect(rateAfterCalm(12_000) / rateAfterCalm(0)).toBeCloseTo(Math.E, 1);
    expect(rateAfterCalm(30_000)).toBeCloseTo(980);
  });

  test('counts only while there is something to do', () => {
    const { pacer, nowMs } = humbled();
    const learned = pacer.requestsPerSecond;
    pacer.succeeded(nowMs + 24 * HOUR_MS);
    expect(pacer.requestsPerSecond / learned).toBeLessThan(1.001);
  });
});

describe('a clock', () => {
  test('that is set back an hour delays nobody', () => {
    const { pacer, nowMs } = warm(100);
    expect(pacer.take(nowMs + 1_000)).toBe(0);
    const setBackMs = nowMs + 1_000 - HOUR_MS;
    expect(pacer.take(setBackMs)).toBeLessThanOrEqual(11);
    expect((sendAll(pacer, 98, setBackMs) - setBackMs) / 1_000).toBeCloseTo(1, 1);
  });

  test('that is set back does not stop the rate from growing', () => {
    const { pacer, nowMs } = warm(100);
    for (let refusal = 0; refusal < 10; refusal += 1) pacer.throttled(nowMs);
    sendAll(pacer, 2_500, nowMs - HOUR_MS);
    expect(pacer.requestsPerSecond).toBeCloseTo(98);
  });

  test('that jumps wildly never wedges it, nor breaks its rate', () => {
    const step = fc.tuple(
      fc.integer({ min: -HOUR_MS, max: HOUR_MS }),
      fc.constantFrom('take', 'passed', 'refused'),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const pacer = new Pacer(100);
        for (const [nowMs, what] of steps) {
          if (what === 'take') expect(pacer.take(nowMs)).toBeLessThanOrEqual(1_000);
          if (what === 'passed') pacer.succeeded(nowMs);
          if (what === 'refused') pacer.throttled(nowMs);
          expect(pacer.requestsPerSecond).toBeGreaterThanOrEqual(1 - 1e-9);
          expect(pacer.requestsPerSecond).toBeLessThanOrEqual(98 + 1e-9);
        }
      }),
    );
  });
});

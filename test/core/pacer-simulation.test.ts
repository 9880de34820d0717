import { describe, expect, test } from 'vitest';
import {
  type FleetOptions,
  type FleetResult,
  fixedWindow,
  randomFrom,
  runFleet,
  tokenBucket,
} from './pacer-fleet.ts';

const SEEDS = [1, 2, 3];
const FOREVER = { fromMs: 0, untilMs: Number.POSITIVE_INFINITY };

type Kind = 'token bucket' | 'fixed window';
type Work = 'batches of ten' | '64 in flight';

interface Case {
  readonly kind?: Kind;
  readonly limit: number;
  readonly processes: number;
  readonly work: Work;
  /** How many times the vendor's limit the configured budget is. */
  readonly configured: number;
}

/** 5,000 changes, or twelve seconds of work where that is more. */
function fleetOf(
  { kind = 'token bucket', limit, processes, work, configured }: Case,
  seed: number,
): FleetOptions {
  const phaseMs = 1_000 * randomFrom(seed * 77)();
  return {
    vendor: kind === 'token bucket' ? tokenBucket(() => limit) : fixedWindow(limit, 1_000, phaseMs),
    share: (limit * configured) / processes,
    work: work === 'batches of ten' ? 'batches' : { inFlight: 64 / processes },
    changes: Math.max(5_000, limit * 12),
    seed,
    lives: Array.from({ length: processes }, () => FOREVER),
  };
}

interface Figures {
  /** Against the least possible time; what a token bucket holds at the beginning costs none. */
  readonly time: number;
  readonly refusedPercent: number;
  /** What the slowest hundredth waits at least, as if the limit were 200 a second. */
  readonly slowestMs: number;
}

function figures(of: Case, result: FleetResult): Figures {
  const free = of.kind === 'fixed window' ? 0 : of.limit / 10;
  const slowest = result.waitsMs[Math.floor(result.waitsMs.length * 0.99)] ?? Number.POSITIVE_INFINITY;
  return {
    time: result.seconds / ((result.waitsMs.length - free) / of.limit),
    refusedPercent: (100 * result.refused) / result.requests,
    slowestMs: (slowest * of.limit) / 200,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

/** The medians over the seeds. */
function measure(of: Case): Figures {
  const runs = SEEDS.map((seed) => figures(of, runFleet(fleetOf(of, seed))));
  return {
    time: median(runs.map((run) => run.time)),
    refusedPercent: median(runs.map((run) => run.refusedPercent)),
    slowestMs: median(runs.map((run) => run.slowestMs)),
  };
}

/** Successes a second between two times. */
function goodput(result: FleetResult, fromMs: number, untilMs: number): number {
  const count = result.appliedAtMs.filter((atMs) => atMs >= fromMs && atMs < untilMs).length;
  return (1_000 * count) / (untilMs - fromMs);
}

function expectWithin(measured: Figures, target: Figures): void {
  expect(measured.time, 'time against the least').toBeLessThanOrEqual(target.time);
  expect(measured.refusedPercent, '% refused').toBeLessThanOrEqual(target.refusedPercent);
  expect(measured.slowestMs, 'slowest hundredth').toBeLessThanOrEqual(target.slowestMs);
}

/** Steady work; in batches the slowest are those of a slow process's batch, ten of which take 800 ms at best. */
const ONE = { time: 1.04, refusedPercent: 4, slowestMs: 1_000 };
const FOUR = { time: 1.05, refusedPercent: 4, slowestMs: 1_000 };
const SIXTEEN = { time: 1.06, refusedPercent: 7, slowestMs: 1_000 };
const SIXTEEN_IN_BATCHES = { ...SIXTEEN, slowestMs: 1_300 };

describe.each([200, 1_000])('a vendor that allows %d a second, far less than configured', (limit) => {
  test.each([
    { processes: 1, work: '64 in flight', configured: 5, target: ONE },
    { processes: 4, work: '64 in flight', configured: 5, target: FOUR },
    { processes: 16, work: '64 in flight', configured: 5, target: SIXTEEN },
    { processes: 4, work: 'batches of ten', configured: 5, target: FOUR },
    { processes: 16, work: 'batches of ten', configured: 5, target: SIXTEEN_IN_BATCHES },
    { processes: 1, work: '64 in flight', configured: 50, target: ONE },
    { processes: 16, work: 'batches of ten', configured: 50, target: SIXTEEN_IN_BATCHES },
  ] as const)(
    'is used nearly in full by $processes, $work, and refuses little of a budget $configured times as large',
    (of) => {
      expectWithin(measure({ limit, ...of }), of.target);
    },
  );
});

describe('a vendor that allows 50 a second, a fifth of what is configured', () => {
  test.each([
    { processes: 1, work: 'batches of ten', target: ONE },
    { processes: 4, work: 'batches of ten', target: { ...FOUR, slowestMs: 400 } },
    { processes: 4, work: '64 in flight', target: FOUR },
    // Each process has three requests a second: every probe of the limit is a large part of them.
    { processes: 16, work: '64 in flight', target: { ...SIXTEEN, time: 1.1, refusedPercent: 12 } },
    {
      processes: 16,
      work: 'batches of ten',
      target: { ...SIXTEEN, time: 1.1, refusedPercent: 12, slowestMs: 1_700 },
    },
  ] as const)('is used nearly in full by $processes, $work', (of) => {
    expectWithin(measure({ limit: 50, configured: 5, ...of }), of.target);
  });
});

describe('a vendor that counts in windows of a second', () => {
  test.each([1, 4, 16])('is used nearly in full by %d', (processes) => {
    const of: Case = { kind: 'fixed window', limit: 200, processes, work: '64 in flight', configured: 5 };
    expectWithin(measure(of), { time: 1.08, refusedPercent: 8, slowestMs: 1_000 });
  });
});

describe('a budget that is what the vendor allows', () => {
  test.each([
    { limit: 50, processes: 1 },
    { limit: 50, processes: 4 },
    { limit: 200, processes: 1 },
    { limit: 200, processes: 4 },
    { limit: 200, processes: 16 },
    { limit: 1_000, processes: 4 },
    { limit: 1_000, processes: 16 },
  ])('has nothing refused: $limit a second, $processes at once', (of) => {
    for (const work of ['batches of ten', '64 in flight'] as const) {
      for (const seed of SEEDS) {
        const result = runFleet(fleetOf({ ...of, work, configured: 1 }, seed));
        expect(result.refused).toBe(0);
        expect(figures({ ...of, work, configured: 1 }, result).time).toBeLessThan(1.06);
      }
    }
  });

  test.each([
    { processes: 1, refused: 0 },
    { processes: 4, refused: 4 },
    // All begin in the same instant here, and thirteen of each may fall into a window that holds twelve and a half.
    { processes: 16, refused: 20 },
  ])(
    'has next to nothing refused where windows are counted: $processes at once',
    ({ processes, refused }) => {
      for (const seed of SEEDS) {
        const of = {
          kind: 'fixed window',
          limit: 200,
          processes,
          work: '64 in flight',
          configured: 1,
        } as const;
        expect(runFleet(fleetOf(of, seed)).refused).toBeLessThanOrEqual(refused);
      }
    },
  );
});

describe.each([1, 4, 16])('a limit that changes, with %d at once', (processes) => {
  const of: Case = { limit: 200, processes, work: '64 in flight', configured: 5 };

  test('is found within 20 seconds when it rises fivefold', () => {
    const vendor = tokenBucket((nowMs) => (nowMs < 10_000 ? 200 : 1_000));
    const result = runFleet({ ...fleetOf(of, 1), vendor, changes: 25_000 });
    expect(goodput(result, 30_000, 32_000)).toBeGreaterThan(950);
  });

  test('is found within three seconds when it falls to a fifth', () => {
    const vendor = tokenBucket((nowMs) => (nowMs < 10_000 ? 1_000 : 200));
    const result = runFleet({ ...fleetOf(of, 1), vendor, changes: 15_000 });
    expect(goodput(result, 13_000, 20_000)).toBeGreaterThan(190);
    expect(result.refused / result.requests).toBeLessThan(0.08);
  });

  test('is found within 30 seconds after half a minute in which nothing got through', () => {
    const vendor = tokenBucket((nowMs) => (nowMs > 10_000 && nowMs < 40_000 ? 0 : 200));
    const result = runFleet({ ...fleetOf(of, 1), vendor, changes: 10_000 });
    expect(goodput(result, 70_000, 72_000)).toBeGreaterThan(190);
  });
});

test('processes that come and go use what the vendor allows', () => {
  const of: Case = { limit: 200, processes: 16, work: 'batches of ten', configured: 5 };
  const comes = (index: number) => ({ fromMs: 3_000 * index, untilMs: 3_000 * index + 24_000 });
  const lives = Array.from({ length: 20 }, (_, index) => comes(index));
  for (const seed of SEEDS) {
    const result = runFleet({ ...fleetOf(of, seed), lives, changes: Number.POSITIVE_INFINITY });
    expect(goodput(result, 15_000, 60_000)).toBeGreaterThan(190);
    expect((100 * result.refused) / result.requests).toBeLessThan(7);
  }
});

test('a Retry-After delays the request that it answers, not the others', () => {
  for (const processes of [1, 4, 16]) {
    const of: Case = { limit: 200, processes, work: '64 in flight', configured: 5 };
    const result = runFleet({ ...fleetOf(of, 1), retryAfterMs: 1_000 });
    expect(figures(of, result).time).toBeLessThan(1.06);
  }
});

import type { Bench, Case } from '../bench.ts';
import { Contestant, ROLLCALL } from '../contestant/contestant.ts';
import type { Work } from '../contestant/protocol.ts';
import { rounded } from '../figure.ts';
import type { LinePlot } from '../plot.ts';
import { mean, median } from '../statistics.ts';
import { withSpread } from '../table.ts';
import { VendorProcess } from '../vendor/vendor.ts';

const BATCH = 10;
const POPULATION = { appId: 'growth', members: 1_000, conversations: 10 };
/** The runtime compiles what it runs often: after so many changes it has. */
const WARM_UP_CHANGES = 5_000;

interface Length {
  readonly changes: number;
  /** In each lap. Short queues have more: a stray millisecond is a good part of them. */
  readonly rounds: number;
}

const QUICK: readonly Length[] = [
  { changes: 100, rounds: 8 },
  { changes: 1_000, rounds: 3 },
  { changes: 10_000, rounds: 1 },
];
const FULL: readonly Length[] = [
  { changes: 100, rounds: 20 },
  { changes: 1_000, rounds: 8 },
  { changes: 10_000, rounds: 3 },
  { changes: 100_000, rounds: 1 },
];
/** Each from the shortest queue to the longest: a machine that grows slower or faster meanwhile does so for all of them. */
const LAPS = { quick: 2, full: 3 };

interface Measured extends Length {
  readonly works: Work[];
  requests: number;
}

/** What a longer queue costs, of members that come again and again. */
export const growth: Case = {
  name: 'growth',
  async run(bench) {
    const vendor = await VendorProcess.start();
    try {
      const url = await vendor.addApp(POPULATION);
      await bench.deployment.declareApp(POPULATION.appId, url);
      const contestant = await Contestant.start(bench, ROLLCALL, { url, population: POPULATION });
      await contestant.work({ batch: BATCH, changes: WARM_UP_CHANGES });
      const measured = await measure(bench, vendor, contestant);
      await contestant.stop();
      return resultOf(measured, bench.quick);
    } finally {
      await vendor.stop();
    }
  },
};

async function measure(bench: Bench, vendor: VendorProcess, contestant: Contestant): Promise<Measured[]> {
  const lengths = bench.quick ? QUICK : FULL;
  const measured = lengths.map((length): Measured => ({ ...length, works: [], requests: 0 }));
  for (let lap = 0; lap < LAPS[bench.quick ? 'quick' : 'full']; lap += 1) {
    for (const each of measured) {
      const before = (await vendor.counts(POPULATION.appId)).requests;
      for (let round = 0; round < each.rounds; round += 1) {
        each.works.push(await contestant.work({ batch: BATCH, changes: each.changes }));
      }
      each.requests += (await vendor.counts(POPULATION.appId)).requests - before;
    }
  }
  return measured;
}

/**
 * What each further change took, in µs, from one length to the next; for each length but the first. By means: a long queue
 * has the machine's slow moments in it, which the median of short ones would leave out.
 */
function furtherMicros(measured: readonly Measured[], of: (work: Work) => number): number[] {
  return measured.slice(1).map(({ changes, works }, index) => {
    const shorter = measured[index];
    if (!shorter) return Number.NaN;
    const moreMs = mean(works.map(of)) - mean(shorter.works.map(of));
    return (1_000 * moreMs) / (changes - shorter.changes);
  });
}

function resultOf(measured: readonly Measured[], isQuick: boolean) {
  const wall = furtherMicros(measured, ({ ms }) => ms);
  const cpu = furtherMicros(measured, ({ cpuMs }) => cpuMs);
  const growths = wall.slice(1).map((micros, index) => micros / (wall[index] ?? Number.NaN));
  // After the first round of each length, and at last of the longest.
  const resident = measured.map(({ works }, index) => {
    const work = index === measured.length - 1 ? works.at(-1) : works[0];
    return work?.residentMb ?? Number.NaN;
  });
  const requests = measured.map(({ works, changes, requests: all }) => all / (changes * works.length));
  const first = Math.min(1, measured.length - 1);
  const common = { better: 'less' as const, target: 1.1 };
  return {
    figures: [
      {
        ...common,
        name: 'growthCost',
        meaning: 'time of a further change: times that of a queue a tenth as long, the worst decade',
        value: Math.max(...growths),
      },
      {
        ...common,
        name: 'growthRequests',
        meaning: 'requests per change: the longest queue against the shortest',
        value: (requests.at(-1) ?? Number.NaN) / (requests[0] ?? Number.NaN),
      },
      {
        ...common,
        name: 'growthMemory',
        meaning: 'resident memory: after the longest queue against after 1,000 changes',
        value: (resident.at(-1) ?? Number.NaN) / (resident[first] ?? Number.NaN),
        ...(isQuick && { undecided: 'needs 100,000 changes' }),
      },
    ],
    tables: [
      {
        title: 'Growth: 1,000 members that come again and again, vendor at 0 ms, roster in memory',
        header: [
          'changes queued',
          'seconds',
          'µs per further change',
          'CPU µs',
          'requests per change',
          'RSS MB',
        ],
        rows: measured.map(({ changes, works }, index) => [
          changes.toLocaleString('en'),
          withSpread(works.map(({ ms }) => ms / 1_000)),
          index === 0 ? '' : String(rounded(wall[index - 1] ?? Number.NaN)),
          index === 0 ? '' : String(rounded(cpu[index - 1] ?? Number.NaN)),
          String(rounded(requests[index] ?? Number.NaN)),
          String(Math.round(resident[index] ?? Number.NaN)),
        ]),
      },
    ],
    plots: { 'time-against-queue-length': plotOf(measured) },
  };
}

function plotOf(measured: readonly Measured[]): LinePlot {
  return {
    title: 'Time against queue length (vendor at 0 ms, roster in memory)',
    x: { label: 'changes queued', scale: 'log' },
    y: { label: 'seconds', scale: 'log' },
    lines: [
      {
        name: 'Rollcall',
        points: measured.map(
          ({ changes, works }) => [changes, median(works.map(({ ms }) => ms)) / 1_000] as const,
        ),
      },
    ],
  };
}

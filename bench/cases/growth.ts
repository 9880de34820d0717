import type { Bench, Case } from '../bench.ts';
import { Contestant, ROLLCALL } from '../contestant/contestant.ts';
import type { Work } from '../contestant/protocol.ts';
import { rounded } from '../figure.ts';
import type { LinePlot } from '../plot.ts';
import { median } from '../statistics.ts';
import { withSpread } from '../table.ts';
import { VendorProcess } from '../vendor/vendor.ts';

const BATCH = 10;
const POPULATION = { appId: 'growth', members: 1_000, conversations: 10 };
/** The runtime compiles what it runs often: after so many changes it has. */
const WARM_UP_CHANGES = 5_000;

interface Length {
  readonly changes: number;
  /** On the way there, and on the way back. Short queues have more: a stray millisecond is a good part of them. */
  readonly rounds: number;
}

const QUICK: readonly Length[] = [
  { changes: 100, rounds: 8 },
  { changes: 1_000, rounds: 4 },
  { changes: 10_000, rounds: 2 },
];
const FULL: readonly Length[] = [
  { changes: 100, rounds: 30 },
  { changes: 1_000, rounds: 12 },
  { changes: 10_000, rounds: 5 },
  { changes: 100_000, rounds: 1 },
];

interface Measured extends Length {
  readonly works: Work[];
  readonly residentMb: number;
  readonly requestsPerChange: number;
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

/**
 * From the shortest queue to the longest, which tells what memory the whole took, and back again: a machine that grows
 * slower or faster meanwhile then does so for all of them.
 */
async function measure(bench: Bench, vendor: VendorProcess, contestant: Contestant): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const length of bench.quick ? QUICK : FULL) {
    const before = (await vendor.counts(POPULATION.appId)).requests;
    const works = await workOff(contestant, length);
    const requests = (await vendor.counts(POPULATION.appId)).requests - before;
    const residentMb = works.at(-1)?.residentMb ?? Number.NaN;
    measured.push({
      ...length,
      works,
      residentMb,
      requestsPerChange: requests / (length.changes * length.rounds),
    });
  }
  for (const { works, ...length } of measured.slice(0, -1).reverse()) {
    works.push(...(await workOff(contestant, length)));
  }
  return measured;
}

async function workOff(contestant: Contestant, { changes, rounds }: Length): Promise<Work[]> {
  const works: Work[] = [];
  for (let round = 0; round < rounds; round += 1) {
    works.push(await contestant.work({ batch: BATCH, changes }));
  }
  return works;
}

/** What each further change took, in µs, from one length to the next; for each length but the first. */
function furtherMicros(measured: readonly Measured[], of: (work: Work) => number): number[] {
  return measured.slice(1).map(({ changes, works }, index) => {
    const shorter = measured[index];
    if (!shorter) return Number.NaN;
    const moreMs = median(works.map(of)) - median(shorter.works.map(of));
    return (1_000 * moreMs) / (changes - shorter.changes);
  });
}

function resultOf(measured: readonly Measured[], isQuick: boolean) {
  const wall = furtherMicros(measured, ({ ms }) => ms);
  const cpu = furtherMicros(measured, ({ cpuMs }) => cpuMs);
  const growths = wall.slice(1).map((micros, index) => micros / (wall[index] ?? Number.NaN));
  const resident = measured.map(({ residentMb }) => residentMb);
  const requests = measured.map(({ requestsPerChange }) => requestsPerChange);
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
        rows: measured.map(({ changes, works, requestsPerChange }, index) => [
          changes.toLocaleString('en'),
          withSpread(works.map(({ ms }) => ms / 1_000)),
          index === 0 ? '' : String(rounded(wall[index - 1] ?? Number.NaN)),
          index === 0 ? '' : String(rounded(cpu[index - 1] ?? Number.NaN)),
          String(rounded(requestsPerChange)),
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

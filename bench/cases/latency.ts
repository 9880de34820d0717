import type { Case } from '../bench.ts';
import { ALTERNATIVES, type Entrant, LIMIT, ROLLCALL } from '../contestant/contestant.ts';
import { changesPerSecond, race } from '../contestant/field.ts';
import { rounded } from '../figure.ts';
import { median } from '../statistics.ts';

const LATENCIES_MS = [5, 10, 20, 50, 100, 200];
const ENTRANTS: readonly Entrant[] = [
  LIMIT,
  { ...ROLLCALL, name: 'Rollcall, roster in memory' },
  { ...ROLLCALL, name: 'Rollcall, roster in 5 ms', roster: { answersInMs: 5 } },
  ...ALTERNATIVES,
];

/** How throughput falls as the vendor takes longer. Of the full run only; it has no target. */
export const latency: Case = {
  name: 'latency',
  async run(bench) {
    const points = new Map<string, [number, number][]>(ENTRANTS.map(({ name }) => [name, []]));
    for (const latencyMs of bench.quick ? [] : LATENCIES_MS) {
      const results = await race(bench, { entrants: ENTRANTS, latencyMs, rounds: 2, forMs: 800 });
      for (const [name, rounds] of results) {
        points.get(name)?.push([latencyMs, median(rounds.map(changesPerSecond))]);
      }
    }
    if (bench.quick) return { figures: [], tables: [] };
    const row = (name: string) => [
      name,
      ...(points.get(name) ?? []).map(([, perSecond]) => String(rounded(perSecond))),
    ];
    return {
      figures: [],
      tables: [
        {
          title: 'Changes a second by the latency of the vendor, batches of 10',
          header: ['', ...LATENCIES_MS.map((ms) => `${ms} ms`)],
          rows: ENTRANTS.map(({ name }) => row(name)),
        },
      ],
      plots: {
        'throughput-against-latency': {
          title: 'Throughput against latency, batches of 10',
          x: { label: 'latency of the vendor, ms', scale: 'log' },
          y: { label: 'changes a second', scale: 'log' },
          lines: [...points].map(([name, each]) => ({ name, points: each })),
        },
      },
    };
  },
};

import type { Sample } from './samples.ts';

/** A part of the run, by changes that have ended. */
export interface Quarter {
  readonly changesPerSecond: number;
  /** Of the functions: what Rollcall itself takes for a change, whatever the emulators do. */
  readonly cpuMsPerChange: number;
  readonly rssMiB: number;
  readonly files: number;
  readonly sockets: number;
  readonly tableCpuMsPerChange: number;
  readonly tableRssMiB: number;
  readonly hostRssMiB: number;
}

const QUARTERS = 4;

/** The run in four parts with as many changes each; fewer where it was too short to be looked at so often. */
export function quartersOf(samples: readonly Sample[]): Quarter[] {
  const total = samples.at(-1)?.ended ?? 0;
  const parts = Array.from({ length: QUARTERS }, (_, part) => {
    const within = ({ ended }: Sample) =>
      ended >= (total * part) / QUARTERS && ended <= (total * (part + 1)) / QUARTERS;
    return samples.filter(within);
  });
  return parts.flatMap(quarterOf);
}

function quarterOf(samples: readonly Sample[]): Quarter[] {
  const [first, last] = [samples[0], samples.at(-1)];
  const changes = (last?.ended ?? 0) - (first?.ended ?? 0);
  if (!first || !last || changes === 0) return [];
  const median = (value: (sample: Sample) => number) => medianOf(samples.map(value));
  return [
    {
      changesPerSecond: changes / ((last.atMs - first.atMs) / 1_000),
      cpuMsPerChange: (last.functions.cpuMs - first.functions.cpuMs) / changes,
      rssMiB: median(({ functions }) => functions.rssMiB),
      files: median(({ functions }) => functions.files),
      sockets: median(({ functions }) => functions.sockets),
      tableCpuMsPerChange: (last.emulators.tableCpuMs - first.emulators.tableCpuMs) / changes,
      tableRssMiB: median(({ emulators }) => emulators.tableRssMiB),
      hostRssMiB: median(({ emulators }) => emulators.hostRssMiB),
    },
  ];
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** A runtime takes memory until it sees a reason to tidy up; what leaks at every change goes far beyond this. */
const RSS_GROWTH_MAX = { ratio: 1.25, mib: 16 };
const HANDLES_GROWTH_MAX = 4;
/** Other work on this machine shows in the throughput; a cost that grows with the number of changes shows in both. */
const CPU_GROWTH_MAX = 1.3;
const SLOWEST_MIN = 0.5;

/** In a shorter run everything is still starting. */
const JUDGED_FROM_CHANGES = 20_000;

/** What has not stayed as it was. The first quarter is left out: in it the functions start, and every member is new. */
export function unsteady(changes: number, [, ...quarters]: readonly Quarter[]): string[] {
  if (changes < JUDGED_FROM_CHANGES) return [];
  const [early, late] = [quarters[0], quarters.at(-1)];
  if (!early || !late || early === late) return [];
  const rates = quarters.map(({ changesPerSecond }) => changesPerSecond);
  const grew = (name: string, before: number, after: number, most: number) =>
    after > most ? [`${name} grew from ${before.toFixed(1)} to ${after.toFixed(1)}`] : [];
  const { ratio, mib } = RSS_GROWTH_MAX;
  return [
    ...grew('memory of a function in MiB', early.rssMiB, late.rssMiB, early.rssMiB * ratio + mib),
    ...grew('files of a function', early.files, late.files, early.files + HANDLES_GROWTH_MAX),
    ...grew('sockets of a function', early.sockets, late.sockets, early.sockets + HANDLES_GROWTH_MAX),
    ...grew(
      'CPU ms per change',
      early.cpuMsPerChange,
      late.cpuMsPerChange,
      early.cpuMsPerChange * CPU_GROWTH_MAX,
    ),
    ...(Math.min(...rates) < Math.max(...rates) * SLOWEST_MIN
      ? [
          `throughput was between ${Math.min(...rates).toFixed(0)} and ${Math.max(...rates).toFixed(0)} a second`,
        ]
      : []),
  ];
}

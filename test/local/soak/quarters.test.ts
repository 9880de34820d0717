import { describe, expect, test } from 'vitest';
import { quartersOf, unsteady } from '../../../local/soak/quarters.ts';
import type { Sample } from '../../../local/soak/samples.ts';

interface Course {
  /** Each from the number of changes that have ended. */
  readonly atMs?: (ended: number) => number;
  readonly rssMiB?: (ended: number) => number;
  readonly files?: (ended: number) => number;
  readonly cpuMs?: (ended: number) => number;
}

const CHANGES = 100_000;

/** A run that is looked at a hundred times. */
function run({
  atMs = (n) => n * 5,
  rssMiB = () => 120,
  files = () => 40,
  cpuMs = (n) => n * 3,
}: Course): Sample[] {
  return Array.from({ length: 101 }, (_, index) => {
    const ended = (CHANGES / 100) * index;
    return {
      atMs: atMs(ended),
      ended,
      functions: { rssMiB: rssMiB(ended), files: files(ended), sockets: 20, cpuMs: cpuMs(ended) },
      emulators: { hostRssMiB: ended / 100, tableRssMiB: 100, tableCpuMs: ended },
    };
  });
}

const verdict = (course: Course, changes = CHANGES) => unsteady(changes, quartersOf(run(course)));

describe('a run', () => {
  test('is told in four parts with as many changes each', () => {
    const quarters = quartersOf(run({}));
    expect(quarters.map(({ changesPerSecond }) => Math.round(changesPerSecond))).toEqual([
      200, 200, 200, 200,
    ]);
    expect(quarters.map(({ cpuMsPerChange }) => cpuMsPerChange)).toEqual([3, 3, 3, 3]);
  });

  test('is steady where nothing grows but what is kept of every change outside the functions', () => {
    expect(verdict({})).toEqual([]);
  });

  test('is not, where a function keeps something of every change', () => {
    expect(verdict({ rssMiB: (ended) => 120 + ended / 500 })).toEqual([expect.stringMatching(/^memory/)]);
    expect(verdict({ files: (ended) => 40 + ended / 5_000 })).toEqual([expect.stringMatching(/^files/)]);
  });

  test('is not, where each change costs more than the one before', () => {
    expect(verdict({ cpuMs: (ended) => ended ** 2 / 10_000 })).toEqual([expect.stringMatching(/^CPU/)]);
    expect(verdict({ atMs: (ended) => ended ** 3 / 1e6 })).toEqual([expect.stringMatching(/^throughput/)]);
  });

  test('may start as it will, and is not judged where it is over before it has started', () => {
    expect(verdict({ rssMiB: (ended) => (ended < CHANGES / 4 ? 60 : 120) })).toEqual([]);
    expect(verdict({ rssMiB: (ended) => 120 + ended / 100 }, 2_000)).toEqual([]);
  });
});

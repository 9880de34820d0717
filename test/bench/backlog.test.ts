import { describe, expect, it } from 'vitest';
import { queueOf, throttledOf } from '../../bench/backlog.ts';

const population = { appId: 'a', members: 3, conversations: 1 };
const run = { startedMs: 1_000, latencyMs: 20 };

describe('a backlog', () => {
  it('is one change of each member', () => {
    expect(queueOf(3, population).waiting.map(({ member }) => member)).toEqual([0, 1, 2]);
  });

  it('takes until the last answer, and each change waits from when it was taken', () => {
    const backlog = { ...queueOf(3, population), takenAtMs: [1_000, 1_100, 1_200] };
    const changes = [
      ['u0', 1_010],
      ['u2', 1_980],
      ['u1', 1_300],
    ] as const;
    expect(throttledOf({ requests: 5, changes }, backlog, run)).toEqual({
      seconds: 1,
      requests: 5,
      applied: 3,
      waitsMs: [30, 800, 220],
    });
  });

  it('that was not worked off is none', () => {
    const counts = { requests: 3, changes: [['u0', 1_010]] as const };
    expect(() => throttledOf(counts, queueOf(3, population), run)).toThrow('1 of 3');
  });
});

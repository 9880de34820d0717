import { describe, expect, it } from 'vitest';
import type { PlannedChange } from '../../bench/changes.ts';
import { type ChurnTrace, churnTrace, neededRequests } from '../../bench/churn-trace.ts';

const trace = churnTrace({ members: 300, blocks: 100, seed: 7, startMs: 0 });

describe('a trace of churn', () => {
  it('has a tenth of repeats, and three tenths that a newer change of the same member supersedes at once', () => {
    const ids = trace.changes.map(({ id }) => id);
    expect(ids.length - new Set(ids).size).toBe(100);
    const takenBack = ids.filter((id) => ids.includes(`${id}-back`));
    expect(new Set(takenBack).size).toBe(300);
    expect(ids).toHaveLength(1_000);
  });

  it('expects of each member what its newest change says', () => {
    const expected = new Set(trace.present);
    for (const { member, action } of trace.changes.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs)) {
      if (action === 'join') expected.add(member);
      else expected.delete(member);
    }
    expect(new Set(trace.expected)).toEqual(expected);
  });

  it('is the same for the same seed', () => {
    expect(churnTrace({ members: 300, blocks: 100, seed: 7, startMs: 0 })).toEqual(trace);
    expect(churnTrace({ members: 300, blocks: 100, seed: 8, startMs: 0 })).not.toEqual(trace);
  });
});

describe('what state needs', () => {
  const change = (index: number, member: number, action: PlannedChange['action'], occurredAtMs = index) => {
    return { index, id: `${index}`, member, action, occurredAtMs };
  };
  const of = (changes: PlannedChange[], present: number[] = []): ChurnTrace => {
    return { changes, present, expected: [] };
  };

  it('is nothing for what is taken back in the same batch, and two requests across batches', () => {
    const there = of([change(0, 1, 'join'), change(1, 1, 'leave')]);
    expect([neededRequests(there, 2), neededRequests(there, 1)]).toEqual([0, 2]);
  });

  it('is nothing for what holds already, for repeats, and for what is older than what is known', () => {
    expect(neededRequests(of([change(0, 1, 'join')], [1]), 10)).toBe(0);
    expect(neededRequests(of([change(0, 1, 'join'), change(1, 1, 'join', 0)]), 1)).toBe(1);
    expect(neededRequests(of([change(0, 1, 'join', 5), change(1, 1, 'leave', 4)]), 1)).toBe(1);
  });
});

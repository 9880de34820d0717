import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConversationRow, HeldPlan, PlannedRemoval } from '../../functions/core/conversation.ts';
import {
  APPROVAL_MS,
  judgeRemovals,
  recentRemovals,
  removalLimit,
  removalsHash,
} from '../../functions/core/removal-limit.ts';
import { DAY, HOUR, MINUTE, NOW, version } from '../support/builders.ts';

type Row = Pick<ConversationRow, 'removals' | 'held'>;

function removals(...names: string[]): PlannedRemoval[] {
  return names.map((memberId) => ({ memberId, plannedAgainst: version() }));
}

function heldPlan(held: readonly PlannedRemoval[], overrides: Partial<HeldPlan> = {}): HeldPlan {
  return { hash: removalsHash(held), heldAtMs: NOW - HOUR, removals: held, ...overrides };
}

/** What is judged where so many are present. */
function judge(planned: readonly PlannedRemoval[], present: number, row?: Row) {
  return judgeRemovals(planned, present, row, NOW);
}

describe('how many may be removed in a day', () => {
  const cases: [present: number, limit: number][] = [
    [0, 0],
    [1, 0],
    [2, 1],
    [3, 1],
    [4, 1],
    [7, 1],
    [8, 2],
    [11, 2],
    [100, 25],
    [103, 25],
    [1_000, 250],
  ];
  test.each(cases)('of %i: %i', (present, limit) => {
    expect(removalLimit(present)).toBe(limit);
  });

  test('is never all of them', () => {
    fc.assert(
      fc.property(fc.nat(), (present) => {
        expect(removalLimit(present)).toBeLessThanOrEqual(Math.max(0, present - 1));
        expect(removalLimit(present)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('removals count', () => {
  const row = {
    removals: [
      { atMs: NOW - DAY, count: 1 },
      { atMs: NOW - DAY + 1, count: 2 },
      { atMs: NOW, count: 3 },
    ],
  };

  test('for 24 hours', () => {
    expect(recentRemovals(row, NOW)).toEqual([
      { atMs: NOW - DAY + 1, count: 2 },
      { atMs: NOW, count: 3 },
    ]);
  });

  test('as none where there were none, or no row', () => {
    expect(recentRemovals({}, NOW)).toEqual([]);
    expect(recentRemovals(undefined, NOW)).toEqual([]);
  });
});

describe('planned removals', () => {
  test('go out within the limit', () => {
    const planned = removals('ann', 'bob');
    expect(judge(planned, 8)).toEqual({ kind: 'remove', removals: planned, spendsApproval: false });
  });

  test('are held past it, all of them', () => {
    const planned = removals('ann', 'bob', 'cyd');
    const plan = { hash: removalsHash(planned), heldAtMs: NOW, removals: planned };
    expect(judge(planned, 8)).toEqual({ kind: 'hold', plan, isNew: true });
  });

  test('share the limit with those of the last 24 hours', () => {
    const row = {
      removals: [
        { atMs: NOW - HOUR, count: 1 },
        { atMs: NOW - MINUTE, count: 1 },
      ],
    };
    expect(judge(removals('ann'), 12, row)).toMatchObject({ kind: 'remove' });
    expect(judge(removals('ann'), 11, row)).toMatchObject({ kind: 'hold' });
  });

  test('are not held for removals of yesterday', () => {
    expect(judge(removals('ann'), 4, { removals: [{ atMs: NOW - DAY, count: 5 }] })).toMatchObject({
      kind: 'remove',
    });
  });

  test('never empty a conversation', () => {
    expect(judge(removals('ann'), 1)).toMatchObject({ kind: 'hold' });
  });

  test('of nobody need no limit', () => {
    expect(judge([], 0)).toEqual({ kind: 'remove', removals: [], spendsApproval: false });
    expect(judge([], 8, { held: heldPlan(removals('ann')) })).toMatchObject({ kind: 'remove', removals: [] });
  });
});

describe('a held plan', () => {
  const planned = removals('ann', 'bob', 'cyd');

  test('stays held, as the one it was, while the same is planned', () => {
    const held = heldPlan(planned);
    expect(judge(planned, 8, { held })).toEqual({ kind: 'hold', plan: held, isNew: false });
    expect(judge(planned.toReversed(), 8, { held })).toEqual({ kind: 'hold', plan: held, isNew: false });
  });

  test('stays held though the limit would let it go by now', () => {
    expect(judge(planned, 100, { held: heldPlan(planned) })).toMatchObject({ kind: 'hold' });
  });

  test('is another one when something else is planned', () => {
    const others = removals('ann', 'bob');
    expect(judge(others, 8, { held: heldPlan(planned) })).toEqual({
      kind: 'hold',
      plan: { hash: removalsHash(others), heldAtMs: NOW, removals: others },
      isNew: true,
    });
  });
});

describe('an approval', () => {
  const shown = removals('ann', 'bob', 'cyd');
  const approved = (approvedUntilMs: number): Row => ({ held: heldPlan(shown, { approvedUntilMs }) });

  test('lets the removals go out that were shown', () => {
    expect(judge(shown, 4, approved(NOW + 1))).toEqual({
      kind: 'remove',
      removals: shown,
      spendsApproval: true,
    });
  });

  test('ends after its time', () => {
    expect(APPROVAL_MS).toBe(HOUR);
    expect(judge(shown, 4, approved(NOW))).toMatchObject({ kind: 'hold', isNew: false });
  });

  test('covers nobody who was not shown', () => {
    const planned = [...shown, ...removals('dee')];
    expect(judge(planned, 4, approved(NOW + 1))).toMatchObject({ removals: shown });
  });

  test('covers nobody whose wish has moved on since', () => {
    const planned = shown.map((removal) => ({ ...removal, plannedAgainst: version(MINUTE) }));
    expect(judge(planned, 4, approved(NOW + 1))).toMatchObject({ kind: 'remove', removals: [] });
    expect(judge([{ memberId: 'ann' }], 4, approved(NOW + 1))).toMatchObject({
      kind: 'remove',
      removals: [],
    });
  });

  test('removes nobody who is no longer planned', () => {
    expect(judge(removals('bob'), 4, approved(NOW + 1))).toMatchObject({
      removals: removals('bob'),
      spendsApproval: true,
    });
  });
});

describe('the hash of a plan', () => {
  const removal = fc.record(
    { memberId: fc.string(), plannedAgainst: fc.constantFrom('1', '2') },
    { requiredKeys: ['memberId'] },
  );
  const plan = fc.uniqueArray(removal, { selector: ({ memberId }) => memberId, maxLength: 8 });
  const sorted = (each: readonly PlannedRemoval[]) =>
    each.map(({ memberId, plannedAgainst }) => JSON.stringify([memberId, plannedAgainst ?? null])).toSorted();

  test('is short enough to type', () => {
    expect(removalsHash(removals('ann'))).toMatch(/^[0-9a-f]{16}$/);
  });

  test('is the same in any order', () => {
    const shuffled = plan.chain((each) =>
      fc.tuple(fc.constant(each), fc.shuffledSubarray(each, { minLength: each.length })),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(removalsHash(other)).toBe(removalsHash(one));
      }),
    );
  });

  test('is another for another plan', () => {
    fc.assert(
      fc.property(plan, plan, (one, other) => {
        expect(removalsHash(one) === removalsHash(other)).toBe(sorted(one).join() === sorted(other).join());
      }),
    );
  });

  test('tells members whose ids run into one another apart', () => {
    expect(removalsHash([{ memberId: 'a' }, { memberId: 'b' }])).not.toBe(
      removalsHash([{ memberId: 'a\nb' }]),
    );
    expect(removalsHash([{ memberId: 'a', plannedAgainst: 'null' }])).not.toBe(
      removalsHash([{ memberId: 'a' }]),
    );
  });
});

describe('whatever was planned, removed, held and approved before', () => {
  const names = fc
    .uniqueArray(fc.constantFrom(...'abcdefghijkl'), { maxLength: 12 })
    .map((each) => removals(...each));
  const row = fc.record<Row>(
    {
      removals: fc.array(
        fc.record({ atMs: fc.integer({ min: NOW - 2 * DAY, max: NOW }), count: fc.nat({ max: 5 }) }),
        { maxLength: 4 },
      ),
      held: fc
        .tuple(names, fc.option(fc.integer({ min: NOW - HOUR, max: NOW + HOUR })))
        .map(([held, approvedUntilMs]) =>
          heldPlan(held, approvedUntilMs === null ? {} : { approvedUntilMs }),
        ),
    },
    { requiredKeys: [] },
  );

  test('without an approval no more goes out than the limit leaves, and the last participant stays', () => {
    fc.assert(
      fc.property(names, fc.nat({ max: 40 }), row, (planned, more, before) => {
        const present = planned.length + more;
        const verdict = judge(planned, present, before);
        if (verdict.kind !== 'remove' || verdict.spendsApproval || verdict.removals.length === 0) return;
        const used = recentRemovals(before, NOW).reduce((sum, { count }) => sum + count, 0);
        expect(used + verdict.removals.length).toBeLessThanOrEqual(Math.max(1, present / 4));
        expect(verdict.removals.length).toBeLessThan(present);
        expect(before.held).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  test('with an approval exactly what was shown and is still planned goes out', () => {
    fc.assert(
      fc.property(names, fc.nat({ max: 40 }), row, (planned, more, before) => {
        const verdict = judge(planned, planned.length + more, before);
        const isApproved = (before.held?.approvedUntilMs ?? 0) > NOW;
        if (!isApproved) {
          expect(verdict).not.toMatchObject({ spendsApproval: true });
          return;
        }
        const shown = new Set(before.held?.removals.map(({ memberId }) => memberId));
        const expected = planned.filter(({ memberId }) => shown.has(memberId));
        expect(verdict).toEqual({ kind: 'remove', removals: expected, spendsApproval: true });
      }),
      { numRuns: 1_000 },
    );
  });
});

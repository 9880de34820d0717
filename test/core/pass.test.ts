import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConversationRow } from '../../functions/core/conversation.ts';
import { compare, type Difference } from '../../functions/core/drift.ts';
import {
  afterSending,
  beforeSending,
  isRunStopped,
  type PassPlan,
  planPass,
  withoutRemovals,
} from '../../functions/core/pass.ts';
import { removalsHash } from '../../functions/core/removal-limit.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { conversationKey, DAY, HOUR, MINUTE, memberKey, NOW, version } from '../support/builders.ts';

function difference(memberId: string, overrides: Partial<Difference> = {}): Difference {
  return {
    member: memberKey({ memberId }),
    action: 'leave',
    cause: 'behind_our_back',
    plannedAgainst: version(),
    correction: 'unexpected',
    timesCorrected: 0,
    ...overrides,
  };
}

const REMOVAL = difference('ann');
const OTHER_REMOVAL = difference('bob');
const JOIN = difference('cyd', { action: 'join', correction: 'missing' });
const DEFERRED_LEAVE = difference('dee', { cause: 'deferred', correction: 'deferred' });
const { correction: _, ...REPORTED } = difference('eve', { cause: 'parked', withheld: 'parked' });

function conversationRow(overrides: Partial<ConversationRow> = {}): ConversationRow {
  return { key: conversationKey(), dueAtMs: NOW, ...overrides };
}

/** What is planned where so many are present. */
function planned(differences: readonly Difference[], present: number, row?: ConversationRow): PassPlan {
  return planPass({ differences, nowConfirmed: [] }, present, row, NOW);
}

/** A row whose removals of these members are held, and perhaps approved. */
function holding(removals: readonly Difference[], approvedUntilMs?: number): ConversationRow {
  const shown = removals.map(({ member: { memberId } }) => ({ memberId, plannedAgainst: version() }));
  const held = { hash: removalsHash(shown), heldAtMs: NOW - MINUTE, removals: shown };
  return conversationRow({ held: approvedUntilMs === undefined ? held : { ...held, approvedUntilMs } });
}

describe('a pass', () => {
  test('corrects whatever is to be corrected, and reports the rest', () => {
    const plan = planned([REMOVAL, JOIN, DEFERRED_LEAVE, REPORTED], 8);
    expect(plan).toMatchObject({ held: [], verdict: { kind: 'remove', spendsApproval: false } });
    expect(new Set(plan.correct)).toEqual(new Set([REMOVAL, JOIN, DEFERRED_LEAVE]));
  });

  test('holds removals past the limit, but no joins, and no leaves of a producer', () => {
    const plan = planned([REMOVAL, JOIN, OTHER_REMOVAL, DEFERRED_LEAVE, REPORTED], 4);
    expect(plan).toMatchObject({
      correct: [JOIN, DEFERRED_LEAVE],
      held: [REMOVAL, OTHER_REMOVAL],
      verdict: { kind: 'hold' },
    });
  });

  test('removes of what was held what an operator approved, and holds what has come since', () => {
    const plan = planned([REMOVAL, OTHER_REMOVAL, JOIN], 3, holding([REMOVAL], NOW + MINUTE));
    expect(plan).toMatchObject({
      correct: [JOIN, REMOVAL],
      held: [OTHER_REMOVAL],
      verdict: { spendsApproval: true },
    });
  });

  test('plans a removal against the row, or against there being none', () => {
    const stranger = { ...difference('zoe'), plannedAgainst: undefined };
    const { plannedAgainst: _, ...withoutRow } = stranger;
    expect(planned([REMOVAL, withoutRow], 8).verdict).toStrictEqual({
      kind: 'remove',
      removals: [{ memberId: 'ann', plannedAgainst: version() }, { memberId: 'zoe' }],
      spendsApproval: false,
    });
  });
});

describe('before a pass sends', () => {
  test('its removals are counted, beside those of the last 24 hours', () => {
    const row = conversationRow({
      removals: [
        { atMs: NOW - DAY, count: 7 },
        { atMs: NOW - HOUR, count: 1 },
      ],
    });
    expect(beforeSending(planned([REMOVAL], 8, row), row, NOW)).toEqual({
      removals: [
        { atMs: NOW - HOUR, count: 1 },
        { atMs: NOW, count: 1 },
      ],
    });
    expect(beforeSending(planned([REMOVAL, OTHER_REMOVAL], 8), undefined, NOW)).toEqual({
      removals: [{ atMs: NOW, count: 2 }],
    });
  });

  test('what it newly holds is written down, for an operator to see', () => {
    expect(beforeSending(planned([REMOVAL, OTHER_REMOVAL], 4), undefined, NOW)).toMatchObject({
      held: { heldAtMs: NOW, removals: [{ memberId: 'ann' }, { memberId: 'bob' }] },
    });
  });

  test('what it holds still is not written again', () => {
    const row = holding([REMOVAL, OTHER_REMOVAL]);
    expect(beforeSending(planned([REMOVAL, OTHER_REMOVAL], 4, row), row, NOW)).toEqual({});
  });

  test('nothing is written where it removes nobody', () => {
    expect(beforeSending(planned([JOIN, DEFERRED_LEAVE], 8), conversationRow(), NOW)).toEqual({});
  });
});

describe('after a pass has sent', () => {
  test('an approval is spent', () => {
    const row = holding([REMOVAL], NOW + MINUTE);
    expect(afterSending(planned([REMOVAL], 3, row), row)).toEqual({ held: null });
  });

  test('what was held and is planned no more is dropped', () => {
    const row = holding([REMOVAL]);
    expect(afterSending(planned([JOIN], 3, row), row)).toEqual({ held: null });
  });

  test('what is held stays held', () => {
    const row = holding([REMOVAL, OTHER_REMOVAL]);
    expect(afterSending(planned([REMOVAL, OTHER_REMOVAL], 4, row), row)).toEqual({});
    expect(afterSending(undefined, row)).toEqual({});
  });

  test('a conversation that was listed is not gone', () => {
    const row = conversationRow({ notFoundPasses: 1 });
    expect(afterSending(planned([], 3, row), row)).toEqual({ notFoundPasses: null });
    expect(afterSending(undefined, row)).toEqual({ notFoundPasses: null });
  });

  test('nothing is written where there is nothing to say', () => {
    expect(afterSending(planned([REMOVAL], 8), undefined)).toEqual({});
    expect(afterSending(planned([REMOVAL], 8, conversationRow()), conversationRow())).toEqual({});
  });
});

test('a pass that must remove nobody makes everything else', () => {
  const plan = planned([REMOVAL, JOIN, OTHER_REMOVAL, DEFERRED_LEAVE], 3, holding([REMOVAL], NOW + MINUTE));
  expect(withoutRemovals(plan)).toEqual({
    correct: [JOIN, DEFERRED_LEAVE],
    held: [OTHER_REMOVAL, REMOVAL],
    verdict: { kind: 'remove', removals: [], spendsApproval: false },
  });
});

describe('a run of many conversations', () => {
  test.each([
    [5, 1, false],
    [6, 1, true],
    [6, 500, true],
    [6, 600, false],
    [7, 600, true],
    [10_000, 1_000_000, false],
    [10_001, 1_000_000, true],
  ])('%i newly held of %i: stopped %s', (newlyHeld, planned, stopped) => {
    expect(isRunStopped({ newlyHeld, planned })).toBe(stopped);
  });
});

test('whatever is found, a pass corrects or holds each correction exactly once, and holds removals only', () => {
  fc.assert(
    fc.property(arbitrary.comparison, fc.boolean(), (input, isHeld) => {
      const comparison = compare(input);
      const corrections = comparison.differences.filter(({ correction }) => correction !== undefined);
      const row = isHeld ? holding([REMOVAL]) : undefined;
      const plan = planPass(comparison, input.participants.length, row, NOW);
      expect(plan.correct.length + plan.held.length).toBe(corrections.length);
      expect(new Set([...plan.correct, ...plan.held])).toEqual(new Set(corrections));
      expect(plan.held.every(({ correction }) => correction === 'unexpected')).toBe(true);
      const removed = plan.correct.filter(({ correction }) => correction === 'unexpected');
      if (removed.length > 0) expect(removed.length).toBeLessThan(input.participants.length);
    }),
    { numRuns: 300 },
  );
});

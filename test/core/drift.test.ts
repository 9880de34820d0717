import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { POLICIES } from '../../functions/core/app.ts';
import {
  type CompareInput,
  type Comparison,
  compare,
  type Difference,
  type DriftCause,
  policyAllows,
} from '../../functions/core/drift.ts';
import type { Participant } from '../../functions/core/listing.ts';
import { isManaged, type MemberRow } from '../../functions/core/roster.ts';
import * as arbitrary from '../support/arbitraries.ts';
import {
  conversationKey,
  DAY,
  HOUR,
  MINUTE,
  memberKey,
  memberRow,
  NOW,
  participant,
  SECOND,
  TIMINGS,
  version,
} from '../support/builders.ts';

/** A conversation where nobody is present and nothing is wished, listed a minute ago. */
function situation(overrides: Partial<CompareInput> = {}): CompareInput {
  return {
    conversation: conversationKey(),
    idKind: 'userId',
    policy: 'managed',
    protectedMembers: new Set(),
    participants: [],
    rows: [],
    listingStartedMs: NOW - MINUTE,
    nowMs: NOW,
    timings: TIMINGS,
    ...overrides,
  };
}

const PRESENT = { participants: [participant('ann')] };

/** What is found of one row's member. */
function found(row: MemberRow, overrides: Partial<CompareInput> = {}): readonly Difference[] {
  return compare(situation({ rows: [row], ...overrides })).differences;
}

/** A row that says nothing of what the vendor has. */
function unconfirmed(overrides: Partial<MemberRow> = {}): MemberRow {
  const { confirmed: _, ...row } = memberRow(overrides);
  return row;
}

/** Presence as a row wishes it, and the opposite. */
const AS_WISHED = { join: PRESENT, leave: {} };
const NOT_AS_WISHED = { join: {}, leave: PRESENT };

describe.each(['join', 'leave'] as const)('a row that wishes a %s', (action) => {
  const asWished = AS_WISHED[action];
  const notAsWished = NOT_AS_WISHED[action];
  const difference = { member: memberKey(), action, plannedAgainst: version(-HOUR), timesCorrected: 0 };
  const broughtBack = (cause: DriftCause) => [{ ...difference, cause, correction: 'deferred' }];

  test('deferred: is brought back, whoever is present', () => {
    const row = unconfirmed({ action, state: 'deferred' });
    expect(found(row, asWished)).toEqual(broughtBack('deferred'));
    expect(found(row, notAsWished)).toEqual(broughtBack('deferred'));
  });

  test('pending: is left alone while its message may still come', () => {
    const row = unconfirmed({ action, state: 'pending', wishedAtMs: NOW - TIMINGS.stuckAfterMs });
    expect(found(row, asWished)).toEqual([]);
    expect(found(row, notAsWished)).toEqual([]);
  });

  test('pending: is brought back after that', () => {
    const row = unconfirmed({ action, state: 'pending', wishedAtMs: NOW - TIMINGS.stuckAfterMs - 1 });
    expect(found(row, asWished)).toEqual(broughtBack('stuck'));
    expect(found(row, notAsWished)).toEqual(broughtBack('stuck'));
  });

  test('applied and confirmed: is as wished, or was undone behind our back', () => {
    const row = memberRow({ action });
    const correction = action === 'join' ? 'missing' : 'unexpected';
    expect(found(row, asWished)).toEqual([]);
    expect(found(row, notAsWished)).toEqual([{ ...difference, cause: 'behind_our_back', correction }]);
  });

  test('applied since the listing began: is left alone', () => {
    const since = (atMs: number) =>
      memberRow({ action, confirmed: { action, version: version(-HOUR), atMs } });
    expect(found(since(NOW - MINUTE), notAsWished)).toEqual([]);
    expect(found(since(NOW - SECOND), notAsWished)).toEqual([]);
    expect(found(since(NOW - MINUTE - 1), notAsWished)).toHaveLength(1);
  });

  test('applied, not confirmed: is confirmed, or brought back', () => {
    const row = unconfirmed({ action });
    expect(found(row, asWished)).toEqual([]);
    expect(found(row, notAsWished)).toEqual(broughtBack('unconfirmed'));
  });

  test('applied, confirmed for an older wish: is confirmed, or brought back', () => {
    const row = memberRow({ action, confirmed: { action, version: version(-DAY), atMs: NOW - HOUR } });
    expect(found(row, asWished)).toEqual([]);
    expect(found(row, notAsWished)).toEqual(broughtBack('unconfirmed'));
  });

  test('parked: is reported where it makes a difference', () => {
    const row = unconfirmed({ action, state: 'parked' });
    expect(found(row, asWished)).toEqual([]);
    expect(found(row, notAsWished)).toEqual([{ ...difference, cause: 'parked', withheld: 'parked' }]);
  });

  test('unmanaged: is nobody’s business', () => {
    const row = unconfirmed({ action, state: 'unmanaged' });
    expect(found(row, asWished)).toEqual([]);
    expect(found(row, notAsWished)).toEqual([]);
  });
});

describe('what a listing confirms', () => {
  const confirms = (row: MemberRow, overrides: Partial<CompareInput> = {}) =>
    compare(situation({ rows: [row], ...overrides })).nowConfirmed;

  test('is the applied wish that it shows fulfilled', () => {
    const join = unconfirmed();
    const leave = unconfirmed({ action: 'leave' });
    expect(confirms(join, PRESENT)).toEqual([join]);
    expect(confirms(leave)).toEqual([leave]);
  });

  test('is the wish itself, not an older one', () => {
    const row = memberRow({ confirmed: { action: 'join', version: version(-DAY), atMs: NOW - DAY } });
    expect(confirms(row, PRESENT)).toEqual([row]);
  });

  test('is nothing that it does not show', () => {
    expect(confirms(unconfirmed())).toEqual([]);
    expect(confirms(unconfirmed({ action: 'leave' }), PRESENT)).toEqual([]);
  });

  test('is nothing that is known already', () => {
    expect(confirms(memberRow(), PRESENT)).toEqual([]);
  });

  test.each(['pending', 'deferred', 'parked', 'unmanaged'] as const)('is nothing that is %s', (state) => {
    expect(confirms(unconfirmed({ state }), PRESENT)).toEqual([]);
  });
});

describe('a policy', () => {
  const missing = (policy: CompareInput['policy']) => found(memberRow(), { policy });
  const unexpected = (policy: CompareInput['policy']) =>
    found(memberRow({ action: 'leave' }), { policy, ...PRESENT });

  test.each([
    ['report', false, false],
    ['additive', true, false],
    ['managed', true, true],
    ['exact', true, true],
  ] as const)('%s: corrects joins %s, leaves %s', (policy, joins, leaves) => {
    expect(policyAllows(policy, 'join')).toBe(joins);
    expect(policyAllows(policy, 'leave')).toBe(leaves);
    expect(missing(policy)).toMatchObject([joins ? { correction: 'missing' } : { withheld: 'policy' }]);
    expect(unexpected(policy)).toMatchObject([
      leaves ? { correction: 'unexpected' } : { withheld: 'policy' },
    ]);
  });

  test.each(POLICIES)('%s has no say in a producer’s own change', (policy) => {
    for (const row of [
      unconfirmed({ state: 'deferred' }),
      unconfirmed(),
      unconfirmed({ state: 'pending', wishedAtMs: 0 }),
    ]) {
      expect(found(row, { policy })).toMatchObject([{ correction: 'deferred' }]);
    }
  });
});

describe('somebody without a row', () => {
  const strangers = (overrides: Partial<CompareInput> = {}) =>
    compare(situation({ policy: 'exact', ...PRESENT, ...overrides })).differences;
  const removal = { member: memberKey(), action: 'leave', cause: 'unknown_participant', timesCorrected: 0 };

  test.each(['report', 'additive', 'managed'] as const)('is nobody’s business under %s', (policy) => {
    expect(strangers({ policy })).toEqual([]);
  });

  test('is removed under exact, planned against no row', () => {
    expect(strangers()).toStrictEqual([{ ...removal, correction: 'unexpected' }]);
  });

  test('is removed under exact by whichever id the app uses', () => {
    expect(strangers({ idKind: 'userExternalId' })).toMatchObject([
      { member: memberKey({ idKind: 'userExternalId', memberId: 'external-ann' }) },
    ]);
  });

  test('is left alone where it has no id of that kind', () => {
    const { userExternalId: _, ...nameless } = participant('ann');
    expect(strangers({ idKind: 'userExternalId', participants: [nameless] })).toEqual([]);
  });

  test('is protected where it is told to be', () => {
    expect(strangers({ protectedMembers: new Set(['ann']) })).toEqual([
      { ...removal, withheld: 'protected' },
    ]);
  });

  test('has, where nobody manages it any more, a row all the same: it is planned against that', () => {
    const row = unconfirmed({ state: 'unmanaged' });
    expect(strangers({ rows: [row] })).toEqual([
      { ...removal, plannedAgainst: row.version, correction: 'unexpected' },
    ]);
  });

  test.each(['pending', 'deferred', 'applied', 'parked'] as const)(
    'is not somebody whose row is %s',
    (state) => {
      expect(
        strangers({ rows: [memberRow({ state })] }).filter(({ cause }) => cause === 'unknown_participant'),
      ).toEqual([]);
    },
  );
});

describe('the id kind of the app', () => {
  test('tells who is present', () => {
    const key = memberKey({ idKind: 'userExternalId', memberId: 'external-ann' });
    expect(found(memberRow({ key }), { idKind: 'userExternalId', ...PRESENT })).toEqual([]);
    expect(found(memberRow({ key }), { idKind: 'userId', ...PRESENT })).toHaveLength(1);
  });
});

describe('a protected member', () => {
  const protectedMembers = new Set(['ann']);

  test('is not removed', () => {
    expect(found(memberRow({ action: 'leave' }), { ...PRESENT, protectedMembers })).toMatchObject([
      { withheld: 'protected' },
    ]);
  });

  test('is not removed by a leave that was never confirmed either', () => {
    const row = unconfirmed({ action: 'leave' });
    expect(found(row, { ...PRESENT, protectedMembers })).toMatchObject([
      { cause: 'unconfirmed', withheld: 'protected' },
    ]);
  });

  test('is brought back like anybody', () => {
    expect(found(memberRow(), { protectedMembers })).toMatchObject([{ correction: 'missing' }]);
    expect(found(unconfirmed(), { protectedMembers })).toMatchObject([{ correction: 'deferred' }]);
  });

  test('is reported as such only where the policy would remove at all', () => {
    const policy = 'additive';
    expect(found(memberRow({ action: 'leave' }), { ...PRESENT, protectedMembers, policy })).toMatchObject([
      { withheld: 'policy' },
    ]);
  });
});

describe('drift that comes again', () => {
  const corrected = (timesCorrected: number, agoMs: number) =>
    found(memberRow({ timesCorrected, correctedAtMs: NOW - agoMs }));

  test.each([
    // So long a correction may be on its way.
    [1, TIMINGS.deferredIntervalMs],
    [2, 2 * HOUR],
    [3, 4 * HOUR],
    [4, 8 * HOUR],
    [8, 128 * HOUR],
    [9, 7 * DAY],
    [40, 7 * DAY],
    [5_000, 7 * DAY],
  ])('after %i corrections pauses for %i ms', (times, pauseMs) => {
    if (pauseMs > 0)
      expect(corrected(times, pauseMs - 1)).toMatchObject([{ withheld: 'damped', timesCorrected: times }]);
    expect(corrected(times, pauseMs)).toMatchObject([{ correction: 'missing', timesCorrected: times }]);
  });

  test('is damped also where the wish was never confirmed', () => {
    const row = (agoMs: number) => unconfirmed({ timesCorrected: 3, correctedAtMs: NOW - agoMs });
    expect(found(row(4 * HOUR - 1))).toMatchObject([{ cause: 'unconfirmed', withheld: 'damped' }]);
    expect(found(row(4 * HOUR))).toMatchObject([{ cause: 'unconfirmed', correction: 'deferred' }]);
  });

  test('does not delay a producer’s own change', () => {
    for (const state of ['deferred', 'pending'] as const) {
      const row = unconfirmed({ state, wishedAtMs: 0, timesCorrected: 9, correctedAtMs: NOW });
      expect(found(row)).toMatchObject([{ correction: 'deferred' }]);
    }
  });
});

/** The difference of each member, by member: no order, and no member twice. */
function byMember({ differences }: Comparison): Map<string, Difference> {
  const map = new Map(differences.map((difference) => [difference.member.memberId, difference]));
  expect(map.size).toBe(differences.length);
  return map;
}

/** The conversation after the consumer has applied what was to be corrected, and the worker has noted what was confirmed. */
function corrected(
  input: CompareInput,
  { differences, nowConfirmed }: Comparison,
  atMs: number,
): CompareInput {
  const { idKind } = input;
  const corrections = differences.filter(({ correction }) => correction !== undefined);
  const members = new Map(corrections.map((each) => [each.member.memberId, each]));
  const stays = (each: Participant) => members.get(each[idKind] ?? '')?.action !== 'leave';
  const present = new Set(input.participants.map((each) => each[idKind]));
  const joined = corrections.filter(
    ({ action, member }) => action === 'join' && !present.has(member.memberId),
  );
  const apply = (row: MemberRow): MemberRow => {
    const { action, version } = row;
    const isOurs = isManaged(row);
    if (!isOurs || !(members.has(row.key.memberId) || nowConfirmed.includes(row))) return row;
    return { ...row, state: 'applied', confirmed: { action, version, atMs } };
  };
  return {
    ...input,
    participants: [
      ...input.participants.filter(stays),
      ...joined.map(({ member: { memberId } }) => ({
        id: `new-${memberId}`,
        userId: memberId,
        userExternalId: memberId,
      })),
    ],
    rows: input.rows.map(apply),
  };
}

describe('whoever is present, and whatever is wished under any policy', () => {
  test('once corrected, nothing is left to correct', () => {
    fc.assert(
      fc.property(arbitrary.comparison, (input) => {
        const after = corrected(input, compare(input), input.nowMs);
        const left = compare(after);
        expect(left.differences.filter(({ correction }) => correction !== undefined)).toEqual([]);
        expect(left.nowConfirmed).toEqual([]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('within two passes everybody managed is as wished, or reported with the cause why not', () => {
    fc.assert(
      fc.property(arbitrary.comparison, (input) => {
        const listed = (before: CompareInput, atMs: number) => ({
          ...before,
          listingStartedMs: atMs,
          nowMs: atMs,
        });
        const first = listed(input, NOW + HOUR);
        const second = listed(corrected(first, compare(first), NOW + HOUR), NOW + 2 * HOUR);
        const third = listed(corrected(second, compare(second), NOW + 2 * HOUR), NOW + 3 * HOUR);
        const [before, reported] = [byMember(compare(second)), byMember(compare(third))];
        const present = new Set(third.participants.map((each) => each[third.idKind]));
        for (const row of third.rows.filter(isManaged)) {
          const { memberId } = row.key;
          if (present.has(memberId) === (row.action === 'join')) continue;
          // What was damped until now may be due by now.
          const isExplained = [before, reported].some((pass) => pass.get(memberId)?.withheld !== undefined);
          expect(isExplained && reported.has(memberId)).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('nobody is removed who is not managed, protected, in flight, or just applied', () => {
    fc.assert(
      fc.property(arbitrary.comparison, (input) => {
        const rows = new Map(input.rows.map((row) => [row.key.memberId, row]));
        for (const { member, action, correction } of compare(input).differences) {
          if (action !== 'leave' || correction === undefined) continue;
          const row = rows.get(member.memberId);
          const isOurs = row !== undefined && isManaged(row);
          if (isOurs) expect(row.action).toBe('leave');
          else expect(input.policy).toBe('exact');
          if (correction === 'deferred') continue;
          expect(['managed', 'exact']).toContain(input.policy);
          expect(input.protectedMembers.has(member.memberId)).toBe(false);
          if (!isOurs) continue;
          expect(row.state).toBe('applied');
          expect(row.confirmed?.atMs).toBeLessThan(input.listingStartedMs);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('only a producer’s own change is brought back whatever policy and protection say', () => {
    fc.assert(
      fc.property(arbitrary.comparison, (input) => {
        const rows = new Map(input.rows.map((row) => [row.key.memberId, row]));
        for (const { member, correction } of compare(input).differences) {
          const row = rows.get(member.memberId);
          if (correction !== 'deferred') continue;
          if (row?.state === 'pending') expect(NOW - row.wishedAtMs).toBeGreaterThan(TIMINGS.stuckAfterMs);
          else if (row?.state === 'applied') expect(row.confirmed?.version).not.toBe(row.version);
          else expect(row?.state).toBe('deferred');
        }
      }),
      { numRuns: 1_000 },
    );
  });

  test('each difference is either corrected or withheld, of a member once, and against what its row says', () => {
    fc.assert(
      fc.property(arbitrary.comparison, (input) => {
        const rows = new Map(input.rows.map((row) => [row.key.memberId, row]));
        for (const [memberId, difference] of byMember(compare(input))) {
          expect(difference.correction === undefined).toBe(difference.withheld !== undefined);
          expect(difference.plannedAgainst).toBe(rows.get(memberId)?.version);
        }
      }),
    );
  });

  test('the order in which participants and rows come makes no difference', () => {
    const shuffled = arbitrary.comparison.chain((input) =>
      fc.record({
        input: fc.constant(input),
        participants: fc.shuffledSubarray([...input.participants], { minLength: input.participants.length }),
        rows: fc.shuffledSubarray([...input.rows], { minLength: input.rows.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ input, participants, rows }) => {
        const [one, other] = [compare(input), compare({ ...input, participants, rows })];
        expect(byMember(other)).toEqual(byMember(one));
        expect(new Set(other.nowConfirmed)).toEqual(new Set(one.nowConfirmed));
      }),
    );
  });
});

describe('the wish of somebody who was merged', () => {
  const movedBack = {
    member: memberKey(),
    action: 'join',
    plannedAgainst: version(-HOUR),
    cause: 'merged',
    correction: 'deferred',
  };

  test.each([AS_WISHED.join, NOT_AS_WISHED.join])(
    'is brought back to be moved, whoever is present: %j',
    (who) => {
      for (const state of ['applied', 'deferred'] as const)
        expect(found(memberRow({ state, mergedAtMs: NOW }), who)).toEqual([
          { ...movedBack, timesCorrected: 0 },
        ]);
      const again = memberRow({ mergedAtMs: NOW, timesCorrected: 3, correctedAtMs: NOW });
      expect(found(again, who)).toEqual([{ ...movedBack, timesCorrected: 3 }]);
    },
  );

  test('is left to its worker while it is in flight', () => {
    expect(found(memberRow({ state: 'pending', mergedAtMs: NOW, wishedAtMs: NOW }))).toEqual([]);
  });

  test('is confirmed by no listing: who is present there belongs to the survivor', () => {
    const rows = [unconfirmed({ mergedAtMs: NOW })];
    expect(compare(situation({ ...PRESENT, rows })).nowConfirmed).toEqual([]);
  });
});

describe('what was applied in doubt', () => {
  const nowConfirmed = (doubtfulSinceMs: number) => {
    const row = unconfirmed({ state: 'applied', action: 'join', doubtfulSinceMs });
    return compare(situation({ ...PRESENT, rows: [row] })).nowConfirmed;
  };
  const startedMs = situation().listingStartedMs;

  test('is confirmed by a listing that began after the doubt', () => {
    expect(nowConfirmed(startedMs - 1)).toHaveLength(1);
  });

  test('is not by one that was under way when the doubt came up, or began with it', () => {
    expect(nowConfirmed(startedMs)).toEqual([]);
    expect(nowConfirmed(startedMs + 1)).toEqual([]);
  });
});

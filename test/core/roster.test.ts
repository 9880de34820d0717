import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  inDoubt,
  isConfirmed,
  type MemberRow,
  oldestDeferralMs,
  rowAfterPatch,
  rowAfterWish,
} from '../../functions/core/roster.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { HOUR, MINUTE, memberKey, memberRow, NOW, version, wish } from '../support/builders.ts';

describe('the first wish for a member', () => {
  test('makes a row that is in flight, with one start', () => {
    const made = wish({ subscribeSDKClient: true });
    expect(rowAfterWish(memberKey(), undefined, made, NOW)).toStrictEqual({
      key: memberKey(),
      version: made.version,
      action: 'join',
      changeId: 'change-1',
      subscribeSDKClient: true,
      state: 'pending',
      wishedAtMs: NOW,
      starts: 1,
      startsAlone: 0,
      message: made.message,
    });
  });
});

describe('a newer wish', () => {
  const before: MemberRow = memberRow({
    state: 'parked',
    starts: 2,
    startsAlone: 4,
    lateAction: 'join',
    participantId: 'p1',
    reason: 'crashes',
    failingAloneSinceMs: NOW - HOUR,
    failedAloneAtMs: NOW - MINUTE,
    timesCorrected: 3,
    correctedAtMs: NOW - MINUTE,
    expiresAtMs: NOW + HOUR,
    message: wish().message,
  });
  const newer = wish({ action: 'leave', version: version(MINUTE), changeId: 'change-2' });
  const row = rowAfterWish(before.key, before, newer, NOW);

  test('replaces what was wished', () => {
    expect(row).toMatchObject({
      action: 'leave',
      version: version(MINUTE),
      changeId: 'change-2',
      state: 'pending',
      wishedAtMs: NOW,
    });
  });

  test('keeps what is known of the vendor, and what may still happen there', () => {
    expect(row).toMatchObject({ confirmed: before.confirmed, lateAction: 'join', participantId: 'p1' });
  });

  test('counts its start on top of those still open, and none of them as made alone', () => {
    expect(row).toMatchObject({ starts: 3, startsAlone: 0 });
  });

  test('starts over in everything else', () => {
    const fields = ['reason', 'timesCorrected', 'correctedAtMs', 'expiresAtMs'];
    for (const field of [...fields, 'failingAloneSinceMs', 'failedAloneAtMs'])
      expect(row).not.toHaveProperty(field);
  });
});

describe('a wish whose change has come to its end under another row', () => {
  const { message: _, ...settled } = wish();

  test('counts as applied, in doubt until a listing shows it, and nobody has started on it', () => {
    expect(rowAfterWish(memberKey(), undefined, settled, NOW)).toStrictEqual({
      key: memberKey(),
      version: settled.version,
      action: 'join',
      changeId: 'change-1',
      subscribeSDKClient: false,
      state: 'applied',
      wishedAtMs: NOW,
      starts: 0,
      startsAlone: 0,
      doubtfulSinceMs: NOW,
    });
  });

  test('leaves the starts of others open', () => {
    expect(rowAfterWish(memberKey(), memberRow({ starts: 2 }), settled, NOW)).toMatchObject({ starts: 2 });
  });
});

test('whoever was merged stays so under any later wish', () => {
  const after = (before: MemberRow) => rowAfterWish(memberKey(), before, wish(), NOW);
  expect(after(memberRow({ mergedAtMs: NOW - HOUR }))).toHaveProperty('mergedAtMs', NOW - HOUR);
  expect(after(memberRow())).not.toHaveProperty('mergedAtMs');
});

describe('the oldest deferral', () => {
  const waiting = (agoMs: number, state: MemberRow['state'] = 'deferred') =>
    memberRow({ state, wishedAtMs: NOW - agoMs });

  test('is the one that has waited longest, of those that are deferred', () => {
    const rows = [waiting(MINUTE), waiting(HOUR), waiting(2 * HOUR, 'applied'), waiting(0)];
    expect(oldestDeferralMs(rows, NOW)).toBe(HOUR);
  });

  test('is none where nobody waits', () => {
    expect(oldestDeferralMs([], NOW)).toBeUndefined();
    expect(oldestDeferralMs([waiting(HOUR, 'applied')], NOW)).toBeUndefined();
  });
});

describe('a patch', () => {
  test('sets and removes fields, and leaves the others', () => {
    const row = memberRow({ reason: 'throttled', participantId: 'p1' });
    expect(rowAfterPatch(row, { state: 'deferred', starts: 0, reason: null, lateAction: 'join' })).toEqual({
      ...memberRow({ state: 'deferred', starts: 0, participantId: 'p1', lateAction: 'join' }),
    });
  });

  test('of nothing changes nothing', () => {
    expect(rowAfterPatch(memberRow(), {})).toEqual(memberRow());
  });

  test('does not touch the row it is made from', () => {
    const row = memberRow();
    rowAfterPatch(row, { confirmed: null });
    expect(row).toEqual(memberRow());
  });
});

describe('what the vendor has is in doubt', () => {
  test.each<[string, boolean, Partial<MemberRow>]>([
    ['not while nobody is at work', false, { starts: 0 }],
    ['not for one’s own start', false, { starts: 1 }],
    ['for a start of somebody else', true, { starts: 2 }],
    ['for a late call that says the opposite', true, { action: 'join', lateAction: 'leave' }],
    ['not for a late call that says the same', false, { action: 'join', lateAction: 'join' }],
  ])('%s', (_, doubt, overrides) => {
    expect(inDoubt(memberRow(overrides))).toBe(doubt);
  });
});

describe('a wish needs no call', () => {
  const confirmed = { action: 'join', version: version(-HOUR), atMs: NOW - HOUR } as const;
  const { confirmed: _, ...unconfirmed } = memberRow();

  test.each<[string, boolean, MemberRow]>([
    [
      'while what it wishes is confirmed',
      true,
      memberRow({ starts: 1, confirmed: { ...confirmed, atMs: NOW - HOUR + 1 } }),
    ],
    [
      'though an older wish was confirmed',
      true,
      memberRow({ version: version(), starts: 1, confirmed: { ...confirmed, atMs: NOW } }),
    ],
    ['unless that is too long ago', false, memberRow({ confirmed: { ...confirmed, atMs: NOW - HOUR } })],
    [
      'unless the opposite was confirmed',
      false,
      memberRow({ action: 'leave', confirmed: { ...confirmed, atMs: NOW } }),
    ],
    ['unless nothing was', false, unconfirmed],
    [
      'unless somebody else is at work',
      false,
      memberRow({ starts: 2, confirmed: { ...confirmed, atMs: NOW } }),
    ],
    [
      'unless a late call may overturn it',
      false,
      memberRow({ lateAction: 'leave', confirmed: { ...confirmed, atMs: NOW } }),
    ],
    [
      'unless a late call is open at all',
      false,
      memberRow({ lateAction: 'join', confirmed: { ...confirmed, atMs: NOW } }),
    ],
  ])('%s', (_, needsNone, row) => {
    expect(isConfirmed(row, NOW, HOUR)).toBe(needsNone);
  });

  test('never while in doubt', () => {
    const row = fc.record({
      action: arbitrary.action,
      starts: fc.nat({ max: 3 }),
      lateAction: arbitrary.action,
      confirmed: fc.record({
        action: arbitrary.action,
        version: fc.constant(version()),
        atMs: fc.constant(NOW),
      }),
    });
    fc.assert(
      fc.property(row, (overrides) => {
        const judged = memberRow(overrides);
        if (inDoubt(judged)) expect(isConfirmed(judged, NOW, HOUR)).toBe(false);
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import type { PassReport } from '../../../functions/core/conversation.ts';
import type { MemberRow, ParkedItem } from '../../../functions/core/roster.ts';
import { BEFORE_EVERY_CHANGE } from '../../../functions/core/version.ts';
import type { Html } from '../../../functions/core/widget/html.ts';
import {
  appliedText,
  historyOf,
  presentText,
  stateText,
  wishedText,
} from '../../../functions/core/widget/member-facts.ts';
import { HOUR, MINUTE, memberKey, memberRow, NOW, version } from '../../support/builders.ts';
import { seenPage } from '../../support/seen-page.ts';

const words = (text: Html) => seenPage(text.text).words;
const HOUR_AGO = '1 h ago 2026-03-01 11:00:00 UTC';
const PARKED: ParkedItem = {
  message: { messageId: 'message-1', groupId: 'group-1', body: '{}', attributes: {} },
  reason: 'rejected',
  detail: 'the vendor said 422',
  parkedAtMs: NOW - MINUTE,
  key: memberKey(),
};
const unconfirmed = (overrides: Partial<MemberRow> = {}): MemberRow => {
  const { confirmed: _, ...row } = memberRow(overrides);
  return row;
};

describe('what is wished', () => {
  it.each<[Partial<MemberRow>, string]>([
    [{}, `in, by the change change-1 of ${HOUR_AGO}`],
    [{ action: 'leave', state: 'parked' }, `out, by the change change-1 of ${HOUR_AGO}`],
    // An adoption stands for no moment.
    [{ version: BEFORE_EVERY_CHANGE }, 'in, by the change change-1'],
    [{ state: 'unmanaged' }, 'nothing: nothing is wished under this id any more'],
    [{ state: 'merged' }, 'nothing: nothing is wished under this id any more'],
  ])('%j: %s', (overrides, said) => {
    expect(words(wishedText(memberRow(overrides), NOW))).toBe(said);
  });
});

describe('where it stands', () => {
  it.each<[Partial<MemberRow>, ParkedItem | undefined, string]>([
    [{ state: 'pending' }, undefined, 'in flight: the change queue delivers it until it is settled'],
    [
      { state: 'deferred', reason: 'no answer' },
      undefined,
      'deferred: waits for an outage to end, then goes by itself; no answer',
    ],
    [{ state: 'applied' }, undefined, 'applied'],
    [{ state: 'applied', reason: 'odd\u202e' }, undefined, 'applied; odd\\u{202e}'],
    [
      { state: 'parked', reason: 'user_not_found' },
      undefined,
      'parked: needs an operator; user_not_found: the vendor does not know the user',
    ],
    [
      { state: 'parked', reason: 'user_not_found' },
      PARKED,
      'parked: needs an operator; rejected: the vendor refuses this request (the vendor said 422)',
    ],
    [{ state: 'unmanaged', reason: 'x' }, undefined, 'unmanaged: discarded, or its conversation is gone'],
    [
      { state: 'merged' },
      undefined,
      'merged: the person goes by another id now, which the wish went over to',
    ],
  ])('%j: %s', (overrides, parked, said) => {
    expect(words(stateText(memberRow(overrides), parked))).toBe(said);
  });
});

describe('what was applied', () => {
  const known = (action: string) => `${action}, as the vendor was last known to have it ${HOUR_AGO}`;
  const unknown = 'not known: no answer of the vendor and no listing has confirmed it.';
  const earlier = { action: 'leave', version: version(-2 * HOUR), atMs: NOW - HOUR } as const;

  it.each<[string, MemberRow, string]>([
    ['confirmed in', memberRow(), `${known('in')}.`],
    ['confirmed out', memberRow({ action: 'leave' }), `${known('out')}.`],
    [
      'confirmed of an earlier change',
      memberRow({ confirmed: earlier }),
      `${known('out')}, under an earlier change.`,
    ],
    ['never confirmed', unconfirmed(), unknown],
    [
      'never confirmed, and in doubt',
      unconfirmed({ lateAction: 'leave' }),
      `${unknown} A leave may still take effect late: its answer never came.`,
    ],
    [
      'confirmed, and in doubt',
      memberRow({ lateAction: 'leave' }),
      `${known('in')}. A leave may still take effect late: its answer never came.`,
    ],
    [
      'confirmed of an earlier change, and in doubt',
      memberRow({ confirmed: earlier, lateAction: 'join' }),
      `${known('out')}, under an earlier change. A join may still take effect late: its answer never came.`,
    ],
  ])('%s', (_, row, said) => {
    expect(words(appliedText(row, NOW))).toBe(said);
  });
});

describe('who is present', () => {
  const asWished: PassReport = {
    passId: 'pass-1',
    startedAtMs: NOW - HOUR,
    finishedAtMs: NOW,
    listing: 'complete',
    participants: 1_234,
    missing: 0,
    unexpected: 0,
    corrected: 0,
    held: 0,
  };
  const wished = (overrides: Partial<MemberRow> = {}) =>
    memberRow({ wishedAtMs: NOW - HOUR - 1, ...overrides });
  const differences = (missing: number, unexpected: number) =>
    `not known: the last pass found 1,234 participants, ${missing} missing and ${unexpected} unexpected, ${HOUR_AGO}.`;

  it.each<[string, MemberRow, Partial<PassReport> | undefined, string]>([
    [
      'is not known before any pass',
      wished(),
      undefined,
      'not known: the conversation has not been compared yet.',
    ],
    [
      'is not known without a complete listing',
      wished(),
      { listing: 'doubtful' },
      `not known: the last pass got no complete listing, ${HOUR_AGO}.`,
    ],
    ['is, who is wished in', wished(), {}, `yes, as of the last pass: all were as wished, ${HOUR_AGO}.`],
    [
      'is not, who is wished out',
      wished({ action: 'leave' }),
      {},
      `no, as of the last pass: all were as wished, ${HOUR_AGO}.`,
    ],
    ['is not known where somebody was missing', wished(), { missing: 1 }, differences(1, 0)],
    ['is not known where somebody was unexpected', wished(), { unexpected: 1 }, differences(0, 1)],
    ['is not known where there was one of each', wished(), { missing: 1, unexpected: 1 }, differences(1, 1)],
    ['is not known of what is not applied', wished({ state: 'pending' }), {}, differences(0, 0)],
    ['is not known of what was wished since', wished({ wishedAtMs: NOW - HOUR }), {}, differences(0, 0)],
  ])('%s', (_, row, pass, said) => {
    const lastPass = pass && { ...asWished, ...pass };
    expect(words(presentText(row, lastPass, NOW))).toBe(said);
  });
});

describe('the history', () => {
  const history = (row: MemberRow, parked?: ParkedItem) =>
    historyOf(row, parked).map(({ atMs, what }) => [(atMs - NOW) / MINUTE, words(what)]);

  it('is what the row remembers, the latest first', () => {
    const row = memberRow({
      version: version(-2 * HOUR),
      wishedAtMs: NOW - HOUR,
      confirmed: { action: 'join', version: version(-2 * HOUR), atMs: NOW - 30 * MINUTE },
      timesCorrected: 2,
      correctedAtMs: NOW,
    });
    expect(history(row, PARKED)).toEqual([
      [0, 'corrected, 2 times in all under this wish'],
      [-1, 'parked: rejected'],
      [-30, 'the vendor had the member in'],
      [-60, 'accepted; work on it began'],
      [-120, 'the change change-1: join'],
    ]);
  });

  it('tells of one moment what came last first, and of an adoption no moment', () => {
    const row = memberRow({ action: 'leave', version: BEFORE_EVERY_CHANGE });
    expect(history(row)).toEqual([
      [-60, 'the vendor had the member out'],
      [-60, 'accepted; work on it began'],
    ]);
  });

  it('tells of no correction that it knows no moment of', () => {
    expect(history(unconfirmed({ timesCorrected: 2 }))).toEqual([
      [-60, 'accepted; work on it began'],
      [-60, 'the change change-1: join'],
    ]);
    expect(history(unconfirmed({ correctedAtMs: NOW }))[0]).toEqual([
      0,
      'corrected, 0 times in all under this wish',
    ]);
  });
});

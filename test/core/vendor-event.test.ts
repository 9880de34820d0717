import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POLICIES, type Policy } from '../../functions/core/app.ts';
import type { Action } from '../../functions/core/change.ts';
import type { PassReport } from '../../functions/core/conversation.ts';
import type { MemberRow, MemberState } from '../../functions/core/roster.ts';
import { type HintInput, memberIdOf, whyIgnored } from '../../functions/core/vendor-event.ts';
import { HOUR, MINUTE, memberRow, NOW, SECOND, version } from '../support/builders.ts';

const ACTIONS = ['join', 'leave'] as const;

/** A hint of a minute ago, at which ann took part as she is wished to: nothing contradicts the roster yet. */
function why(overrides: Partial<HintInput> = {}) {
  return whyIgnored({
    hint: { action: 'join', occurredAtMs: NOW - MINUTE },
    sentAtMs: NOW - SECOND,
    policy: 'managed',
    conversation: {},
    row: memberRow(),
    ...overrides,
  });
}

const hint = (action: Action, occurredAtMs = NOW - MINUTE) => ({ action, occurredAtMs });
const opposite = (action: Action): Action => (action === 'join' ? 'leave' : 'join');
const lastPass = (listing: PassReport['listing'], startedAtMs: number): PassReport => ({
  passId: 'pass-1',
  startedAtMs,
  finishedAtMs: startedAtMs + 1,
  listing,
  participants: 1,
  missing: 0,
  unexpected: 0,
  corrected: 0,
  held: 0,
});

describe('a user of the vendor', () => {
  it.each([
    ['userId', 'ann'],
    ['userExternalId', 'ext'],
  ] as const)('is named by the app’s kind of id: %s', (idKind, memberId) => {
    expect(memberIdOf({ id: 'ann', externalId: 'ext' }, idKind)).toBe(memberId);
  });

  it('is not named by the other kind where that is all the event tells', () => {
    expect(memberIdOf({ id: 'ann' }, 'userExternalId')).toBeUndefined();
  });
});

describe('a hint about somebody who has no wish', () => {
  const rows: [string, MemberRow | undefined][] = [
    ['without a row', undefined],
    ['unmanaged', memberRow({ action: 'leave', state: 'unmanaged' })],
    ['merged', memberRow({ action: 'leave', state: 'merged' })],
  ];
  describe.each(rows)('%s', (_, row) => {
    it.each(POLICIES)('matters only where they came in under exact (%s)', (policy: Policy) => {
      const joined = policy === 'exact' ? undefined : 'nobodys_business';
      expect(why({ row, policy, hint: hint('join') })).toBe(joined);
      expect(why({ row, policy, hint: hint('leave') })).toBe('nobodys_business');
    });
  });
});

describe('a hint about somebody who is wished in or out', () => {
  const states: MemberState[] = ['pending', 'deferred', 'parked', 'applied'];
  describe.each(states)('whose wish is %s', (state) => {
    it.each(ACTIONS)('is what is wished: %s', (action) => {
      expect(why({ row: memberRow({ action, state }), hint: hint(action) })).toBe('agrees');
    });

    it.each(ACTIONS)('is the opposite of what is wished: %s', (action) => {
      const known = state === 'applied' ? undefined : 'not_applied';
      expect(why({ row: memberRow({ action, state }), hint: hint(opposite(action)) })).toBe(known);
    });
  });
});

describe('a contradiction is no news where the roster knows better by then', () => {
  /** Of an applied join: the newest `occurredAt` of a contradiction that is still ignored. */
  function knownUntil(row: MemberRow): number {
    const isOlder = (occurredAtMs: number) => why({ row, hint: hint('leave', occurredAtMs) }) === 'older';
    const known = [NOW - 2 * HOUR, NOW - HOUR, NOW, NOW + HOUR].filter(isOlder);
    const until = known.at(-1) ?? Number.NEGATIVE_INFINITY;
    expect(isOlder(until + 1)).toBe(false);
    return until;
  }
  const confirmedAt = (atMs: number, ofVersion: string) =>
    ({ action: 'join', version: ofVersion, atMs }) as const;
  const late = version(-2 * HOUR);
  const wished = version(-HOUR);

  it('is what its wish says, until that is confirmed', () => {
    const { confirmed: _, ...row } = memberRow({ version: wished });
    expect(knownUntil(row)).toBe(NOW - HOUR);
  });

  it('is what its confirmation says, also where the producer’s clock ran ahead of it', () => {
    expect(knownUntil(memberRow({ version: wished, confirmed: confirmedAt(NOW, wished) }))).toBe(NOW);
    const ahead = version(HOUR);
    expect(knownUntil(memberRow({ version: ahead, confirmed: confirmedAt(NOW, ahead) }))).toBe(NOW);
  });

  it('is the later of its wish and the confirmation of an older one', () => {
    const before = memberRow({ version: wished, confirmed: confirmedAt(NOW - 2 * HOUR, late) });
    expect(knownUntil(before)).toBe(NOW - HOUR);
    expect(knownUntil(memberRow({ version: wished, confirmed: confirmedAt(NOW, late) }))).toBe(NOW);
  });
});

describe('a hint about a conversation', () => {
  const contradiction = { hint: hint('leave'), sentAtMs: NOW };

  it('that the roster does not know', () => {
    expect(why({ ...contradiction, conversation: undefined })).toBe('unknown_conversation');
  });

  it('that has had no pass', () => {
    expect(why({ ...contradiction, conversation: {} })).toBeUndefined();
  });

  it.each([
    ['complete', NOW + 1, 'satisfied'],
    ['complete', NOW, undefined],
    ['doubtful', NOW + 1, undefined],
    ['failed', NOW + 1, undefined],
    ['app_out', NOW + 1, undefined],
    ['not_found', NOW + 1, undefined],
  ] as const)('whose last listing was %s and began at %i', (listing, startedAtMs, expected) => {
    expect(why({ ...contradiction, conversation: { lastPass: lastPass(listing, startedAtMs) } })).toBe(
      expected,
    );
  });
});

it('a hint that agrees is ignored whenever it happened', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ACTIONS), fc.integer(), (action, atMs) => {
      expect(why({ row: memberRow({ action }), hint: hint(action, atMs) })).toBe('agrees');
    }),
  );
});

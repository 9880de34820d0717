import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CallResult } from '../../functions/core/call-result.ts';
import { type Attempt, backoffMs, type Decision, decide } from '../../functions/core/decision.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { DAY, MINUTE, SECOND, TIMINGS } from '../support/builders.ts';

/** A first attempt, just begun, of a join. */
function attempt(overrides: Partial<Attempt> = {}): Attempt {
  return { action: 'join', ageMs: 0, failingAloneForMs: 0, receiveCount: 1, jitter: 1, ...overrides };
}

function decided(result: CallResult, overrides: Partial<Attempt> = {}): Decision {
  return decide(result, attempt(overrides), TIMINGS);
}

const UNREACHABLE: CallResult = { kind: 'unreachable', mayHaveBeenApplied: true };
const FULL: CallResult = {
  kind: 'rejected',
  reason: 'full',
  status: 400,
  code: 'bad_request',
  title: 'Too many participants',
};
const GONE_USER: CallResult = { kind: 'gone', what: 'user' };
const GONE_CONVERSATION: CallResult = { kind: 'gone', what: 'conversation' };

describe('what an answer decides', () => {
  const cases: [CallResult, join: Decision['kind'], leave: Decision['kind']][] = [
    [{ kind: 'applied' }, 'done', 'done'],
    [{ kind: 'already' }, 'done', 'done'],
    [GONE_CONVERSATION, 'park', 'done'],
    [GONE_USER, 'retry', 'done'],
    [{ kind: 'rejected', reason: 'bad_request', status: 400 }, 'retry', 'park'],
    [{ kind: 'rejected', reason: 'unexpected', status: 422 }, 'park', 'park'],
    [{ kind: 'unauthorized', status: 401 }, 'defer', 'defer'],
    [{ kind: 'unauthorized', status: 403 }, 'defer', 'defer'],
    [{ kind: 'throttled' }, 'retry', 'retry'],
    [UNREACHABLE, 'retry', 'retry'],
    [{ kind: 'unreachable', mayHaveBeenApplied: false }, 'retry', 'retry'],
  ];
  test.each(cases)('%j: join %s, leave %s', (result, join, leave) => {
    expect(decided(result, { action: 'join' }).kind).toBe(join);
    expect(decided(result, { action: 'leave' }).kind).toBe(leave);
  });

  test('a full conversation: join retry', () => {
    expect(decided(FULL).kind).toBe('retry');
  });
});

describe('done', () => {
  test('tells the participant, where the vendor does', () => {
    expect(decided({ kind: 'applied', participantId: 'p1' })).toEqual({
      kind: 'done',
      already: false,
      participantId: 'p1',
    });
    expect(decided({ kind: 'applied' })).toStrictEqual({ kind: 'done', already: false });
  });

  test('tells what this call did from what was so before', () => {
    expect(decided({ kind: 'already' })).toEqual({ kind: 'done', already: true });
    expect(decided(GONE_CONVERSATION, { action: 'leave' })).toEqual({ kind: 'done', already: true });
    expect(decided(GONE_USER, { action: 'leave' })).toEqual({ kind: 'done', already: true });
  });
});

describe('a join into a conversation that is gone', () => {
  test('is parked, by the name of the field', () => {
    expect(decided(GONE_CONVERSATION)).toEqual({
      kind: 'park',
      reason: 'conversation_not_found',
      detail: 'conversationId: not known to the vendor',
    });
  });
});

describe('a join of a user that is not known', () => {
  test('is retried for a minute, as the user may just be made', () => {
    const retried = { kind: 'retry', afterMs: SECOND, reason: 'user_not_found' };
    expect(decided(GONE_USER)).toEqual(retried);
    expect(decided(GONE_USER, { ageMs: MINUTE - 1 })).toEqual(retried);
  });

  test('is then parked', () => {
    expect(decided(GONE_USER, { ageMs: MINUTE })).toEqual({
      kind: 'park',
      reason: 'user_not_found',
      detail: 'user: not known to the vendor',
    });
  });
});

describe('a request that the vendor refuses', () => {
  const refused: CallResult = {
    kind: 'rejected',
    reason: 'bad_request',
    status: 400,
    code: 'bad_request',
    title: 'No',
  };
  const parked = { kind: 'park', reason: 'rejected', detail: 'HTTP 400 bad_request No' };

  test('is parked at once, with what the vendor says', () => {
    expect(decided(refused, { action: 'leave' })).toEqual(parked);
  });

  test('but a join that may only be of somebody present is tried for a minute first', () => {
    const retried = { kind: 'retry', afterMs: SECOND, reason: 'rejected' };
    expect(decided(refused)).toEqual(retried);
    expect(decided(refused, { failingAloneForMs: MINUTE - 1 })).toEqual(retried);
    expect(decided(refused, { failingAloneForMs: MINUTE })).toEqual(parked);
  });

  test('however long the join had waited before it was first tried', () => {
    const retried = { kind: 'retry', afterMs: SECOND, reason: 'rejected' };
    expect(decided(refused, { ageMs: DAY })).toEqual(retried);
  });

  test('and with as much as the vendor says', () => {
    expect(decided({ kind: 'rejected', reason: 'unexpected', status: 409 })).toMatchObject({
      detail: 'HTTP 409',
    });
    expect(decided({ kind: 'rejected', reason: 'unexpected', status: 409, title: 'No' })).toMatchObject({
      detail: 'HTTP 409 No',
    });
  });
});

test('a credential that is refused defers, however long it lasts', () => {
  for (const ageMs of [0, 6 * MINUTE, 400 * DAY]) {
    const decision = decided({ kind: 'unauthorized', status: 401 }, { ageMs, failingAloneForMs: ageMs });
    expect(decision).toEqual({ kind: 'defer', reason: 'credential_refused' });
  }
});

describe('a full conversation', () => {
  test('is retried, then waits in the roster, and after a day needs an operator', () => {
    expect(decided(FULL)).toEqual({ kind: 'retry', afterMs: SECOND, reason: 'conversation_full' });
    expect(decided(FULL, { ageMs: TIMINGS.deferAfterMs })).toEqual({
      kind: 'defer',
      reason: 'conversation_full',
    });
    expect(decided(FULL, { ageMs: 2 * DAY, failingAloneForMs: DAY })).toEqual({
      kind: 'park',
      reason: 'conversation_full',
      detail: 'still so after 86400 s',
    });
  });
});

describe.each([
  ['throttled', { kind: 'throttled' }, { afterMs: 0 }],
  ['unreachable', UNREACHABLE, {}],
] as const)('what stays %s', (reason, result, noSooner) => {
  test('is retried for five minutes', () => {
    const retried = { kind: 'retry', afterMs: SECOND, reason };
    expect(decided(result)).toEqual(retried);
    expect(decided(result, { ageMs: 5 * MINUTE - 1 })).toEqual(retried);
  });

  test('then waits in the roster', () => {
    const deferred = { kind: 'defer', reason, ...noSooner };
    expect(decided(result, { ageMs: 5 * MINUTE })).toEqual(deferred);
    expect(decided(result, { ageMs: 400 * DAY, failingAloneForMs: DAY - 1 })).toEqual(deferred);
  });

  test('waits on for as long as the whole app is out', () => {
    expect(decided(result, { ageMs: 400 * DAY })).toEqual({ kind: 'defer', reason, ...noSooner });
  });
});

test('what stays unreachable alone for a day is parked', () => {
  expect(decided(UNREACHABLE, { ageMs: 2 * DAY, failingAloneForMs: DAY + 499 })).toEqual({
    kind: 'park',
    reason: 'unreachable',
    detail: 'still so after 86400 s',
  });
});

test('what is throttled is never parked: that is nobody’s fault', () => {
  expect(decided({ kind: 'throttled' }, { ageMs: 400 * DAY, failingAloneForMs: 400 * DAY }).kind).toBe(
    'defer',
  );
});

test('a wait that the vendor asks for and that is too long for the queue is left to the roster', () => {
  expect(decided({ kind: 'throttled', retryAfterMs: 5 * MINUTE })).toEqual({
    kind: 'defer',
    reason: 'throttled',
    afterMs: 5 * MINUTE,
  });
});

describe('the wait before a retry', () => {
  test('doubles with each delivery, up to a minute', () => {
    const waits = [1, 2, 3, 6, 7, 8, 100, 10_000].map((receiveCount) =>
      backoffMs({ receiveCount, jitter: 1 }, TIMINGS),
    );
    expect(waits).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000, 60_000]);
  });

  test('has its upper half spread', () => {
    expect(backoffMs({ receiveCount: 1, jitter: 0 }, TIMINGS)).toBe(500);
    expect(backoffMs({ receiveCount: 1, jitter: 0.5 }, TIMINGS)).toBe(750);
    expect(backoffMs({ receiveCount: 1, jitter: 1 }, TIMINGS)).toBe(1_000);
  });

  test('is a whole number of milliseconds', () => {
    expect(backoffMs({ receiveCount: 1, jitter: 1 / 3 }, TIMINGS)).toBe(667);
  });

  test('is that of a first delivery where the count is not known', () => {
    expect(backoffMs({ receiveCount: 0, jitter: 1 }, TIMINGS)).toBe(1_000);
  });

  test('is never shorter than the vendor asks for, nor than the backoff', () => {
    expect(decided({ kind: 'throttled', retryAfterMs: 30_000 })).toMatchObject({
      kind: 'retry',
      afterMs: 30_000,
    });
    expect(decided({ kind: 'throttled', retryAfterMs: 10 })).toMatchObject({
      kind: 'retry',
      afterMs: SECOND,
    });
    expect(decided({ kind: 'throttled', retryAfterMs: 30_000 }, { ageMs: DAY })).toEqual({
      kind: 'defer',
      reason: 'throttled',
      afterMs: 30_000,
    });
  });

  test('lies between half the full wait and all of it, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (receiveCount, jitter) => {
          const waitMs = backoffMs({ receiveCount, jitter }, TIMINGS);
          expect(waitMs).toBeGreaterThanOrEqual(TIMINGS.retryBaseMs / 2);
          expect(waitMs).toBeLessThanOrEqual(TIMINGS.retryMaxMs);
        },
      ),
    );
  });
});

const attempts = fc.record({
  action: arbitrary.action,
  ageMs: fc.nat({ max: 60 * DAY }),
  failingAloneForMs: fc.nat({ max: 60 * DAY }),
  receiveCount: fc.integer({ min: 1, max: 1_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});

test('nothing is parked, and nothing taken for done, because of somebody else’s outage', () => {
  const ofOutages = arbitrary.callResult.filter(({ kind }) =>
    ['throttled', 'unauthorized', 'unreachable'].includes(kind),
  );
  fc.assert(
    fc.property(ofOutages, attempts, (result, tried) => {
      expect(['retry', 'defer']).toContain(decide(result, { ...tried, failingAloneForMs: 0 }, TIMINGS).kind);
    }),
  );
});

test('a leave is done, or tried again, or asked about, but never given up because somebody is gone', () => {
  fc.assert(
    fc.property(arbitrary.callResult, attempts, (result, tried) => {
      const decision = decide(result, { ...tried, action: 'leave' }, TIMINGS);
      if (result.kind === 'gone') expect(decision.kind).toBe('done');
    }),
  );
});

test('only what the vendor says was done is done', () => {
  fc.assert(
    fc.property(arbitrary.callResult, attempts, (result, tried) => {
      const decision = decide(result, tried, TIMINGS);
      const isDone =
        ['applied', 'already'].includes(result.kind) || (result.kind === 'gone' && tried.action === 'leave');
      expect(decision.kind === 'done').toBe(isDone);
    }),
  );
});

function longer(tried: Attempt, byMs: number): Attempt {
  return { ...tried, ageMs: tried.ageMs + byMs, failingAloneForMs: tried.failingAloneForMs + byMs };
}

test('the longer something fails, the further the decision: retry, defer, park', () => {
  const order = ['done', 'retry', 'defer', 'park'];
  fc.assert(
    fc.property(arbitrary.callResult, attempts, fc.nat({ max: 60 * DAY }), (result, tried, longerMs) => {
      const sooner = decide(result, tried, TIMINGS).kind;
      const later = decide(result, longer(tried, longerMs), TIMINGS).kind;
      expect(order.indexOf(later)).toBeGreaterThanOrEqual(order.indexOf(sooner));
    }),
  );
});

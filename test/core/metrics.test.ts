import { describe, expect, it } from 'vitest';
import type { ChangeOutcome } from '../../functions/core/events.ts';
import { METRICS, measurementsOf } from '../../functions/core/metrics.ts';
import { PARK_REASONS } from '../../functions/core/reasons.ts';
import { memberKey } from '../support/builders.ts';

const change = (outcome: ChangeOutcome, reason?: string) =>
  measurementsOf({ name: 'change', outcome, messageId: 'm', ageMs: 1_500, reason });

describe('the measurements of a change', () => {
  it.each<[ChangeOutcome, string]>([
    ['applied', 'ChangesApplied'],
    ['already', 'ChangesAlready'],
    ['superseded', 'ChangesSuperseded'],
  ])('that ended as %s are its end and its age', (outcome, metric) => {
    expect(change(outcome)).toEqual([
      [metric, 1],
      ['ChangeAgeMs', 1_500],
    ]);
  });

  it.each<[ChangeOutcome, string]>([
    ['deferred', 'ChangesDeferred'],
    ['retried', 'ChangesRetried'],
  ])('that was %s say nothing of its age, because it has not ended', (outcome, metric) => {
    expect(change(outcome)).toEqual([[metric, 1]]);
  });

  it.each(Object.keys(PARK_REASONS))('that was parked count its reason besides (%s)', (reason) => {
    expect(change('parked', reason)).toContainEqual([`Parked.${reason}`, 1]);
    expect(METRICS).toHaveProperty([`Parked.${reason}`, 'unit'], 'Count');
  });

  it.each(['', 'written by hand', 'toString'])('make up no metric for the reason %j', (reason) => {
    expect(change('parked', reason)).toEqual([
      ['ChangesParked', 1],
      ['ChangeAgeMs', 1_500],
    ]);
  });
});

describe('the measurements of a call', () => {
  const call = (result: string) =>
    measurementsOf({ name: 'vendor_call', operation: 'join', appId: 'shop', result, durationMs: 21 });

  it('are its count and duration', () => {
    expect(call('applied')).toEqual([
      ['VendorCalls', 1],
      ['VendorCallMs', 21],
      ['VendorCallsThrottled', 0],
      ['VendorCallsUnreachable', 0],
      ['VendorCallsUnauthorized', 0],
    ]);
  });

  it.each([
    ['throttled', 'VendorCallsThrottled'],
    ['unreachable', 'VendorCallsUnreachable'],
    ['unauthorized', 'VendorCallsUnauthorized'],
  ])('that was %s count that too', (result, metric) => {
    expect(call(result)).toContainEqual([metric, 1]);
  });
});

it('a pass measures what it found, whether or not it could list', () => {
  const pass = {
    name: 'pass',
    conversation: memberKey(),
    differences: [],
    passId: 'p',
    startedAtMs: 0,
    finishedAtMs: 1,
    participants: 9,
    missing: 1,
    unexpected: 2,
    corrected: 3,
    held: 4,
  } as const;
  expect(measurementsOf({ ...pass, listing: 'complete' })).toEqual([
    ['Passes', 1],
    ['ConversationsCompared', 1],
    ['MembersMissing', 1],
    ['MembersUnexpected', 2],
    ['CorrectionsSent', 3],
    ['RemovalsHeld', 4],
  ]);
  expect(measurementsOf({ ...pass, listing: 'doubtful' })).toContainEqual(['ConversationsNotListed', 1]);
  expect(measurementsOf({ ...pass, listing: 'failed', oldestDeferralMs: 7 })).toContainEqual([
    'OldestDeferralMs',
    7,
  ]);
});

it('a plan measures how many conversations were due, and that no pass is known yet', () => {
  expect(measurementsOf({ name: 'reconciles_planned', conversations: 42 })).toEqual([
    ['ReconcilesPlanned', 42],
    ['Passes', 0],
  ]);
});

it('held plans are measured also where there are none', () => {
  expect(measurementsOf({ name: 'plans_held', plans: 0 })).toEqual([['PlansHeld', 0]]);
});

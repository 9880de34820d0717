import { describe, expect, it } from 'vitest';
import { EVENT_CLASSES } from '../../functions/core/event-class.ts';
import type { ChangeOutcome, RollcallEvent } from '../../functions/core/events.ts';
import {
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  type Measurement,
  measurementsOf,
} from '../../functions/core/metrics.ts';
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

  it('that is parked before it was known when it was sent are no age', () => {
    const parked = { name: 'change', outcome: 'parked', messageId: 'm', reason: 'unexplained' } as const;
    expect(measurementsOf(parked)).toEqual([
      ['ChangesParked', 1],
      ['Parked.unexplained', 1],
    ]);
  });

  it('that was applied count no reason for parking, even if it was parked before', () => {
    expect(change('applied', 'rejected')).toHaveLength(2);
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

describe('the measurements of what else is told', () => {
  const vendorEvent = { name: 'vendor_event', appId: 'shop', eventId: 'e' } as const;
  const correction = {
    name: 'correction',
    member: memberKey(),
    cause: 'missing',
    passId: 'p',
    reason: '',
  } as const;
  const received = {
    name: 'changes_received',
    producers: ['crm'],
    queued: 5,
    invalid: 1,
    forbidden: 2,
  } as const;
  const webhook = { name: 'webhook', appId: 'shop', isOtherVersion: false, queued: 3 } as const;
  const none = Object.fromEntries(EVENT_CLASSES.map((each) => [each, 0])) as Record<
    (typeof EVENT_CLASSES)[number],
    number
  >;
  const cases: [RollcallEvent, Measurement[]][] = [
    [{ ...correction, outcome: 'applied' }, [['CorrectionsApplied', 1]]],
    [{ ...correction, outcome: 'dropped' }, [['CorrectionsDropped', 1]]],
    [{ ...correction, outcome: 'failed' }, [['CorrectionsFailed', 1]]],
    [{ ...vendorEvent, kind: 'hint', outcome: 'again' }, []],
    [{ ...vendorEvent, kind: 'user_removed', outcome: 'done' }, [['VendorEvents', 1]]],
    [
      { ...vendorEvent, kind: 'hint', outcome: 'compare' },
      [
        ['VendorEvents', 1],
        ['HintsCompared', 1],
      ],
    ],
    [
      { ...vendorEvent, kind: 'hint', outcome: 'ignored' },
      [
        ['VendorEvents', 1],
        ['HintsIgnored', 1],
      ],
    ],
    [
      { ...vendorEvent, kind: 'users_merged', outcome: 'ignored' },
      [
        ['VendorEvents', 1],
        ['EventsIgnored', 1],
      ],
    ],
    [{ name: 'run_stopped', window: 1 }, [['RunsStopped', 1]]],
    [{ name: 'credential_problem', appId: 'shop', problem: 'missing' }, [['CredentialProblems', 1]]],
    [{ name: 'breaker_opened', appId: 'shop' }, [['BreakersOpened', 1]]],
    [{ name: 'crash_suspect', messageId: 'm', startsAlone: 2 }, [['CrashSuspects', 1]]],
    [{ name: 'foreign_group', appId: 'shop' }, [['ForeignGroups', 1]]],
    [{ name: 'producers_problem', problem: 'crm: no secret' }, [['ProducersProblems', 1]]],
    [{ name: 'fault', where: 'pass', error: new Error('out') }, [['Faults', 1]]],
    [{ name: 'request_refused', door: 'webhook', reason: 'wrong_key' }, [['Refused.401', 1]]],
    [
      { ...webhook, events: { ...none, join: 2, other: 1 } },
      [
        ['WebhooksReceived', 1],
        ['WebhooksOfOtherVersions', 0],
        ['WebhookEventsQueued', 3],
        ['WebhookEvents.join', 2],
        ['WebhookEvents.other', 1],
      ],
    ],
    [
      { ...webhook, isOtherVersion: true, queued: 0 },
      [
        ['WebhooksReceived', 1],
        ['WebhooksOfOtherVersions', 1],
        ['WebhookEventsQueued', 0],
      ],
    ],
    [
      { ...received, unavailable: 0 },
      [
        ['ProducerChangesQueued', 5],
        ['ProducerChangesRefused', 3],
      ],
    ],
    [
      { ...received, unavailable: 4 },
      [
        ['ProducerChangesQueued', 5],
        ['ProducerChangesRefused', 3],
        ['Refused.503', 1],
      ],
    ],
  ];
  it.each(cases)('%j', (event, measurements) => {
    expect(measurementsOf(event)).toEqual(measurements);
  });
});

it.each(Object.entries(METRICS))('the metric %s has a meaning, and the unit of its name', (name, metric) => {
  expect(metric).toEqual({
    unit: name.endsWith('Ms') ? 'Milliseconds' : 'Count',
    meaning: expect.stringMatching(/\w{3}/),
  });
});

it('all metrics are found in one place, by deployment', () => {
  expect([METRIC_NAMESPACE, METRIC_DIMENSION]).toEqual(['Rollcall', 'deployment']);
});

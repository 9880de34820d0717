import { REFUSALS } from './door.ts';
import { EVENT_CLASSES, type EventClass } from './event-class.ts';
import type { ChangeOutcome, RollcallEvent } from './events.ts';
import { PARK_REASONS, type ParkReason } from './reasons.ts';

/*
 * No metric has a dimension besides the deployment's name: several in one account must not be taken for one. One per function would only have every alarm add
 * them up again. One per app would make a metric for each app and name, and more for whatever apps somebody makes up in
 * messages; and no alarm could use it, since apps are declared while the stack stands. Which function and app it was
 * stands in the log line of the same event.
 *
 * What an alarm compares with something else is emitted as zero too: CloudWatch cannot calculate with what is not there.
 */

/** The CloudWatch namespace of all metrics. */
export const METRIC_NAMESPACE = 'Rollcall';
/** Their one dimension: the deployment's name. */
export const METRIC_DIMENSION = 'deployment';

interface Metric {
  readonly unit: 'Count' | 'Milliseconds';
  readonly meaning: string;
}

const count = (meaning: string): Metric => ({ unit: 'Count', meaning });
const milliseconds = (meaning: string): Metric => ({ unit: 'Milliseconds', meaning });

const COMMON = {
  ChangesApplied: count('changes that ended with a call that the vendor carried out'),
  ChangesAlready: count('changes that ended because it was so already'),
  ChangesSuperseded: count('changes that ended because a newer one decides'),
  ChangesParked: count('changes that ended on the dead-letter queue, for whatever reason'),
  ChangesDeferred: count('deliveries that ended with the wish waiting in the roster'),
  ChangesRetried: count('deliveries that will be repeated'),
  ChangeAgeMs: milliseconds('from the first send of a change to its end'),
  VendorCalls: count('requests to the vendor'),
  VendorCallMs: milliseconds('duration of a request to the vendor'),
  VendorCallsThrottled: count('requests that the vendor answered with 429'),
  VendorCallsUnreachable: count('requests without an answer, or with one that is not the word of the vendor'),
  VendorCallsUnauthorized: count('requests whose credential the vendor refused'),
  CorrectionsApplied: count('corrections that were carried out'),
  CorrectionsDropped: count('corrections that were no longer wanted when they came'),
  CorrectionsFailed: count('corrections that did not succeed; the next pass plans anew'),
  ReconcilesPlanned: count('conversations that the planner found due'),
  Passes: count('passes over a conversation, whatever they found'),
  ConversationsCompared: count('passes with a complete listing'),
  ConversationsNotListed: count('passes without one, which corrected nothing but deferred changes'),
  MembersMissing: count('members found wished for and not present'),
  MembersUnexpected: count('members found present and wished out'),
  CorrectionsSent: count('corrections put on the change queue'),
  RemovalsHeld: count('removals that a pass planned and did not make'),
  PlansHeld: count(
    'plans of removals that wait for the approval of an operator, told with each run of the planner',
  ),
  OldestDeferralMs: milliseconds('age of the oldest deferred change of a conversation, as a pass found it'),
  VendorEvents: count('events of the vendor that the worker has dealt with'),
  HintsCompared: count('events that contradict the roster, each of which has its conversation compared'),
  HintsIgnored: count('events of joins and leaves that need no look at their conversation'),
  EventsIgnored: count(
    'other events of which nothing comes, such as one that lacks the id or closes a circle of merges',
  ),
  RunsStopped: count('passes that removed nobody because too many conversations were newly held'),
  CredentialProblems: count('calls not made because the secret of an app is missing, malformed or refused'),
  BreakersOpened: count('times that the calls of an app began to be held back'),
  CrashSuspects: count('wishes whose earlier start was never finished'),
  ForeignGroups: count('changes that came under another message group than that of their member'),
  WebhooksReceived: count('webhooks of the vendor that were taken in'),
  WebhooksOfOtherVersions: count('webhooks of a version that is not known, acknowledged and not read'),
  WebhookEventsQueued: count('events of the vendor that were put on the reconcile queue'),
  ProducerChangesQueued: count('changes that came through the front door and are on the change queue'),
  ProducerChangesRefused: count(
    'changes that came through the front door and are invalid or not theirs to send',
  ),
  ProducersProblems: count("entries of the producers' secret that are left out because they are malformed"),
  Faults: count('failures that nobody foresaw'),
} as const satisfies Record<string, Metric>;

/** Changes parked for one reason: `Parked.invalid` and so on. */
type ParkedMetricName = `Parked.${ParkReason}`;
/** Events of one class in the vendor's webhooks: `WebhookEvents.join` and so on. */
type EventMetricName = `WebhookEvents.${EventClass}`;
/** Requests that the front door answered with one status, other than success: `Refused.401` and so on. */
type RefusedMetricName = `Refused.${RefusedStatus}`;
type RefusedStatus = (typeof REFUSALS)[keyof typeof REFUSALS]['status'];
export type MetricName = keyof typeof COMMON | ParkedMetricName | EventMetricName | RefusedMetricName;

const PARKED = Object.fromEntries(
  Object.entries(PARK_REASONS).map(([reason, meaning]) => [`Parked.${reason}`, count(`parked: ${meaning}`)]),
) as Record<ParkedMetricName, Metric>;

const EVENTS = Object.fromEntries(
  EVENT_CLASSES.map((each) => [`WebhookEvents.${each}`, count(`events in webhooks: ${each}`)]),
) as Record<EventMetricName, Metric>;

const REFUSED = Object.fromEntries(
  Object.values(REFUSALS).map(({ status }) => [
    `Refused.${status}`,
    count(`requests at the front door that were answered with ${status}`),
  ]),
) as Record<RefusedMetricName, Metric>;

/** Every metric that the functions emit, with its unit and meaning. */
export const METRICS: Readonly<Record<MetricName, Metric>> = {
  ...COMMON,
  ...PARKED,
  ...EVENTS,
  ...REFUSED,
};

/** What one event adds to a metric. */
export type Measurement = readonly [name: MetricName, value: number];

const BY_OUTCOME: Readonly<Record<ChangeOutcome, MetricName>> = {
  applied: 'ChangesApplied',
  already: 'ChangesAlready',
  superseded: 'ChangesSuperseded',
  parked: 'ChangesParked',
  deferred: 'ChangesDeferred',
  retried: 'ChangesRetried',
};

const BY_CORRECTION_OUTCOME = {
  applied: 'CorrectionsApplied',
  dropped: 'CorrectionsDropped',
  failed: 'CorrectionsFailed',
} as const;

/** The measurements that an event stands for. */
export function measurementsOf(event: RollcallEvent): readonly Measurement[] {
  switch (event.name) {
    case 'change':
      return ofChange(event);
    case 'vendor_call':
      return ofCall(event);
    case 'pass':
      return ofPass(event);
    case 'correction':
      return [[BY_CORRECTION_OUTCOME[event.outcome], 1]];
    case 'reconciles_planned':
      return [
        ['ReconcilesPlanned', event.conversations],
        ['Passes', 0],
      ];
    case 'plans_held':
      return [['PlansHeld', event.plans]];
    case 'vendor_event':
      return ofVendorEvent(event);
    case 'run_stopped':
      return [['RunsStopped', 1]];
    case 'credential_problem':
      return [['CredentialProblems', 1]];
    case 'breaker_opened':
      return [['BreakersOpened', 1]];
    case 'crash_suspect':
      return [['CrashSuspects', 1]];
    case 'foreign_group':
      return [['ForeignGroups', 1]];
    case 'webhook':
      return ofWebhook(event);
    case 'changes_received':
      return ofReceivedChanges(event);
    case 'request_refused':
      return [[`Refused.${REFUSALS[event.reason].status}`, 1]];
    case 'producers_problem':
      return [['ProducersProblems', 1]];
    case 'fault':
      return [['Faults', 1]];
    default:
      return event satisfies never;
  }
}

type EventNamed<Name extends RollcallEvent['name']> = Extract<RollcallEvent, { name: Name }>;

function ofChange({ outcome, reason, ageMs }: EventNamed<'change'>): Measurement[] {
  const measured: Measurement[] = [[BY_OUTCOME[outcome], 1]];
  if (outcome === 'deferred' || outcome === 'retried') return measured;
  if (ageMs !== undefined) measured.push(['ChangeAgeMs', ageMs]);
  if (outcome === 'parked' && isParkReason(reason)) measured.push([`Parked.${reason}`, 1]);
  return measured;
}

function ofCall({ result, durationMs }: EventNamed<'vendor_call'>): Measurement[] {
  return [
    ['VendorCalls', 1],
    ['VendorCallMs', durationMs],
    ['VendorCallsThrottled', result === 'throttled' ? 1 : 0],
    ['VendorCallsUnreachable', result === 'unreachable' ? 1 : 0],
    ['VendorCallsUnauthorized', result === 'unauthorized' ? 1 : 0],
  ];
}

function ofPass(pass: EventNamed<'pass'>): Measurement[] {
  const { listing, missing, unexpected, corrected, held, oldestDeferralMs } = pass;
  const measured: Measurement[] = [
    ['Passes', 1],
    [listing === 'complete' ? 'ConversationsCompared' : 'ConversationsNotListed', 1],
    ['MembersMissing', missing],
    ['MembersUnexpected', unexpected],
    ['CorrectionsSent', corrected],
    ['RemovalsHeld', held],
  ];
  if (oldestDeferralMs !== undefined) measured.push(['OldestDeferralMs', oldestDeferralMs]);
  return measured;
}

function ofVendorEvent({ kind, outcome }: EventNamed<'vendor_event'>): Measurement[] {
  if (outcome === 'again') return [];
  const measured: Measurement[] = [['VendorEvents', 1]];
  if (outcome === 'compare') return [...measured, ['HintsCompared', 1]];
  if (outcome !== 'ignored') return measured;
  return [...measured, [kind === 'hint' ? 'HintsIgnored' : 'EventsIgnored', 1]];
}

function ofWebhook({ isOtherVersion, queued, events }: EventNamed<'webhook'>): Measurement[] {
  const held = EVENT_CLASSES.filter((each) => events?.[each]);
  return [
    ['WebhooksReceived', 1],
    ['WebhooksOfOtherVersions', isOtherVersion ? 1 : 0],
    ['WebhookEventsQueued', queued],
    ...held.map((each): Measurement => [`WebhookEvents.${each}`, events?.[each] ?? 0]),
  ];
}

function ofReceivedChanges(event: EventNamed<'changes_received'>): Measurement[] {
  const { queued, invalid, forbidden, unavailable } = event;
  return [
    ['ProducerChangesQueued', queued],
    ['ProducerChangesRefused', invalid + forbidden],
    ...(unavailable > 0 ? [['Refused.503', 1] satisfies Measurement] : []),
  ];
}

/** A row's reason comes from the table: only what is a reason for parking may name a metric. */
function isParkReason(reason: string | undefined): reason is ParkReason {
  return reason !== undefined && Object.hasOwn(PARK_REASONS, reason);
}

import type { RollcallEvent } from './events.ts';

/*
 * What stands in the functions' log lines. docs/telemetry.md is generated from this, and the stack's saved queries may
 * name no other field.
 */

/** What each kind of line tells; the kind is the field `message`. */
export const LOG_LINES: Readonly<Record<RollcallEvent['name'], string>> = {
  change: 'where a delivery of a change ended',
  vendor_call: 'one request to the vendor',
  correction: 'what became of a correction that a pass asked for',
  credential_problem: 'the secret of an app is missing, malformed or refused',
  breaker_opened: 'the calls of an app are held back from here on',
  crash_suspect: 'an earlier start of this wish was never finished',
  reconciles_planned: 'a run of the planner',
  plans_held: 'the plans of removals that wait for an approval',
  pass: 'one pass over a conversation, and what it found',
  vendor_event: 'what became of an event of the vendor',
  run_stopped: 'too many conversations are newly held: nothing is removed anywhere until the next interval',
  foreign_group: 'a change came under another message group than that of its member',
  webhook: 'a webhook of the vendor was taken in',
  changes_received: "a producer's request was read, and its good changes queued",
  request_refused: 'a request was turned away at the front door',
  producers_problem: "an entry of the producers' secret is left out",
  fault: 'something failed that nobody foresaw',
};

type FieldOf<Event> = Event extends unknown ? keyof Event : never;
/** A conversation is shown by its two ids, and of what was thrown only what may be told. */
type EventField = Exclude<FieldOf<RollcallEvent>, 'name' | 'conversation'> | 'appId' | 'conversationId';
type FaultField = 'code' | 'status' | 'requestId' | 'problem' | 'at';

/** What Rollcall's own lines have. */
export const EVENT_FIELDS = {
  appId: 'the app',
  conversationId: 'the conversation',
  member: 'keyed hash of the person in this conversation: the same in every line of the deployment',
  changeId: 'the id that the producer gave the change',
  messageId: 'the id of its message; a redrive has a new one',
  traceId: 'the X-Ray trace in which the change was sent',
  outcome: 'how it ended',
  reason: 'why it ended so; of what is parked, one of the reasons in the runbook',
  ageMs: 'from the first send to now',
  operation: '`join`, `leave` or `list`',
  result: 'what the answer meant',
  durationMs: 'how long the request took',
  vendorRequestId: 'the id that the vendor gave its answer: what its support asks for',
  cause: 'why the correction was asked for',
  passId: 'the pass: the id of its message on the reconcile queue',
  problem: 'what is wrong; never a value',
  startsAlone: 'how often it was started alone and not finished',
  conversations: 'how many conversations were due',
  kind: 'what the event of the vendor tells',
  eventId: 'the id that the vendor gave the event',
  plans: 'how many plans are held, 100 at most',
  startedAtMs: 'when the listing began',
  finishedAtMs: 'when the pass ended',
  listing: 'whether the listing is complete, or why not',
  participants: 'how many take part',
  missing: 'how many are wished for and not present',
  unexpected: 'how many are present and wished out',
  corrected: 'how many corrections were sent',
  held: 'how many removals were not made',
  oldestDeferralMs: 'age of the oldest deferred change',
  differences: 'the differences, 200 at most: member, action, cause, correction or why it was withheld',
  window: 'the number of the reconcile interval',
  isOtherVersion: 'whether the webhook is of a version that is not known, and was not read',
  queued: 'how many events or changes were put on their queue',
  events: 'how many events of each class the webhook held',
  producers: 'the names of those whose secrets the request is signed with',
  invalid: 'how many changes are not valid',
  forbidden: 'how many changes are of apps that this producer may not speak for',
  unavailable: 'how many changes could not be queued just then',
  door: 'which door: `webhook`, `changes`, or `any` before it is known',
  where: 'the step that failed',
  error: 'the kind of error',
  code: 'the code of a network error',
  status: 'the HTTP status that AWS, or the front door, answered with',
  requestId: "AWS's id of the request that failed",
  at: 'where in the code',
} as const satisfies Record<EventField | FaultField, string>;

/** What every line has. */
export const COMMON_FIELDS = {
  level: '`INFO`, `WARN` or `ERROR`',
  message: 'the kind of line',
  timestamp: 'when',
  service: 'the function',
  cold_start: 'whether the invocation is the first of its process',
  function_request_id: 'the invocation',
  xray_trace_id: 'the X-Ray trace of the invocation',
} as const;

import type { AppRow, Policy } from '../core/app.ts';
import type { CallResult } from '../core/call-result.ts';
import { backoffMs, type Decision, decide } from '../core/decision.ts';
import { deferredDueMs } from '../core/due.ts';
import { type FailingAlone, failedOnceMore, failingAloneOf, NOT_ALONE } from '../core/failing-alone.ts';
import { isForbidden } from '../core/protection.ts';
import { inDoubt, isConfirmed, isManaged, type MemberPatch, type MemberRow } from '../core/roster.ts';
import { LEAVE_KEPT_MS, type Timings } from '../core/timings.ts';
import { followMerge } from './follow-merge.ts';
import { isListed } from './list-participants.ts';
import type { ChangeQueue, Clock, OutcomeEvents, Roster, Telemetry, Vendor, VendorAnswer } from './ports.ts';
import type { Recorded } from './record-wish.ts';
import { PROTECTED, refuseWish } from './refuse-wish.ts';
import type { Deadline, VendorCallOutcome, VendorCalls } from './vendor-calls.ts';
import type { WishOutcome } from './wish-outcome.ts';

export interface ApplyWishPorts {
  readonly events: OutcomeEvents;
  readonly roster: Roster;
  readonly queue: ChangeQueue;
  readonly vendor: Vendor;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

export interface ApplyWishContext {
  readonly ports: ApplyWishPorts;
  readonly calls: VendorCalls;
  readonly timings: Timings;
  readonly policy: Policy;
  readonly deadline: Deadline;
}

/** So often a newer wish may overtake this work before it is left to that wish's own worker. */
const OVERTAKEN_MAX = 3;

/** Brings one row's wish to the vendor and records what came of it. */
export async function applyWish(
  row: MemberRow,
  app: AppRow,
  receiveCount: number,
  context: ApplyWishContext,
): Promise<WishOutcome> {
  try {
    return await attemptWish(row, app, receiveCount, context);
  } catch (error) {
    // The process lives, so this is no crash; but what the vendor has is unknown. Where this write fails as well, the
    // start stays open, which says the same.
    const { roster, clock } = context.ports;
    const doubt = doubted(row, clock.nowMs());
    const unknown = { ...IDLE, ...doubt, confirmed: null, lateAction: row.action };
    await roster.patchMember(row.key, row.version, unknown, row.state).catch(() => false);
    throw error;
  }
}

async function attemptWish(
  row: MemberRow,
  app: AppRow,
  receiveCount: number,
  context: ApplyWishContext,
): Promise<WishOutcome> {
  const { roster, clock } = context.ports;
  if (row.mergedAtMs !== undefined) {
    const moved = await followMerge(row, { ...context.ports, timings: context.timings, app });
    if (moved) return endMoved(moved, app, receiveCount, context);
  }
  const patch = (fields: MemberPatch) =>
    roster.patchMember(row.key, row.version, { ...IDLE, ...fields }, row.state);
  if (isConfirmed(row, clock.nowMs(), context.timings.reconcileIntervalMs)) {
    const recorded = await patch(settled(row, clock.nowMs()));
    return recorded ? { outcome: 'already' } : settledElsewhere(row, context);
  }
  // Accepted before it was protected, or of somebody whose place this member has taken.
  if (isForbidden(row.action, row.key.memberId, app))
    return (await refuseWish(row, PROTECTED, patch, context.ports)) ?? settledElsewhere(row, context);
  const call = await callVendor(row, app, context);
  if (isGone(call)) {
    const moved = await followMerge(row, { ...context.ports, timings: context.timings, app });
    if (moved) return endMoved(moved, app, receiveCount, context);
  }
  const alone = failedAlone(call, row, app, context);
  const decision = decideOutcome(call, row, alone, receiveCount, context);
  const recorded = await record(decision, call, row, alone, context);
  if (recorded) return recorded;
  await overtaken(row, call.mayApplyLate, app, context);
  return settledElsewhere(row, context);
}

/** The vendor does not know the user, or the conversation: it may have been merged into another. */
export function isGone(call: VendorCallOutcome<VendorAnswer>): boolean {
  return call.kind === 'answered' && call.answer.result.kind === 'gone';
}

/** A merge has moved the wish to another row: that one is worked on now. */
async function endMoved(
  moved: Recorded,
  app: AppRow,
  receiveCount: number,
  context: ApplyWishContext,
): Promise<WishOutcome> {
  return 'work' in moved ? applyWish(moved.work, app, receiveCount, context) : moved.settled;
}

/** Another worker has dealt with this wish meanwhile, or a newer one has replaced it. */
async function settledElsewhere(row: MemberRow, { ports, timings }: ApplyWishContext): Promise<WishOutcome> {
  const { roster, clock } = ports;
  const now = await roster.member(row.key);
  const isOurs = now?.version === row.version;
  if (isOurs && now.state === 'parked') return { outcome: 'parked', reason: now.reason ?? '' };
  if (isOurs && now.state === 'deferred') {
    // Our own write may have come twice, or whoever wrote it has died before this.
    await roster.markDue(now.key, deferredDueMs(now, clock.nowMs(), timings));
    return { outcome: 'deferred', reason: now.reason ?? '' };
  }
  return { outcome: isOurs && now.state === 'applied' ? 'already' : 'superseded' };
}

export async function callVendor(
  row: Pick<MemberRow, 'key' | 'action' | 'changeId' | 'subscribeSDKClient'>,
  app: AppRow,
  { ports, calls, deadline }: ApplyWishContext,
): Promise<VendorCallOutcome<VendorAnswer>> {
  const { key, action, changeId, subscribeSDKClient } = row;
  const call = await calls.make({
    app,
    operation: action,
    changeId,
    deadline,
    send: (to, timeoutMs) =>
      action === 'join'
        ? ports.vendor.join(to, key, subscribeSDKClient, timeoutMs)
        : ports.vendor.leave(to, key, timeoutMs),
  });
  if (action === 'leave' || call.kind !== 'answered') return call;
  const { result } = call.answer;
  if (result.kind !== 'rejected' || result.reason !== 'bad_request') return call;
  // The vendor does not say how it answers a join of somebody present: only a listing tells that from a bad request.
  const listed = await isListed(key, app, { vendor: ports.vendor, calls, deadline });
  if (listed === false) return call;
  const judged: CallResult = listed
    ? { kind: 'already' }
    : { kind: 'unreachable', mayHaveBeenApplied: false };
  // Where no listing tells, an earlier request of this very call may be what made the member present.
  const mayApplyLate = call.mayApplyLate || listed === undefined;
  return { ...call, mayApplyLate, answer: { result: judged } };
}

function decideOutcome(
  call: VendorCallOutcome<VendorAnswer>,
  row: MemberRow,
  { failingAloneSinceMs }: FailingAlone,
  receiveCount: number,
  context: ApplyWishContext,
): Decision {
  const { ports, timings } = context;
  if (call.kind === 'app_out') return { kind: 'defer', reason: call.reason };
  if (call.kind === 'out_of_time')
    return {
      kind: 'retry',
      afterMs: backoffMs({ receiveCount, jitter: ports.clock.random() }, timings),
      reason: call.reason,
    };
  const attempt = {
    action: row.action,
    ageMs: ports.clock.nowMs() - row.wishedAtMs,
    failingAloneForMs: ports.clock.nowMs() - (failingAloneSinceMs ?? ports.clock.nowMs()),
    receiveCount,
    jitter: ports.clock.random(),
  };
  return decide(call.answer.result, attempt, timings);
}

/** A failure counts while its app answers: others, or this very member with something definite. */
function failedAlone(
  call: VendorCallOutcome<VendorAnswer>,
  row: MemberRow,
  app: AppRow,
  { ports, calls, timings }: ApplyWishContext,
): FailingAlone {
  if (call.kind === 'out_of_time') return failingAloneOf(row);
  if (call.kind === 'app_out' || !calls.appAnswers(app.appId)) return NOT_ALONE;
  // What failed until now failed otherwise: only a refusal that lasts is one.
  const { result } = call.answer;
  const isNewlyRefused =
    result.kind === 'rejected' && result.reason === 'bad_request' && row.reason !== 'rejected';
  return failedOnceMore(isNewlyRefused ? {} : row, ports.clock.nowMs(), timings);
}

/** Records the decision under the row's version; undefined: the row has moved on meanwhile. */
async function record(
  decision: Decision,
  call: VendorCallOutcome<VendorAnswer>,
  row: MemberRow,
  alone: FailingAlone,
  context: ApplyWishContext,
): Promise<WishOutcome | undefined> {
  const { roster, clock } = context.ports;
  const known = { ...IDLE, ...doubted(row, clock.nowMs()), ...late(call, row) };
  const patch = (fields: MemberPatch) =>
    roster.patchMember(row.key, row.version, { ...known, ...fields }, row.state);
  switch (decision.kind) {
    case 'done': {
      if (inDoubt(row)) await roster.markDue(row.key, clock.nowMs() + context.timings.requestTimeoutMs);
      if (!(await patch(confirmed(row, decision.participantId, call.mayApplyLate, clock.nowMs()))))
        return undefined;
      return { outcome: decision.already ? 'already' : 'applied' };
    }
    case 'retry': {
      if (!(await patch({ reason: decision.reason, ...alone }))) return undefined;
      return { outcome: 'retried', afterMs: decision.afterMs, reason: decision.reason };
    }
    case 'defer': {
      if (!(await patch({ state: 'deferred', reason: decision.reason, ...alone }))) return undefined;
      const dueMs = deferredDueMs(row, clock.nowMs(), context.timings);
      await roster.markDue(row.key, Math.max(dueMs, clock.nowMs() + (decision.afterMs ?? 0)));
      return { outcome: 'deferred', reason: decision.reason };
    }
    case 'park':
      return refuseWish(row, decision, patch, context.ports);
    default:
      return decision satisfies never;
  }
}

/**
 * A newer wish came while this call was under way, and its own call may have gone out before ours: what the vendor has
 * is unknown. Calls again for the newer wish where ours said the opposite; what fails here is left to a listing.
 */
async function overtaken(
  row: MemberRow,
  mayApplyLate: boolean,
  app: AppRow,
  context: ApplyWishContext,
): Promise<void> {
  const { roster, clock } = context.ports;
  let called = row.action;
  for (let turn = 0; turn < OVERTAKEN_MAX; turn += 1) {
    const newer = await roster.member(row.key);
    if (!newer || newer.action === called || !isManaged(newer)) return;
    // Without a confirmation the next listing that shows otherwise counts the wish as deferred, whatever the policy.
    const doubt = { confirmed: null, doubtfulSinceMs: clock.nowMs(), expiresAtMs: null };
    // Nor is a wish that comes during the call below sure of its own: the call is a start like any other.
    await roster.patchMember(newer.key, newer.version, { ...doubt, starts: newer.starts + 1 });
    await roster.markDue(newer.key, clock.nowMs() + (mayApplyLate ? context.timings.requestTimeoutMs : 0));
    if (newer.state !== 'applied' && newer.state !== 'pending') return;
    await callVendor(newer, app, context);
    called = newer.action;
  }
}

/** No start is open any more. */
const IDLE = { starts: 0, startsAlone: 0 } as const;

/**
 * With its open starts cleared, or its late action replaced by another, a row would forget that somebody else's call may
 * have overturned what was confirmed, or still may.
 */
function doubted(row: MemberRow, nowMs: number): MemberPatch {
  return inDoubt(row) ? { confirmed: null, doubtfulSinceMs: nowMs } : {};
}

function late(call: VendorCallOutcome<VendorAnswer>, row: MemberRow): MemberPatch {
  return call.mayApplyLate ? { lateAction: row.action } : {};
}

/** The wish is done with: nothing of its message is kept. */
function settled(row: MemberRow, nowMs: number): MemberPatch {
  return {
    ...IDLE,
    state: 'applied',
    message: null,
    reason: null,
    ...NOT_ALONE,
    expiresAtMs: row.action === 'leave' ? nowMs + LEAVE_KEPT_MS : null,
  };
}

/** In doubt nothing is confirmed: an older call may still overturn what was just done, and a listing must look. */
export function confirmed(
  row: MemberRow,
  participantId: string | undefined,
  mayApplyLate: boolean,
  nowMs: number,
): MemberPatch {
  const isKnown = !inDoubt(row);
  // An earlier request for the same is still open, and would overturn whatever comes next.
  const isLate = mayApplyLate || row.lateAction === row.action;
  return {
    ...settled(row, nowMs),
    lateAction: isLate ? row.action : null,
    confirmed: isKnown ? { action: row.action, version: row.version, atMs: nowMs } : null,
    doubtfulSinceMs: isKnown ? null : nowMs,
    ...(!isKnown && { expiresAtMs: null }),
    ...(participantId !== undefined && { participantId }),
  };
}

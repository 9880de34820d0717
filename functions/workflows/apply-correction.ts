import { type AppRow, policyFor } from '../core/app.ts';
import type { Correction } from '../core/correction.ts';
import { policyAllows } from '../core/drift.ts';
import { deferredDueMs } from '../core/due.ts';
import { isMovable } from '../core/merge.ts';
import { isForbidden } from '../core/protection.ts';
import { isManaged, type MemberRow } from '../core/roster.ts';
import type { Timings } from '../core/timings.ts';
import { type ApplyWishContext, applyWish, callVendor, confirmed, isGone } from './apply-wish.ts';
import { followMerge } from './follow-merge.ts';
import { finishParking, parkCrashing, STARTS_ALONE_MAX } from './park.ts';
import { survivorOf } from './survivor.ts';

/** A correction delivered more often than this brings the process down; the next pass plans it anew. */
const RECEIVES_MAX = STARTS_ALONE_MAX + 1;

/** How a correction ended: it never comes back by itself, the next reconcile pass plans anew. */
export interface CorrectionOutcome {
  readonly outcome: 'applied' | 'dropped' | 'failed';
  readonly reason: string;
}

/** Applies a row again because the reconciler asks for it. Anybody who may send could have: what it may do is checked anew. */
export async function applyCorrection(
  correction: Correction,
  app: AppRow,
  receiveCount: number,
  context: ApplyWishContext,
): Promise<CorrectionOutcome> {
  const { roster, clock } = context.ports;
  if (!app.reconcile) return dropped('switched_off');
  const row = await roster.member(correction.member);
  if (row?.version !== correction.plannedAgainst) return dropped('moved_on');
  if (correction.cause === 'deferred') {
    // An earlier delivery may have died while it parked this very change.
    const parked = row?.message && (await finishParking(row.message.messageId, context.ports));
    if (parked) return failed('parked');
    const isWaiting = row && waitsForReconciler(row, clock.nowMs(), context.timings);
    if (!isWaiting) return dropped('not_deferred');
    // What was told as applied stays so: a failure stands on the row and the next pass asks again.
    if (row.state === 'applied' && row.mergedAtMs === undefined) return repair(row, app, context);
    if (!row.message) return move(row, app, context);
    return bringBack(row, app, receiveCount > 1, context);
  }
  if (receiveCount > RECEIVES_MAX) return dropped('crashes');
  const forbidden = await whyForbidden(correction, row, app, context);
  if (forbidden) return dropped(forbidden);
  return row?.state === 'applied' ? repair(row, app, context) : removeStranger(correction, app, context);
}

/** A producer's own wish that no message on the change queue stands for any more, or none that was ever confirmed. */
function waitsForReconciler(row: MemberRow, nowMs: number, { stuckAfterMs }: Timings): boolean {
  if (row.state === 'pending') return nowMs - row.wishedAtMs > stuckAfterMs;
  if (row.mergedAtMs !== undefined && isMovable(row)) return true;
  return row.state === 'deferred' || (row.state === 'applied' && row.confirmed?.version !== row.version);
}

/** Why drift must not be corrected so; undefined: it may be. */
async function whyForbidden(
  { member, cause }: Correction,
  row: MemberRow | undefined,
  app: AppRow,
  { ports, policy: ofDeployment }: ApplyWishContext,
): Promise<string | undefined> {
  const action = cause === 'missing' ? 'join' : 'leave';
  const isOurs = row !== undefined && isManaged(row);
  if (isOurs && (row.state !== 'applied' || row.action !== action)) return 'moved_on';
  if (!isOurs && action === 'join') return 'moved_on';
  if (isForbidden(action, member.memberId, app)) return 'protected';
  const policy = policyFor(await ports.roster.conversation(member), app, ofDeployment);
  const allowed = isOurs ? policyAllows(policy, action) : policy === 'exact';
  return allowed ? undefined : 'policy';
}

/** A producer's own change, held up until now: it ends as any change does. */
async function bringBack(
  row: MemberRow,
  app: AppRow,
  alone: boolean,
  context: ApplyWishContext,
): Promise<CorrectionOutcome> {
  const { roster, telemetry } = context.ports;
  const { key, version, changeId, message } = row;
  const started = await roster.countStart(key, version, alone, row.state);
  if (!started) return dropped('moved_on');
  if (started.startsAlone > STARTS_ALONE_MAX && message) {
    if (!(await parkCrashing(started, context.ports))) return dropped('moved_on');
    telemetry.emit({
      name: 'change',
      outcome: 'parked',
      messageId: message.messageId,
      changeId,
      member: key,
      reason: 'crashes',
    });
    return failed('crashes');
  }
  const ended = await applyWish(started, app, 1, context);
  if (ended.outcome === 'retried') {
    await waitAgain(row, context);
    return failed(ended.reason);
  }
  if (ended.outcome === 'deferred') return failed(ended.reason ?? 'deferred');
  if (message) {
    const { messageId } = message;
    telemetry.emit({
      name: 'change',
      outcome: ended.outcome,
      messageId,
      changeId,
      member: key,
      reason: ended.reason,
    });
  }
  return ended.outcome === 'superseded' ? dropped('moved_on') : applied(ended.outcome);
}

/** Nothing else brings it back: the next pass must, also from where a merge has just moved it, as if in flight. */
async function waitAgain(row: MemberRow, { ports, timings }: ApplyWishContext): Promise<void> {
  const { roster, clock } = ports;
  const survivor = await survivorOf(row.key, roster);
  const hasMoved =
    survivor && (await roster.patchMember(survivor, row.version, { state: 'deferred' }, 'pending'));
  await roster.markDue(hasMoved ? survivor : row.key, deferredDueMs(row, clock.nowMs(), timings));
}

/** Its wish belongs to whoever has taken this member's place. */
async function move(row: MemberRow, app: AppRow, context: ApplyWishContext): Promise<CorrectionOutcome> {
  const moved = await followMerge(row, { ...context.ports, timings: context.timings, app });
  return moved ? applied('moved') : dropped('not_merged');
}

/** The vendor lost what it had. Whatever comes of it, the wish stays as it is. */
async function repair(row: MemberRow, app: AppRow, context: ApplyWishContext): Promise<CorrectionOutcome> {
  const { roster, clock } = context.ports;
  if (isForbidden(row.action, row.key.memberId, app)) return dropped('protected');
  const started = await roster.countStart(row.key, row.version, false, row.state);
  if (!started) return dropped('moved_on');
  const call = await callVendor(started, app, context);
  const moved =
    isGone(call) && (await followMerge(started, { ...context.ports, timings: context.timings, app }));
  if (moved) return applied('moved');
  const result = call.kind === 'answered' ? call.answer.result : undefined;
  if (result?.kind !== 'applied' && result?.kind !== 'already') {
    const reason = result?.kind ?? 'app_out';
    await roster.patchMember(row.key, row.version, { starts: 0, reason });
    return failed(reason);
  }
  const participantId = result.kind === 'applied' ? result.participantId : undefined;
  await roster.patchMember(
    row.key,
    row.version,
    confirmed(started, participantId, call.mayApplyLate, clock.nowMs()),
  );
  return applied(result.kind);
}

/** Somebody present whom nobody wishes in, under the policy `exact`. */
async function removeStranger(
  { member }: Correction,
  app: AppRow,
  context: ApplyWishContext,
): Promise<CorrectionOutcome> {
  const { roster, clock } = context.ports;
  const leave = { key: member, action: 'leave', changeId: '', subscribeSDKClient: false } as const;
  const call = await callVendor(leave, app, context);
  const wished = await roster.member(member);
  // Wished for meanwhile: what the vendor has is unknown, and only a listing tells.
  if (wished && isManaged(wished)) {
    const doubt = { confirmed: null, doubtfulSinceMs: clock.nowMs(), expiresAtMs: null };
    await roster.patchMember(member, wished.version, doubt);
    await roster.markDue(member, clock.nowMs());
  }
  if (call.kind !== 'answered') return failed(call.reason);
  const { kind } = call.answer.result;
  return kind === 'applied' || kind === 'already' ? applied(kind) : failed(kind);
}

function applied(reason: string): CorrectionOutcome {
  return { outcome: 'applied', reason };
}

function dropped(reason: string): CorrectionOutcome {
  return { outcome: 'dropped', reason };
}

function failed(reason: string): CorrectionOutcome {
  return { outcome: 'failed', reason };
}

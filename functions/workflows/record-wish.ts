import type { AppRow } from '../core/app.ts';
import { deferredDueMs } from '../core/due.ts';
import { NOT_ALONE } from '../core/failing-alone.ts';
import type { ReceivedChange } from '../core/fold.ts';
import type { MemberKey } from '../core/member-key.ts';
import { ATTRIBUTE, storedMessage } from '../core/message.ts';
import { isForbidden } from '../core/protection.ts';
import type { MemberRow, Wish } from '../core/roster.ts';
import type { Timings } from '../core/timings.ts';
import { finishParking, finishReplacedPark, type ParkPorts } from './park.ts';
import { survivorOf } from './survivor.ts';
import type { WishOutcome } from './wish-outcome.ts';

export interface RecordWishContext extends ParkPorts {
  readonly timings: Timings;
  readonly app: Pick<AppRow, 'protectedMembers'>;
}

/** Either the row is to be worked on, a start of ours counted on it, or there is nothing left to do. */
export type Recorded = { readonly work: MemberRow } | { readonly settled: WishOutcome };

/** What a change wishes for its member, as it arrived. */
export function wishOfChange({ change, version, message }: ReceivedChange): ReceivedWish {
  const redriveOf = message.attributes[ATTRIBUTE.parkedMessageId];
  return {
    version,
    action: change.action,
    changeId: change.id,
    subscribeSDKClient: change.subscribeSDKClient,
    message: storedMessage(message),
    ...(redriveOf !== undefined && { redriveOf }),
  };
}

/** A wish, and which parked message an operator brought back with it. */
export type ReceivedWish = Wish & { readonly redriveOf?: string };

/** Records a wish under its version. From here the row decides, not the message. */
export async function recordWish(
  member: MemberKey,
  received: ReceivedWish,
  context: RecordWishContext,
): Promise<Recorded> {
  const { redriveOf: _, ...wish } = received;
  const put = await context.roster.putWish(member, wish, context.clock.nowMs());
  if (!put.written) return meetRow(member, received, context);
  await endReplaced(put.before, context);
  return { work: put.row };
}

/** Brings a wish that a newer one has just replaced to its end, where nobody else would. */
export async function endReplaced(before: MemberRow | undefined, context: RecordWishContext): Promise<void> {
  if (!before?.message) return;
  const { messageId } = before.message;
  if (before.state === 'parked') await finishReplacedPark(messageId, context);
  if (before.state === 'deferred' && !(await finishParking(messageId, context))) {
    // Its message was acknowledged when it was deferred, so nobody else will say how it ended.
    context.telemetry.emit({
      name: 'change',
      outcome: 'superseded',
      messageId,
      changeId: before.changeId,
      member: before.key,
    });
  }
}

/** The row is at least as new as this change. */
async function meetRow(
  member: MemberKey,
  received: ReceivedWish,
  context: RecordWishContext,
): Promise<Recorded> {
  const { version } = received;
  const { roster, clock, timings } = context;
  const row = await roster.member(member);
  if (!row) throw new Error('the row that refused this wish is gone');
  if (row.version > version) return { settled: { outcome: 'superseded' } };
  switch (row.state) {
    case 'applied':
      return { settled: { outcome: 'already' } };
    case 'deferred':
      // The acknowledgement got lost, and perhaps the due time with it.
      await roster.markDue(row.key, deferredDueMs(row, clock.nowMs(), timings));
      return { settled: { outcome: 'deferred', reason: row.reason ?? 'app_out' } };
    case 'unmanaged':
      return { settled: { outcome: 'superseded', reason: 'unmanaged' } };
    case 'parked':
      return isRedriveOf(row, received)
        ? revive(member, received, context)
        : { settled: { outcome: 'parked', reason: row.reason ?? '' } };
    case 'pending': {
      const started = await roster.countStart(row.key, version, false, 'pending');
      return started ? { work: started } : meetRow(member, received, context);
    }
    case 'merged': {
      const survivor = await survivorOf(member, roster);
      if (!survivor) return { settled: { outcome: 'superseded', reason: 'merged' } };
      return isForbidden(received.action, survivor.memberId, context.app)
        ? { settled: { outcome: 'superseded', reason: 'protected' } }
        : recordWish(survivor, received, context);
    }
    default:
      return row.state satisfies never;
  }
}

/** Of the very message that the row names: an older one's redrive would wake what was parked anew since. */
function isRedriveOf(row: MemberRow, { redriveOf }: ReceivedWish): boolean {
  return redriveOf !== undefined && row.message?.messageId === redriveOf;
}

/** An operator brought a parked change back, under its old version. */
async function revive(
  member: MemberKey,
  received: ReceivedWish,
  context: RecordWishContext,
): Promise<Recorded> {
  const { version, message } = received;
  const { roster, clock } = context;
  const pending = {
    state: 'pending',
    message,
    wishedAtMs: clock.nowMs(),
    reason: null,
    ...NOT_ALONE,
  } as const;
  // What was discarded meanwhile stays so, and what another redrive has brought back already.
  const revived = await roster.patchMember(member, version, pending, 'parked', received.redriveOf);
  if (!revived) return meetRow(member, received, context);
  const started = await roster.countStart(member, version, false, 'pending');
  return started ? { work: started } : meetRow(member, received, context);
}

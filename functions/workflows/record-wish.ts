import { deferredDueMs } from '../core/due.ts';
import type { ReceivedChange } from '../core/fold.ts';
import { ATTRIBUTE, storedMessage } from '../core/message.ts';
import type { MemberRow, Wish } from '../core/roster.ts';
import type { Timings } from '../core/timings.ts';
import type { WishOutcome } from './apply-wish.ts';
import { finishParking, finishReplacedPark } from './park.ts';
import type { ChangeQueue, Clock, Roster, Telemetry } from './ports.ts';

export interface RecordWishContext {
  readonly roster: Roster;
  readonly queue: ChangeQueue;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly timings: Timings;
}

/** Either the row is to be worked on, a start of ours counted on it, or there is nothing left to do. */
export type Recorded = { readonly work: MemberRow } | { readonly settled: WishOutcome };

/** Records a change's wish under its version. From here the row decides, not the message. */
export async function recordWish(received: ReceivedChange, context: RecordWishContext): Promise<Recorded> {
  const { change, version, message } = received;
  const { roster, clock, telemetry } = context;
  const wish: Wish = {
    version,
    action: change.action,
    changeId: change.id,
    subscribeSDKClient: change.subscribeSDKClient,
    message: storedMessage(message),
  };
  const put = await roster.putWish(change.member, wish, clock.nowMs());
  if (!put.written) return meetRow(received, context);
  const { before } = put;
  if (before?.state === 'parked' && before.message)
    await finishReplacedPark(before.message.messageId, context);
  if (
    before?.state === 'deferred' &&
    before.message &&
    !(await finishParking(before.message.messageId, context))
  ) {
    // Its message was acknowledged when it was deferred, so nobody else will say how it ended.
    const { messageId } = before.message;
    telemetry.emit({
      name: 'change',
      outcome: 'superseded',
      messageId,
      changeId: before.changeId,
      member: before.key,
    });
  }
  return { work: put.row };
}

/** The row is at least as new as this change. */
async function meetRow(received: ReceivedChange, context: RecordWishContext): Promise<Recorded> {
  const { change, version } = received;
  const { roster, clock, timings } = context;
  const row = await roster.member(change.member);
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
        ? revive(received, context)
        : { settled: { outcome: 'parked', reason: row.reason ?? '' } };
    case 'pending': {
      const started = await roster.countStart(row.key, version, false, 'pending');
      return started ? { work: started } : meetRow(received, context);
    }
    default:
      return row.state satisfies never;
  }
}

/** Of the very message that the row names: an older one's redrive would wake what was parked anew since. */
function isRedriveOf(row: MemberRow, { message }: ReceivedChange): boolean {
  const { [ATTRIBUTE.parkedMessageId]: parkedMessageId } = message.attributes;
  return parkedMessageId !== undefined && row.message?.messageId === parkedMessageId;
}

/** An operator brought a parked change back, under its old version. */
async function revive(received: ReceivedChange, context: RecordWishContext): Promise<Recorded> {
  const { change, version, message } = received;
  const { roster, clock } = context;
  const pending = {
    state: 'pending',
    message: storedMessage(message),
    wishedAtMs: clock.nowMs(),
    reason: null,
  } as const;
  // What was discarded meanwhile stays so.
  const revived = await roster.patchMember(change.member, version, pending, 'parked');
  if (!revived) return meetRow(received, context);
  const started = await roster.countStart(change.member, version, false, 'pending');
  return started ? { work: started } : meetRow(received, context);
}

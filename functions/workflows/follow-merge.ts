import { NOT_ALONE } from '../core/failing-alone.ts';
import type { MemberKey } from '../core/member-key.ts';
import { isForbidden } from '../core/protection.ts';
import type { MemberRow, SettledWish, Wish } from '../core/roster.ts';
import { parkRow } from './park.ts';
import { endReplaced, type Recorded, type RecordWishContext, recordWish } from './record-wish.ts';
import { survivorOf } from './survivor.ts';

/** A moved wish, as its new row has it; undefined: nobody's user or conversation was merged, so that it stays where it is. */
export async function followMerge(row: MemberRow, context: RecordWishContext): Promise<Recorded | undefined> {
  const survivor = await survivorOf(row.key, context.roster);
  return survivor && moveWish(row, survivor, context);
}

/**
 * Moves a row's wish, under its version, to where it belongs: first there, then away from here, so that a death between
 * leaves it in both places, which the next one who comes by finds equal. Newest wins, as with any change.
 */
async function moveWish(row: MemberRow, survivor: MemberKey, context: RecordWishContext): Promise<Recorded> {
  const { roster, clock } = context;
  const { key, version, state, message } = row;
  if (isForbidden(row.action, survivor.memberId, context.app)) {
    if (
      message &&
      (await parkRow(row, 'protected', 'action: the survivor is protected from leaving', context))
    )
      return { settled: { outcome: 'parked', reason: 'protected' } };
    await roster.patchMember(key, version, MOVED, state);
    return { settled: { outcome: 'superseded', reason: 'protected' } };
  }
  if (survivor.conversationId !== key.conversationId)
    await roster.createConversation(survivor, clock.nowMs());
  const recorded = message
    ? await recordWish(survivor, wishOf(row, message), context)
    : await recordSettled(survivor, row, context);
  await roster.patchMember(key, version, MOVED, state);
  return recorded;
}

/** What is left of a row whose wish has moved. */
const MOVED = {
  state: 'merged',
  starts: 0,
  startsAlone: 0,
  confirmed: null,
  lateAction: null,
  doubtfulSinceMs: null,
  message: null,
  reason: null,
  ...NOT_ALONE,
  expiresAtMs: null,
} as const;

function wishOf(
  { version, action, changeId, subscribeSDKClient }: MemberRow,
  message: Wish['message'],
): Wish {
  return { version, action, changeId, subscribeSDKClient, message };
}

/** The change has long ended: whether the survivor is as it says, the next listing shows and the reconciler sees to. */
async function recordSettled(
  survivor: MemberKey,
  { version, action, changeId, subscribeSDKClient }: MemberRow,
  context: RecordWishContext,
): Promise<Recorded> {
  const { roster, clock } = context;
  const wish: SettledWish = { version, action, changeId, subscribeSDKClient };
  const put = await roster.putWish(survivor, wish, clock.nowMs());
  if (put.written) await endReplaced(put.before, context);
  // Also where it stood there already: whoever wrote it may have died before this.
  await roster.markDue(survivor, clock.nowMs());
  return { settled: { outcome: put.written ? 'already' : 'superseded', reason: 'merged' } };
}

import { storedMessage } from '../core/message.ts';
import { REPEATS_DROPPED_MS } from '../core/parked.ts';
import type { Refused } from '../core/read-message.ts';
import type { ParkReason } from '../core/reasons.ts';
import { inDoubt, type MemberRow, type ParkedItem } from '../core/roster.ts';
import type { ChangeQueue, Clock, Roster } from './ports.ts';
import { type TellPorts, tellParked } from './tell-outcome.ts';

export interface ParkPorts extends TellPorts {
  readonly roster: Roster;
  readonly queue: ChangeQueue;
  readonly clock: Clock;
}

/** So many starts alone that nobody finished, and a message is taken for what brings the process down. */
export const STARTS_ALONE_MAX = 5;

/** Parks a message that never became a wish. */
export async function parkRefused(refused: Refused, ports: ParkPorts): Promise<void> {
  const { message, reason, detail, member, changeId } = refused;
  await ports.roster.putParkedItem({
    message: storedMessage(message),
    reason,
    detail,
    parkedAtMs: ports.clock.nowMs(),
    ...(member && { key: member }),
    ...(changeId !== undefined && { changeId }),
  });
  await finishParking(message.messageId, ports);
}

/**
 * The rest of a park whose item is in the table: the row's state, the dead-letter queue, and word to
 * producers. Safe to repeat: whoever
 * sees the message again comes here. Says whether there was such an item.
 */
export async function finishParking(messageId: string, ports: ParkPorts): Promise<ParkedItem | undefined> {
  const item = await ports.roster.parkedItem(messageId);
  if (!item) return undefined;
  await markRowParked(item, ports.roster);
  await ports.queue.sendToDeadLetterQueue(item);
  await tellParked(item, ports);
  return item;
}

/**
 * The rest of a park that may have been cut off after the row, whose wish a newer one has replaced since: nobody else
 * would come by its message again. What was parked longer ago has long been finished, by its next delivery.
 */
export async function finishReplacedPark(messageId: string, ports: ParkPorts): Promise<void> {
  const item = await ports.roster.parkedItem(messageId);
  if (!item || ports.clock.nowMs() - item.parkedAtMs >= REPEATS_DROPPED_MS) return;
  await ports.queue.sendToDeadLetterQueue(item);
  await tellParked(item, ports);
}

/** The row is parked only while it still speaks of this message. */
async function markRowParked(
  { key, message, reason, parkedAtMs }: ParkedItem,
  roster: Roster,
): Promise<void> {
  if (!key) return;
  const row = await roster.member(key);
  if (row?.message?.messageId !== message.messageId || row.state === 'parked') return;
  await roster.patchMember(
    key,
    row.version,
    {
      state: 'parked',
      starts: 0,
      startsAlone: 0,
      reason,
      ...(inDoubt(row) && { confirmed: null, doubtfulSinceMs: parkedAtMs }),
    },
    row.state,
    message.messageId,
  );
}

/** Parks the message of a row whose every start alone went unfinished; false: somebody else has dealt with it meanwhile. */
export function parkCrashing(row: MemberRow, ports: ParkPorts): Promise<boolean> {
  return parkRow(row, 'crashes', `${row.startsAlone} starts alone were never finished`, ports);
}

/**
 * Parks the change that a row wishes: the item first, so that whoever comes after a crash can finish.
 * False: the row has moved on, or somebody else has settled it meanwhile.
 */
export async function parkRow(
  row: MemberRow,
  reason: ParkReason,
  detail: string,
  ports: ParkPorts,
): Promise<boolean> {
  const { key, message, changeId, version, state } = row;
  if (!message) throw new Error(`a row that is ${state} has no message to park`);
  const now = await ports.roster.member(key);
  if (now?.version !== version || now.message?.messageId !== message.messageId) return false;
  await ports.roster.putParkedItem({
    message,
    reason,
    detail,
    parkedAtMs: ports.clock.nowMs(),
    key,
    changeId,
  });
  await finishParking(message.messageId, ports);
  return true;
}

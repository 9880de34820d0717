import type { Change } from './change.ts';
import { type MemberKey, memberText } from './member-key.ts';
import { ATTRIBUTE, type QueueMessage } from './message.ts';
import type { Version } from './version.ts';

/** A valid change with the message it came in. */
export interface ReceivedChange {
  readonly change: Change;
  readonly message: QueueMessage;
  readonly version: Version;
}

/** One member's changes of a batch: the newest decides. */
export interface MemberChanges {
  readonly member: MemberKey;
  readonly newest: ReceivedChange;
  /** In the order they arrived. */
  readonly older: readonly ReceivedChange[];
}

/** Of the same change twice the redrive decides: the parked message that it came from has no say any more. */
function isNewer(next: ReceivedChange, best: ReceivedChange): boolean {
  if (next.version !== best.version) return next.version > best.version;
  return next.message.attributes[ATTRIBUTE.parkedMessageId] !== undefined;
}

/** Folds a batch per member. Members come in the order of their first message. */
export function foldPerMember(received: readonly ReceivedChange[]): MemberChanges[] {
  const perMember = Map.groupBy(received, ({ change }) => memberText(change.member));
  return [...perMember.values()].map((changes) => {
    const newest = changes.reduce((best, next) => (isNewer(next, best) ? next : best));
    return { member: newest.change.member, newest, older: changes.filter((each) => each !== newest) };
  });
}

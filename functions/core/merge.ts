import type { MemberKey } from './member-key.ts';
import type { MemberRow } from './roster.ts';

/** What the vendor merges: two users of an app, or two of its conversations. One of them is discarded. */
export interface Mergeable {
  readonly appId: string;
  readonly kind: 'user' | 'conversation';
  /** A user's is the id that names the app's members. */
  readonly id: string;
}

/**
 * What is known of something that was discarded. No table does these two steps at once, so an edge is claimed first and
 * then looked at: of two that would close a circle at least the later sees the other, whoever is faster.
 *
 * | state       | meaning                                                            |
 * |-------------|--------------------------------------------------------------------|
 * | `claimed`   | nobody follows it yet; whoever claims another looks out for it     |
 * | `confirmed` | followed from now on, for ever                                     |
 * | `ignored`   | it would have closed a circle: nobody follows it                   |
 */
export interface MergeEdge {
  readonly survivor: string;
  readonly eventId: string;
  readonly state: 'claimed' | 'confirmed' | 'ignored';
}

/** Longer than any chain that is no error. */
export const MERGE_CHAIN_MAX = 100;

export function userOf({ appId, memberId }: Pick<MemberKey, 'appId' | 'memberId'>): Mergeable {
  return { appId, kind: 'user', id: memberId };
}

export function conversationNode({
  appId,
  conversationId,
}: Pick<MemberKey, 'appId' | 'conversationId'>): Mergeable {
  return { appId, kind: 'conversation', id: conversationId };
}

/** Whether a row holds a wish that a merge moves. What is parked waits for an operator, and follows when it is redriven. */
export function isMovable(row: Pick<MemberRow, 'state' | 'reason'>): boolean {
  switch (row.state) {
    case 'pending':
    case 'deferred':
    case 'applied':
      return true;
    case 'unmanaged':
      // The vendor may tell of the conversation's end before it tells where its members went.
      return row.reason === CONVERSATION_GONE;
    case 'parked':
    case 'merged':
      return false;
    default:
      return row.state satisfies never;
  }
}

/** Whether a row's wish still stands where a merge has left nobody. In flight, its own worker moves it. */
export function isToBeMoved(row: Pick<MemberRow, 'state' | 'reason' | 'mergedAtMs'>): boolean {
  return row.mergedAtMs !== undefined && row.state !== 'pending' && isMovable(row);
}

/** Why a row is `unmanaged` whose conversation the vendor has no more. */
export const CONVERSATION_GONE = 'conversation_removed';
/** Likewise its user. */
export const USER_GONE = 'user_removed';

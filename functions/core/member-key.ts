import { hash } from 'node:crypto';

/** Which of the vendor's two names for a person an app uses. Each app declares one, so that nobody has two keys. */
export type IdKind = 'userId' | 'userExternalId';

export interface ConversationKey {
  readonly appId: string;
  readonly conversationId: string;
}

/** One person in one conversation: the unit that is wished, fenced and applied. */
export interface MemberKey extends ConversationKey {
  readonly idKind: IdKind;
  readonly memberId: string;
}

/** A text that two keys share only when they are the same conversation. */
export function conversationText(key: ConversationKey): string {
  return JSON.stringify([key.appId, key.conversationId]);
}

/** A text that two keys share only when they are the same member; JSON, because an external id may hold anything. */
export function memberText(key: MemberKey): string {
  return JSON.stringify([key.appId, key.conversationId, key.memberId]);
}

/**
 * The SQS `MessageGroupId` of a member's messages: one writer per member, everything else in parallel.
 * Hex, because SQS allows no other than printable ASCII there and an id may hold anything.
 */
export function memberGroupId(key: MemberKey): string {
  return sha256Hex(memberText(key));
}

export function sha256Hex(text: string): string {
  return hash('sha256', text);
}

/** The part of a join or leave body that names the person. */
export function memberBody(key: MemberKey): { userId: string } | { userExternalId: string } {
  return key.idKind === 'userId' ? { userId: key.memberId } : { userExternalId: key.memberId };
}

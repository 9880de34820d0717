/** Users that become one, and users that go. The vendor's documents say little about both; what they leave open is told here. */
import type { App, Conversation, User } from './app.ts';
import type { VendorEvent } from './events.ts';
import type { Participant } from './participant-list.ts';

type MergeEvent = Extract<VendorEvent, { type: 'user:merge' }>;

/** Forgets a user: its ids name nobody any more, and it takes part nowhere. Nobody is told of each leave. */
export function forgetUser(app: App, user: User): void {
  app.users.delete(user.id);
  if (user.externalId !== null) app.usersByExternalId.delete(user.externalId);
  for (const { participants } of app.conversations.values()) {
    const participant = participants.ofUser(user.id);
    if (participant) participants.delete(participant);
  }
}

/**
 * Makes one user of two. Wherever the discarded one took part, the surviving one does, as the same participant unless
 * it took part already; the discarded one's ids name nobody any more.
 */
export function mergeUsers(app: App, surviving: User, discarded: User): MergeEvent {
  if (surviving === discarded) throw new Error('a user cannot be merged into itself');
  for (const { participants } of app.conversations.values()) {
    const participant = participants.ofUser(discarded.id);
    if (participant === undefined) continue;
    if (participants.ofUser(surviving.id)) participants.delete(participant);
    else participants.replace(participant, madeOver(participant, surviving));
  }
  forgetUser(app, discarded);
  return { type: 'user:merge', appId: app.id, surviving, discarded };
}

function madeOver(participant: Participant, { id, externalId }: User): Participant {
  return { ...participant, userId: id, userExternalId: externalId };
}

/** Moves everybody from one conversation into another, and forgets the first. */
export function mergeConversations(
  app: App,
  surviving: Conversation,
  discarded: Conversation,
  newParticipantId: () => string,
): NonNullable<MergeEvent['conversations']> {
  for (const participant of discarded.participants.inOrder) {
    if (surviving.participants.ofUser(participant.userId)) continue;
    surviving.participants.add({ ...participant, id: newParticipantId() });
  }
  app.conversations.delete(discarded.id);
  return { surviving: named(surviving), discarded: named(discarded) };
}

export function named({ id, type }: Conversation): Pick<Conversation, 'id' | 'type'> {
  return { id, type };
}

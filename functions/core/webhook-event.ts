import * as z from 'zod/mini';
import { isInvalid } from './change.ts';
import type { EventClass } from './event-class.ts';
import { readReconcileMessage, type VendorEvent } from './reconcile-message.ts';
import { FUTURE_LIMIT_MS } from './timings.ts';

export interface TranslatedEvent {
  readonly class: EventClass;
  /** Absent where there is nothing to do. */
  readonly event?: VendorEvent;
}

/** An external id may come as a number, and `null` stands for none. */
const externalId = z.optional(z.nullable(z.union([z.string(), z.number()])));
const user = z.object({ id: z.string(), externalId });
const idOnly = z.object({ id: z.string() });
const eventSchema = z.object({
  id: z.string(),
  createdAt: z.iso.datetime({ offset: true }),
  payload: z.unknown(),
});
const typeSchema = z.object({ type: z.string() });
const participation = z.object({ conversation: idOnly, user });
const conversationOnly = z.object({ conversation: idOnly });
const userOnly = z.object({ user });
const merge = z.object({
  mergedUsers: z.object({ surviving: user, discarded: user }),
  mergedConversations: z.optional(z.nullable(z.object({ surviving: idOnly, discarded: idOnly }))),
});

/** Turns one of a webhook's `events` into a message of the reconcile queue. */
export function translateEvent(value: unknown, appId: string, nowMs: number): TranslatedEvent {
  const type = typeSchema.safeParse(value).data?.type;
  if (type === undefined) return { class: 'malformed' };
  const eventClass = CLASSES.get(type);
  if (eventClass === undefined) return { class: 'other' };
  const fields = fieldsOf(eventClass, value);
  const message = fields && readReconcileMessage({ version: 1, appId, ...fields });
  // The worker's own reading decides: what it would refuse must not lie on its queue.
  if (!message || isInvalid(message) || message.kind === 'compare') return { class: 'malformed' };
  // As for changes: what comes from the future would win over everything until then.
  if (message.occurredAtMs > nowMs + FUTURE_LIMIT_MS) return { class: 'malformed' };
  return { class: eventClass, event: message };
}

type Translated = Exclude<EventClass, 'other' | 'malformed'>;

const CLASSES: ReadonlyMap<string, Translated> = new Map([
  ['conversation:join', 'join'],
  ['conversation:leave', 'leave'],
  ['conversation:remove', 'conversation_removed'],
  ['user:remove', 'user_removed'],
  ['user:merge', 'users_merged'],
]);

function fieldsOf(eventClass: Translated, value: unknown): object | undefined {
  const read = eventSchema.safeParse(value);
  if (!read.success) return undefined;
  const { id: eventId, createdAt, payload } = read.data;
  const origin = { eventId, occurredAtMs: Date.parse(createdAt) };
  switch (eventClass) {
    case 'join':
    case 'leave': {
      const said = participation.safeParse(payload).data;
      if (!said) return undefined;
      const conversationId = said.conversation.id;
      return { kind: 'hint', action: eventClass, conversationId, user: vendorUser(said.user), ...origin };
    }
    case 'conversation_removed': {
      const said = conversationOnly.safeParse(payload).data;
      return said && { kind: eventClass, conversationId: said.conversation.id, ...origin };
    }
    case 'user_removed': {
      const said = userOnly.safeParse(payload).data;
      return said && { kind: eventClass, user: vendorUser(said.user), ...origin };
    }
    case 'users_merged':
      return { ...mergedOf(payload), kind: eventClass, ...origin };
    default:
      return eventClass satisfies never;
  }
}

function mergedOf(payload: unknown): object | undefined {
  const said = merge.safeParse(payload).data;
  if (!said) return undefined;
  const { mergedUsers, mergedConversations } = said;
  return {
    surviving: vendorUser(mergedUsers.surviving),
    discarded: vendorUser(mergedUsers.discarded),
    ...(mergedConversations && {
      mergedConversations: {
        surviving: mergedConversations.surviving.id,
        discarded: mergedConversations.discarded.id,
      },
    }),
  };
}

function vendorUser({ id, externalId: external }: z.infer<typeof user>): object {
  return { id, ...(external !== null && external !== undefined && { externalId: String(external) }) };
}

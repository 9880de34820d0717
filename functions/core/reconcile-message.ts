import * as z from 'zod/mini';
import { PATH_ID } from './app.ts';
import { type Action, type Invalid, kindOf, MEMBER_ID_MAX_LENGTH } from './change.ts';
import type { ConversationKey } from './member-key.ts';

/** A user as the vendor's events name one. Which of the two ids names a member is for the app's row to say. */
export interface VendorUser {
  readonly id: string;
  readonly externalId?: string;
}

/** Where an event of the vendor's comes from. */
interface EventOrigin {
  /** The vendor's `createdAt`, in milliseconds since 1970. */
  readonly occurredAtMs: number;
  /** The vendor's `events[].id`: a repeat has the same. */
  readonly eventId: string;
}

/** An event of the vendor's, translated. It is a hint or a fact about the vendor, never a wish. */
export type VendorEvent =
  /** Somebody joined or left; whether by our own call or not, it does not say. */
  | ({ readonly kind: 'hint'; readonly action: Action; readonly user: VendorUser } & ConversationKey &
      EventOrigin)
  | ({ readonly kind: 'conversation_removed' } & ConversationKey & EventOrigin)
  | ({ readonly kind: 'user_removed'; readonly appId: string; readonly user: VendorUser } & EventOrigin)
  | ({
      readonly kind: 'users_merged';
      readonly appId: string;
      readonly surviving: VendorUser;
      readonly discarded: VendorUser;
      /** Conversation ids; absent where no conversation was merged. */
      readonly mergedConversations?: { readonly surviving: string; readonly discarded: string };
    } & EventOrigin);

/** What the reconcile queue asks for. */
export type ReconcileMessage = ({ readonly kind: 'compare' } & ConversationKey) | VendorEvent;

const EVENT_ID_MAX_LENGTH = 256;
/** The digits that a version keeps of a time. */
const TIME_MAX_MS = 999_999_999_999_999;

const pathId = z.string().check(z.regex(PATH_ID));
const userId = z.string().check(
  z.minLength(1),
  z.maxLength(MEMBER_ID_MAX_LENGTH),
  z.refine<string>((id) => id.isWellFormed()),
);
const user = z.object({ id: userId, externalId: z.exactOptional(userId) });
const version = z.literal(1);
const origin = {
  occurredAtMs: z.int().check(z.minimum(0), z.maximum(TIME_MAX_MS)),
  eventId: z.string().check(z.minLength(1), z.maxLength(EVENT_ID_MAX_LENGTH)),
};
const conversation = { appId: pathId, conversationId: pathId };

const messageSchema = z.discriminatedUnion('kind', [
  z.object({ version, kind: z.literal('compare'), ...conversation }),
  z.object({
    version,
    kind: z.literal('hint'),
    ...conversation,
    action: z.enum(['join', 'leave']),
    user,
    ...origin,
  }),
  z.object({ version, kind: z.literal('conversation_removed'), ...conversation, ...origin }),
  z.object({ version, kind: z.literal('user_removed'), appId: pathId, user, ...origin }),
  z.object({
    version,
    kind: z.literal('users_merged'),
    appId: pathId,
    surviving: user,
    discarded: user,
    mergedConversations: z.exactOptional(z.object({ surviving: pathId, discarded: pathId })),
    ...origin,
  }),
]);

/** The body that asks for a conversation to be compared. */
export function reconcileBody({ appId, conversationId }: ConversationKey): string {
  return JSON.stringify({ version: 1, kind: 'compare', appId, conversationId });
}

/** The body that carries an event of the vendor's. */
export function vendorEventBody(event: VendorEvent): string {
  return JSON.stringify({ version: 1, ...event });
}

/** Reads what `JSON.parse` gave as a message of the reconcile queue, or says which field is wrong. */
export function readReconcileMessage(value: unknown): ReconcileMessage | Invalid {
  const read = messageSchema.safeParse(value);
  if (read.success) {
    const { version: _, ...message } = read.data;
    return message;
  }
  const path = read.error.issues[0]?.path ?? [];
  if (path.length === 0) return { field: 'body', problem: `must be a JSON object, is ${kindOf(value)}` };
  const found = path.reduce<unknown>(
    (inside, step) => (inside as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
  return { field: path.join('.'), problem: `is not as Rollcall makes it (found: ${kindOf(found)})` };
}

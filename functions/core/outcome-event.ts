import type * as z from 'zod/mini';
import type { HeldPlan } from './conversation.ts';
import type { ConversationKey } from './member-key.ts';
import type { outcomeEventSchemas } from './outcome-event-schemas.ts';
import type { ParkedItem } from './roster.ts';

/** The source of every event that Rollcall publishes. */
export const EVENT_SOURCE = 'rollcall';

/** What is published, by EventBridge's `detail-type`. */
export const DETAIL_TYPES = {
  parked: 'Change Parked',
  discarded: 'Change Discarded',
  held: 'Removals Held',
} as const;

type Kind = keyof typeof outcomeEventSchemas;

/** What producers are told of. */
export type OutcomeEvent = {
  readonly [Each in Kind]: {
    readonly kind: Each;
    readonly detail: z.infer<(typeof outcomeEventSchemas)[Each]>;
  };
}[Kind];

export function parkedEvent(item: ParkedItem): OutcomeEvent {
  const { detail, parkedAtMs } = item;
  return { kind: 'parked', detail: { ...messageFields(item), detail, parkedAt: isoOf(parkedAtMs) } };
}

export function discardedEvent(item: ParkedItem, nowMs: number): OutcomeEvent {
  const times = { parkedAt: isoOf(item.parkedAtMs), discardedAt: isoOf(nowMs) };
  return { kind: 'discarded', detail: { ...messageFields(item), ...times } };
}

export function heldEvent({ appId, conversationId }: ConversationKey, plan: HeldPlan): OutcomeEvent {
  const { hash: planHash, removals, heldAtMs } = plan;
  const held = { planHash, removals: removals.length, heldAt: isoOf(heldAtMs) };
  return { kind: 'held', detail: { version: 1, appId, conversationId, ...held } };
}

function messageFields({ message, reason, key, changeId }: ParkedItem) {
  return {
    version: 1 as const,
    messageId: message.messageId,
    ...(changeId !== undefined && { changeId }),
    ...(key && { appId: key.appId, conversationId: key.conversationId }),
    reason,
  };
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

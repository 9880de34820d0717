import * as z from 'zod/mini';
import { PATH_ID } from './app.ts';
import { type Invalid, kindOf } from './change.ts';
import type { ConversationKey } from './member-key.ts';

/** What the reconcile queue asks for. */
export interface ReconcileMessage {
  readonly kind: 'compare';
  readonly conversation: ConversationKey;
}

const id = z.string().check(z.regex(PATH_ID));
const messageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('compare'),
  appId: id,
  conversationId: id,
});

export function reconcileBody({ appId, conversationId }: ConversationKey): string {
  return JSON.stringify({ version: 1, kind: 'compare', appId, conversationId });
}

/** Reads what `JSON.parse` gave as a message of the reconcile queue, or says which field is wrong. */
export function readReconcileMessage(value: unknown): ReconcileMessage | Invalid {
  const read = messageSchema.safeParse(value);
  if (!read.success) {
    const [field] = read.error.issues[0]?.path ?? [];
    if (field === undefined) return { field: 'body', problem: `must be a JSON object, is ${kindOf(value)}` };
    const found = kindOf((value as Record<PropertyKey, unknown>)[field]);
    return { field: String(field), problem: `is not as the planner makes it (found: ${found})` };
  }
  const { kind, appId, conversationId } = read.data;
  return { kind, conversation: { appId, conversationId } };
}

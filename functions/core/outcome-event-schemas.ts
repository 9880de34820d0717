import * as z from 'zod/mini';

const iso = z.iso.datetime({ precision: 3 });
const ofMessage = {
  version: z.literal(1),
  messageId: z.string(),
  /** Absent: the message could not be read. */
  changeId: z.optional(z.string()),
  appId: z.optional(z.string()),
  conversationId: z.optional(z.string()),
  reason: z.string(),
};

/**
 * The `detail` of the events that Rollcall publishes. No event names a person: a producer knows its change by its id.
 * `schemas/outcome-event.v1.schema.json` is generated from these; functions only use their types.
 */
export const outcomeEventSchemas = {
  parked: z.object({ ...ofMessage, detail: z.string(), parkedAt: iso }),
  discarded: z.object({ ...ofMessage, parkedAt: iso, discardedAt: iso }),
  held: z.object({
    version: z.literal(1),
    appId: z.string(),
    conversationId: z.string(),
    planHash: z.string(),
    removals: z.number(),
    heldAt: iso,
  }),
} as const;

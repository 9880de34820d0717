/** What can be said about the fake vendor in JSON: on its command line, through its control surface, or in process. */
import * as z from 'zod';
import { faultPlanSchema } from './faults.ts';

export const apiKeySchema = z.strictObject({
  keyId: z.string().min(1),
  secret: z.string().min(1),
  /** `account` for keys that begin with `act_` or `svc_`, else `app`, unless said otherwise. */
  scope: z.string().optional(),
  /** The key is that of an integration: its scope is `integration` then, and it manages no other's webhooks. */
  integrationId: z.string().optional(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const whoSchema = z.union([
  z.strictObject({ userId: z.string() }),
  z.strictObject({ userExternalId: z.string() }),
]);
/** A user, by one of its two ids. */
export type Who = z.infer<typeof whoSchema>;

export const mergeSchema = z.strictObject({
  surviving: whoSchema,
  discarded: whoSchema,
  /** Conversations that the merge makes one of, by id. */
  conversations: z.strictObject({ surviving: z.string(), discarded: z.string() }).optional(),
});
export type Merge = z.infer<typeof mergeSchema>;

const userSeedSchema = z.strictObject({
  /** Made up if left out. */
  userId: z.string().optional(),
  userExternalId: z.string().optional(),
});
export type UserSeed = z.infer<typeof userSeedSchema>;

const conversationSeedSchema = z.strictObject({
  /** Made up if left out. */
  conversationId: z.string().optional(),
  /** `sdkGroup` if left out. */
  type: z.enum(['sdkGroup', 'personal']).optional(),
  /** The most participants that may join; no limit if left out. */
  participantCap: z.int().min(0).optional(),
  /** Who takes part from the beginning; users of the app. */
  participants: z.array(whoSchema).optional(),
});
export type ConversationSeed = z.infer<typeof conversationSeedSchema>;

export const appSeedSchema = z.strictObject({
  appId: z.string(),
  keys: z.array(apiKeySchema).optional(),
  /** Tokens issued elsewhere, good for this app. */
  tokens: z.array(z.string()).optional(),
  users: z.array(userSeedSchema).optional(),
  conversations: z.array(conversationSeedSchema).optional(),
  /** Custom integrations, which may have webhooks, by id. */
  integrations: z.array(z.string()).optional(),
  /** A real rate limit: what comes faster is answered 429. No limit if left out. */
  requestsPerSecond: z.number().positive().optional(),
  /** How many requests may come at once before the limit holds; a tenth of a second's if left out. */
  burst: z.int().min(1).optional(),
});
export type AppSeed = z.infer<typeof appSeedSchema>;

export const webhookSettingsSchema = z.strictObject({
  /** The time from the first try to the fifth: 15 minutes at the vendor, which is the default. */
  retryWindowMs: z
    .int()
    .min(1)
    .default(15 * 60_000),
  /** How long an answer is waited for. */
  timeoutMs: z.int().min(1).default(20_000),
  /** Requests that are under way at most. */
  sendsAtOnce: z.int().min(1).default(16),
  /** Events that happen within so long of a webhook's first go together, ten at most. */
  gatherMs: z.int().min(0).default(5),
  /** Events are held back for up to so long, each differently, and so overtake each other. */
  jitterMs: z.int().min(0).default(0),
  /** How many of the deliveries that have succeeded come again, from 0 to 1. */
  repeatShare: z.number().min(0).max(1).default(0),
  /** Fixes who overtakes whom, and what comes again. */
  seed: z.int().default(1),
  /** Events that wait at most; what comes beyond is never delivered. */
  waitingMax: z.int().min(1).default(10_000),
});
export type WebhookSettings = z.input<typeof webhookSettingsSchema>;

export const settingsSchema = z.strictObject({
  apps: z.array(appSeedSchema).optional(),
  /** The port on 127.0.0.1; any free one if left out. */
  port: z.int().min(0).max(65_535).optional(),
  faults: faultPlanSchema.optional(),
  /** How long every answer takes. A request is applied when it arrives, whatever its answer's latency. */
  latencyMs: z.int().min(0).optional(),
  /** How a join of somebody present is answered: 201 (`created`, the default) or 400 (`badRequest`). */
  onRejoin: z.enum(['created', 'badRequest']).optional(),
  webhooks: webhookSettingsSchema.optional(),
  /** Keep the last so many requests in the log; none if left out. */
  logSize: z.int().min(0).optional(),
  /** Serve the control surface under /_control/. */
  control: z.boolean().optional(),
});
export type Settings = z.input<typeof settingsSchema>;

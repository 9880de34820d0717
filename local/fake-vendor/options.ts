/** What can be said about the fake vendor in JSON: on its command line, through its control surface, or in process. */
import * as z from 'zod';
import { faultPlanSchema } from './faults.ts';

export const apiKeySchema = z.strictObject({
  keyId: z.string().min(1),
  secret: z.string().min(1),
  /** `account` for keys that begin with `act_` or `svc_`, else `app`, unless said otherwise. */
  scope: z.string().optional(),
});
export type ApiKey = z.infer<typeof apiKeySchema>;

export const whoSchema = z.union([
  z.strictObject({ userId: z.string() }),
  z.strictObject({ userExternalId: z.string() }),
]);
/** A user, by one of its two ids. */
export type Who = z.infer<typeof whoSchema>;

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
  /** A real rate limit: what comes faster is answered 429. No limit if left out. */
  requestsPerSecond: z.number().positive().optional(),
  /** How many requests may come at once before the limit holds; a tenth of a second's if left out. */
  burst: z.int().min(1).optional(),
});
export type AppSeed = z.infer<typeof appSeedSchema>;

export const settingsSchema = z.strictObject({
  apps: z.array(appSeedSchema).optional(),
  /** The port on 127.0.0.1; any free one if left out. */
  port: z.int().min(0).max(65_535).optional(),
  faults: faultPlanSchema.optional(),
  /** How long every answer takes. A request is applied when it arrives, whatever its answer's latency. */
  latencyMs: z.int().min(0).optional(),
  /** How a join of somebody present is answered: 201 (`created`, the default) or 400 (`badRequest`). */
  onRejoin: z.enum(['created', 'badRequest']).optional(),
  /** Keep the last so many requests in the log; none if left out. */
  logSize: z.int().min(0).optional(),
  /** Serve the control surface under /_control/. */
  control: z.boolean().optional(),
});
export type Settings = z.input<typeof settingsSchema>;

import * as z from 'zod/mini';
import type { IdKind } from './member-key.ts';

/** How far the reconciler may go for drift that it finds. */
export const POLICIES = ['report', 'additive', 'managed', 'exact'] as const;
export type Policy = (typeof POLICIES)[number];
export const DEFAULT_POLICY: Policy = 'managed';

/** What `rollcall app set` declares: nothing of an undeclared app is ever applied. */
export interface AppRow {
  readonly appId: string;
  /** Which id names this app's members. Fixed once declared: one person must not have two keys. */
  readonly idKind: IdKind;
  /** The vendor host of this app; the app's secret may name another. */
  readonly host: string;
  /** Absent: the deployment's. */
  readonly policy?: Policy;
  /** Members that the reconciler never removes; a producer's leave for one is parked. */
  readonly protectedMembers: readonly string[];
  /** Requests a second that all of Rollcall together may make for this app. */
  readonly requestsPerSecond: number;
  /** False: the reconciler sends nothing for this app, deferred wishes included. */
  readonly reconcile: boolean;
}

export const DEFAULT_HOST = 'https://api.smooch.io';
export const DEFAULT_REQUESTS_PER_SECOND = 100;

/** The policy that governs a conversation: its own, else its app's, else the deployment's. */
export function policyFor(
  conversation: { readonly policy?: Policy } | undefined,
  app: Pick<AppRow, 'policy'>,
  ofDeployment: Policy,
): Policy {
  return conversation?.policy ?? app.policy ?? ofDeployment;
}

/** Ids that stand in a request's path: nothing that could change which path it is. */
export const PATH_ID = /^[A-Za-z0-9_-]{1,128}$/;

export const appRowSchema = z.object({
  appId: z.string().check(z.regex(PATH_ID)),
  idKind: z.enum(['userId', 'userExternalId']),
  host: z._default(z.string(), DEFAULT_HOST),
  policy: z.exactOptional(z.enum(POLICIES)),
  protectedMembers: z._default(z.array(z.string()), []),
  requestsPerSecond: z._default(z.number().check(z.positive()), DEFAULT_REQUESTS_PER_SECOND),
  reconcile: z._default(z.boolean(), true),
});

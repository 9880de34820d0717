import * as z from 'zod/mini';
import { PATH_ID } from './app.ts';
import { type Invalid, kindOf, MEMBER_ID_MAX_LENGTH } from './change.ts';
import type { MemberKey } from './member-key.ts';
import type { Version } from './version.ts';

/**
 * Why the reconciler wants a member looked at again.
 *
 * | cause        | meaning                                                        | governed by policy, limit and protection |
 * |--------------|----------------------------------------------------------------|-------------------------------------------|
 * | `deferred`   | a producer's own change that an outage held up                  | no                                        |
 * | `missing`    | wished for, not present                                         | yes                                       |
 * | `unexpected` | present, and its wish is to be out (or, under `exact`, no wish) | yes                                       |
 */
export const CORRECTION_CAUSES = ['deferred', 'missing', 'unexpected'] as const;
export type CorrectionCause = (typeof CORRECTION_CAUSES)[number];

/** What the reconciler puts on the change queue. It writes no wish: it asks the consumer to apply the row again. */
export interface Correction {
  readonly member: MemberKey;
  /** The version it was planned against; absent: there was no row. If the row has moved on, the correction is dropped. */
  readonly plannedAgainst?: Version;
  readonly cause: CorrectionCause;
  /** The reconcile pass that planned it. */
  readonly passId: string;
}

const correctionSchema = z.object({
  version: z.literal(1),
  kind: z.literal('correction'),
  appId: z.string().check(z.regex(PATH_ID)),
  conversationId: z.string().check(z.regex(PATH_ID)),
  idKind: z.enum(['userId', 'userExternalId']),
  memberId: z.string().check(z.minLength(1), z.maxLength(MEMBER_ID_MAX_LENGTH)),
  plannedAgainst: z.optional(z.string()),
  cause: z.enum(CORRECTION_CAUSES),
  passId: z.string().check(z.minLength(1), z.maxLength(128)),
});

/** Whether a parsed body says that it is a correction, well made or not. */
export function saysCorrection(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'correction';
}

/** Reads what `JSON.parse` gave as a correction, or says which field is wrong. */
export function readCorrection(value: unknown): Correction | Invalid {
  const read = correctionSchema.safeParse(value);
  if (!read.success) {
    const field = String(read.error.issues[0]?.path[0] ?? 'body');
    return {
      field,
      problem: `is not as the reconciler makes it (found: ${kindOf((value as Record<string, unknown>)[field])})`,
    };
  }
  const { appId, conversationId, idKind, memberId, plannedAgainst, cause, passId } = read.data;
  return {
    member: { appId, conversationId, idKind, memberId },
    cause,
    passId,
    ...(plannedAgainst !== undefined && { plannedAgainst }),
  };
}

export function correctionBody(correction: Correction): string {
  const { member, plannedAgainst, cause, passId } = correction;
  return JSON.stringify({ version: 1, kind: 'correction', ...member, plannedAgainst, cause, passId });
}

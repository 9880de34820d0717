import type { Policy } from './app.ts';
import type { ConversationRow } from './conversation.ts';
import type { IdKind } from './member-key.ts';
import type { VendorEvent, VendorUser } from './reconcile-message.ts';
import { isManaged, type MemberRow } from './roster.ts';
import { occurredAtOf } from './version.ts';

export type Hint = Extract<VendorEvent, { kind: 'hint' }>;

/** The id by which an app names this user; undefined: the event does not tell it. */
export function memberIdOf({ id, externalId }: VendorUser, idKind: IdKind): string | undefined {
  return idKind === 'userId' ? id : externalId;
}

/** Why nothing comes of an event. */
export type IgnoredEvent =
  | 'unknown_app'
  | 'no_id'
  | 'switched_off'
  | 'unknown_conversation'
  | 'satisfied'
  | 'nobodys_business'
  | 'agrees'
  | 'older'
  | 'not_applied'
  | 'circle'
  | 'too_old';

export interface HintInput {
  readonly hint: Pick<Hint, 'action' | 'occurredAtMs'>;
  /** When the hint was put on the reconcile queue. */
  readonly sentAtMs: number;
  readonly policy: Policy;
  readonly conversation: Pick<ConversationRow, 'lastPass'> | undefined;
  readonly row: MemberRow | undefined;
}

/**
 * Why a hint needs no look at its conversation; undefined: it contradicts the roster.
 *
 * | row                        | the same as wished | the opposite                                            |
 * |----------------------------|--------------------|---------------------------------------------------------|
 * | none, unmanaged, merged    | –                  | join: somebody unwished, which matters under `exact` only |
 * | pending, deferred, parked  | nothing            | nothing: the vendor is not expected to have it yet      |
 * | applied                    | nothing            | nothing where what the roster knows is newer; else drift |
 */
export function whyIgnored({
  hint,
  sentAtMs,
  policy,
  conversation,
  row,
}: HintInput): IgnoredEvent | undefined {
  if (!conversation) return 'unknown_conversation';
  if (isSatisfied(conversation, sentAtMs)) return 'satisfied';
  if (!row || !isManaged(row))
    return policy === 'exact' && hint.action === 'join' ? undefined : 'nobodys_business';
  if (row.action === hint.action) return 'agrees';
  if (row.state !== 'applied') return 'not_applied';
  return hint.occurredAtMs <= knownMs(row) ? 'older' : undefined;
}

/** Up to when the roster knows better. A producer's clock may run ahead: once its wish is confirmed, ours decides. */
function knownMs({ version, confirmed }: MemberRow): number {
  if (confirmed?.version === version) return confirmed.atMs;
  return Math.max(occurredAtOf(version), confirmed?.atMs ?? 0);
}

/** A complete listing that began after the hint was sent shows what it tells of. */
function isSatisfied({ lastPass }: Pick<ConversationRow, 'lastPass'>, sentAtMs: number): boolean {
  return lastPass?.listing === 'complete' && lastPass.startedAtMs > sentAtMs;
}

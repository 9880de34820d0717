import { isInvalid, readChange } from './change.ts';
import type { MemberKey } from './member-key.ts';
import { ATTRIBUTE, type QueueMessage, storedMessage } from './message.ts';
import { PARK_REASONS, type ParkReason } from './reasons.ts';
import type { ParkedItem } from './roster.ts';

/** What an operator made of a parked change. */
export interface Settled {
  readonly as: 'redriven' | 'discarded';
  readonly atMs: number;
}

/** What the table knows of a message that was parked once. Of a settled one nothing is kept that tells whom it was about. */
export type ParkedRecord =
  | { readonly kind: 'parked'; readonly item: ParkedItem }
  | {
      readonly kind: 'settled';
      readonly settled: Settled;
      readonly reason: ParkReason;
      readonly parkedAtMs: number;
      readonly changeId?: string;
    };

/** A parked change without its message. */
export type ParkedSummary = Omit<ParkedItem, 'message'> & { readonly messageId: string };

/** Which parked changes are meant; what is absent does not matter. */
export interface ParkedFilter {
  readonly reason?: ParkReason;
  readonly appId?: string;
  readonly conversationId?: string;
  /** Parked then or later. */
  readonly sinceMs?: number;
  /** Parked then or earlier. */
  readonly untilMs?: number;
}

export function isMeant(summary: ParkedSummary, filter: ParkedFilter): boolean {
  const { reason, appId, conversationId, sinceMs = 0, untilMs = Number.POSITIVE_INFINITY } = filter;
  const { parkedAtMs, key } = summary;
  return (
    (reason === undefined || summary.reason === reason) &&
    (appId === undefined || key?.appId === appId) &&
    (conversationId === undefined || key?.conversationId === conversationId) &&
    parkedAtMs >= sinceMs &&
    parkedAtMs <= untilMs
  );
}

/** The id of the message that a message of the dead-letter queue stands for: its own where SQS itself put it there. */
export function parkedMessageId({ messageId, attributes }: QueueMessage): string {
  return (wasParked(attributes) && attributes[ATTRIBUTE.parkedMessageId]) || messageId;
}

/**
 * A queue drops a repeat of what was sent to it within so long, even where the first is gone: a change that is parked
 * anew within that time would have no copy if its first one were deleted.
 */
export const REPEATS_DROPPED_MS = 5 * 60_000;

/** What is to be done with a copy on the dead-letter queue. */
export type CopyDecision = 'keep' | 'delete' | 'adopt';

/** The record is the truth and the copy follows it. Only what is known to be settled is deleted. */
export function decideCopy(record: ParkedRecord | undefined, nowMs: number): CopyDecision {
  if (!record) return 'adopt';
  if (record.kind === 'parked') return 'keep';
  return nowMs - record.settled.atMs > REPEATS_DROPPED_MS ? 'delete' : 'keep';
}

/** The item that a copy without one is to have. */
export function itemOfCopy(copy: QueueMessage, nowMs: number): ParkedItem {
  const { attributes } = copy;
  const reason = attributes[ATTRIBUTE.reason];
  const isKnown = reason !== undefined && Object.hasOwn(PARK_REASONS, reason);
  const detail = attributes[ATTRIBUTE.detail] ?? '';
  return {
    message: { ...storedMessage(copy), messageId: parkedMessageId(copy) },
    reason: isKnown ? (reason as ParkReason) : 'unexplained',
    detail: isKnown ? detail : 'body: was received again and again, and never settled',
    parkedAtMs: nowMs,
    ...namesIn(copy.body),
  };
}

/** SQS leaves a message's own attributes alone: only who parks it gives a reason. */
function wasParked(attributes: Readonly<Record<string, string>>): boolean {
  return attributes[ATTRIBUTE.reason] !== undefined;
}

function namesIn(body: string): { readonly key?: MemberKey; readonly changeId?: string } {
  try {
    const change = readChange(JSON.parse(body));
    return isInvalid(change) ? {} : { key: change.member, changeId: change.id };
  } catch {
    return {};
  }
}

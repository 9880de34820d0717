import {
  type CallFailure,
  type CallResult,
  classifyFailure,
  type Operation,
} from '../../functions/core/call-result.ts';
import type { Participant, ParticipantsPage } from '../../functions/core/listing.ts';

const PAGE_SIZE = 3;

/** A page of the people present, with the cursor to the next. */
export function pageOf(present: ReadonlyMap<string, string>, after: string | undefined): ParticipantsPage {
  const all: Participant[] = [...present].map(([memberId, id]) => ({
    id,
    userId: memberId.startsWith('x') ? `u-of-${memberId}` : memberId,
    ...(memberId.startsWith('x') && { userExternalId: memberId }),
  }));
  const from = after === undefined ? 0 : Number(after);
  const participants = all.slice(from, from + PAGE_SIZE);
  const end = from + participants.length;
  return end < all.length
    ? { participants, hasMore: true, afterCursor: String(end) }
    : { participants, hasMore: false };
}

/** What a status and an error body come to, by the same table as in a deployment. */
export function failure(operation: Operation, status: number, code?: string, title?: string): CallResult {
  // What an error status leaves open, the client tells; these are the answers that exclude an effect.
  const mayHaveBeenApplied = status >= 500;
  const failed: CallFailure = { status, mayHaveBeenApplied, ...(code && { code }), ...(title && { title }) };
  return classifyFailure(operation, failed);
}

import type { AppRow } from '../core/app.ts';
import type { CallResult } from '../core/call-result.ts';
import { Listing, type Participant } from '../core/listing.ts';
import type { ConversationKey, MemberKey } from '../core/member-key.ts';
import type { Vendor } from './ports.ts';
import type { Deadline, VendorCalls } from './vendor-calls.ts';

export interface ListContext {
  readonly vendor: Pick<Vendor, 'list'>;
  readonly calls: VendorCalls;
  readonly deadline: Deadline;
}

/** A conversation's participants, whole, or why they are not known. A part of them is never given. */
export type ParticipantsRead =
  | { readonly kind: 'complete'; readonly participants: readonly Participant[] }
  | { readonly kind: 'doubtful'; readonly why: string }
  | { readonly kind: 'failed'; readonly result: CallResult }
  | { readonly kind: 'app_out'; readonly reason: string };

export type Unlisted = Exclude<ParticipantsRead, { readonly kind: 'complete' }>;

/** Lists every participant of a conversation, page by page. */
export async function listAllParticipants(
  conversation: ConversationKey,
  app: AppRow,
  { vendor, calls, deadline }: ListContext,
): Promise<ParticipantsRead> {
  const listing = new Listing();
  let after: string | undefined;
  for (;;) {
    const cursor = after;
    const call = await calls.make({
      app,
      operation: 'list',
      deadline,
      send: (to, timeoutMs) => vendor.list(to, conversation, cursor, timeoutMs),
    });
    if (call.kind !== 'answered') return { kind: 'app_out', reason: call.reason };
    if (!('page' in call.answer) || !call.answer.page) return { kind: 'failed', result: call.answer.result };
    const step = listing.add(call.answer.page);
    if (step.kind !== 'more') return step;
    after = step.after;
  }
}

/** Whether the member takes part now; undefined: not known. */
export async function isListed(
  key: MemberKey,
  app: AppRow,
  context: ListContext,
): Promise<boolean | undefined> {
  const read = await listAllParticipants(key, app, context);
  if (read.kind !== 'complete') return undefined;
  return read.participants.some((participant) => participant[key.idKind] === key.memberId);
}

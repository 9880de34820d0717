import type { HeldPlan } from '../core/conversation.ts';
import type { ConversationKey } from '../core/member-key.ts';
import { APPROVAL_MS } from '../core/removal-limit.ts';
import type { Clock, Roster } from './ports.ts';

/** A dry run has a roster that approves nothing. */
export interface ApprovingRoster extends Pick<Roster, 'conversation'> {
  /** Approves the held removals of exactly this hash, and makes the conversation due; false: they are held no more. */
  approveHeld(
    key: ConversationKey,
    hash: string,
    times: { readonly nowMs: number; readonly untilMs: number },
  ): Promise<boolean>;
}

export type Approval =
  | { readonly kind: 'approved'; readonly plan: HeldPlan; readonly untilMs: number }
  /** What is held is another plan; absent: nothing is. */
  | { readonly kind: 'not_held'; readonly held?: HeldPlan };

/** Approves the removals that an operator has seen, and no others: the hash names exactly those. */
export async function approveRemovals(
  conversation: ConversationKey,
  hash: string,
  { roster, clock }: { readonly roster: ApprovingRoster; readonly clock: Pick<Clock, 'nowMs'> },
): Promise<Approval> {
  const plan = (await roster.conversation(conversation))?.held;
  const nowMs = clock.nowMs();
  const untilMs = nowMs + APPROVAL_MS;
  if (plan?.hash === hash && (await roster.approveHeld(conversation, hash, { nowMs, untilMs }))) {
    return { kind: 'approved', plan, untilMs };
  }
  const held = (await roster.conversation(conversation))?.held;
  return { kind: 'not_held', ...(held && { held }) };
}

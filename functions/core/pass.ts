import type { ConversationPatch, ConversationRow } from './conversation.ts';
import type { Comparison, Difference } from './drift.ts';
import { judgeRemovals, type RemovalVerdict, recentRemovals } from './removal-limit.ts';

/** What a pass does with a comparison: which differences it corrects, and what it writes down about removals. */
export interface PassPlan {
  readonly correct: readonly Difference[];
  readonly held: readonly Difference[];
  readonly verdict: RemovalVerdict;
}

/** A removal that the reconciler itself decides on: the limit and the brake are for these, never for a producer's own leave. */
function isRemoval(difference: Difference): boolean {
  return difference.correction === 'unexpected';
}

/** Plans a pass over a comparison. Pure: what `rollcall plan` shows is what a pass does. */
export function planPass(
  comparison: Comparison,
  present: number,
  row: Pick<ConversationRow, 'removals' | 'held'> | undefined,
  nowMs: number,
): PassPlan {
  const correctable = comparison.differences.filter(({ correction }) => correction !== undefined);
  const removals = correctable.filter(isRemoval);
  const others = correctable.filter((difference) => !isRemoval(difference));
  const verdict = judgeRemovals(removals.map(plannedRemoval), present, row, nowMs);
  if (verdict.kind === 'hold') return { correct: others, held: removals, verdict };
  const released = new Set(verdict.removals.map(({ memberId }) => memberId));
  return {
    correct: [...others, ...removals.filter(({ member }) => released.has(member.memberId))],
    held: removals.filter(({ member }) => !released.has(member.memberId)),
    verdict,
  };
}

function plannedRemoval({ member, plannedAgainst }: Difference) {
  return { memberId: member.memberId, ...(plannedAgainst !== undefined && { plannedAgainst }) };
}

/** What is written before the removals go out: should the pass die between, they count as made. */
export function beforeSending(
  { verdict }: PassPlan,
  row: ConversationRow | undefined,
  nowMs: number,
): ConversationPatch {
  if (verdict.kind === 'hold') return verdict.isNew ? { held: verdict.plan } : {};
  if (verdict.removals.length === 0) return {};
  return { removals: [...recentRemovals(row, nowMs), { atMs: nowMs, count: verdict.removals.length }] };
}

/** The same pass, but that it removes nobody: its removals wait for the next. */
export function withoutRemovals(plan: PassPlan): PassPlan {
  return {
    correct: plan.correct.filter((difference) => !isRemoval(difference)),
    held: [...plan.held, ...plan.correct.filter(isRemoval)],
    verdict: { kind: 'remove', removals: [], spendsApproval: false },
  };
}

/**
 * What is written at the end of a pass with a complete listing. An approval is spent only now; a plan that nothing asks
 * for any more is dropped. Without a plan nothing was to be sent, and what is held stays as it is.
 */
export function afterSending(
  plan: PassPlan | undefined,
  row: ConversationRow | undefined,
): ConversationPatch {
  const isOver = plan?.verdict.kind === 'remove' && row?.held !== undefined;
  return {
    ...(isOver && { held: null }),
    ...(row?.notFoundPasses !== undefined && { notFoundPasses: null }),
  };
}

/** So many newly held conversations in one run are no accident of one of them. */
export function isRunStopped(run: { readonly planned: number; readonly newlyHeld: number }): boolean {
  return run.newlyHeld > Math.max(5, run.planned / 100);
}

import type { ConversationRow, HeldPlan, PlannedRemoval } from './conversation.ts';
import { sha256Hex } from './member-key.ts';

const WINDOW_MS = 24 * 3_600_000;
export const APPROVAL_MS = 3_600_000;

/** How many of so many present participants the reconciler may remove within 24 hours. Never the last one. */
export function removalLimit(present: number): number {
  return Math.max(0, Math.min(present - 1, Math.max(1, Math.floor(present / 4))));
}

/** The removals that still count against the limit. */
export function recentRemovals(row: Pick<ConversationRow, 'removals'> | undefined, nowMs: number) {
  return (row?.removals ?? []).filter(({ atMs }) => nowMs - atMs < WINDOW_MS);
}

/** Names exactly these removals, in whatever order they were found. */
export function removalsHash(removals: readonly PlannedRemoval[]): string {
  const texts = removals.map(({ memberId, plannedAgainst }) =>
    JSON.stringify([memberId, plannedAgainst ?? null]),
  );
  return sha256Hex(texts.toSorted().join('\n')).slice(0, 16);
}

export type RemovalVerdict =
  | {
      readonly kind: 'remove';
      readonly removals: readonly PlannedRemoval[];
      readonly spendsApproval: boolean;
    }
  | { readonly kind: 'hold'; readonly plan: HeldPlan; readonly isNew: boolean };

/**
 * Whether planned removals may go out. Once more than the limit was planned they stay held, whatever the window frees,
 * until an operator approves; what goes out then is what was approved and is still planned.
 */
export function judgeRemovals(
  planned: readonly PlannedRemoval[],
  present: number,
  row: Pick<ConversationRow, 'removals' | 'held'> | undefined,
  nowMs: number,
): RemovalVerdict {
  const held = row?.held;
  if (held?.approvedUntilMs !== undefined && nowMs < held.approvedUntilMs) {
    const approved = new Set(held.removals.map(removalText));
    return {
      kind: 'remove',
      removals: planned.filter((removal) => approved.has(removalText(removal))),
      spendsApproval: true,
    };
  }
  if (planned.length === 0) return { kind: 'remove', removals: [], spendsApproval: false };
  const used = recentRemovals(row, nowMs).reduce((sum, { count }) => sum + count, 0);
  if (!held && used + planned.length <= removalLimit(present)) {
    return { kind: 'remove', removals: planned, spendsApproval: false };
  }
  const hash = removalsHash(planned);
  const isNew = held?.hash !== hash;
  return { kind: 'hold', plan: isNew ? { hash, heldAtMs: nowMs, removals: planned } : held, isNew };
}

function removalText({ memberId, plannedAgainst }: PlannedRemoval): string {
  return JSON.stringify([memberId, plannedAgainst ?? null]);
}

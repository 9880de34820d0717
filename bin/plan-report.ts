import type { ConversationRow, HeldPlan } from '../functions/core/conversation.ts';
import type { Difference, Withheld } from '../functions/core/drift.ts';
import type { ConversationKey } from '../functions/core/member-key.ts';
import type { Compared, Examination } from '../functions/workflows/examine-conversation.ts';

/** Why a pass would not correct a difference. */
export type NotDone = Withheld | 'held' | 'run_stopped' | 'switched_off';

/** One member, what a pass would do about it now, and why. */
export interface PlanLine {
  readonly memberId: string;
  readonly action: Difference['action'];
  readonly cause: Difference['cause'];
  /** What the member's row says besides: why it was deferred or parked. */
  readonly reason?: string;
  /** Absent: the change queue would be told. */
  readonly notDone?: NotDone;
  readonly timesCorrected: number;
}

/** What a pass would do, as it is printed with --json. */
export interface PlanReport extends ConversationKey {
  readonly listing: Examination['found']['listing'];
  readonly policy: Examination['policy'];
  readonly reconcile: boolean;
  /** Absent: they are not known. */
  readonly participants?: number;
  readonly dueAtMs?: number;
  readonly differences: readonly PlanLine[];
  readonly held?: HeldReport;
}

/** Removals that wait for an operator. */
export interface HeldReport {
  readonly hash: string;
  readonly removals: number;
  /** A pass has written them down, so that they can be approved. */
  readonly isRecorded: boolean;
}

export function planReport(conversation: ConversationKey, examined: Examination): PlanReport {
  const { app, row, policy, found } = examined;
  const reasons = new Map(examined.rows.map(({ key, reason }) => [key.memberId, reason]));
  const differences = found.listing === 'complete' ? found.comparison.differences : found.deferred;
  const held = found.listing === 'complete' ? heldReport(found, row) : undefined;
  return {
    appId: conversation.appId,
    conversationId: conversation.conversationId,
    listing: found.listing,
    policy,
    reconcile: app.reconcile,
    ...(found.listing === 'complete' && { participants: found.participants.length }),
    ...(row && { dueAtMs: row.dueAtMs }),
    differences: differences.map((difference) => planLine(difference, reasons, examined)),
    ...(held && { held }),
  };
}

function planLine(
  difference: Difference,
  reasons: ReadonlyMap<string, string | undefined>,
  examined: Examination,
): PlanLine {
  const { member, action, cause, timesCorrected } = difference;
  const reason = cause === 'deferred' || cause === 'parked' ? reasons.get(member.memberId) : undefined;
  const notDone = whyNotDone(difference, examined);
  return {
    memberId: member.memberId,
    action,
    cause,
    ...(reason !== undefined && { reason }),
    ...(notDone && { notDone }),
    timesCorrected,
  };
}

function whyNotDone(difference: Difference, { app, found }: Examination): NotDone | undefined {
  if (difference.withheld) return difference.withheld;
  if (!app.reconcile) return 'switched_off';
  if (found.listing !== 'complete' || !found.plan.held.includes(difference)) return undefined;
  return found.isRunStopped ? 'run_stopped' : 'held';
}

function heldReport(
  { plan: { verdict } }: Compared,
  row: ConversationRow | undefined,
): HeldReport | undefined {
  if (verdict.kind !== 'hold') return undefined;
  const { hash, removals }: HeldPlan = verdict.plan;
  return { hash, removals: removals.length, isRecorded: row?.held?.hash === hash };
}

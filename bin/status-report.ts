import type { ConversationKey } from '../functions/core/member-key.ts';
import { isManaged } from '../functions/core/roster.ts';
import { occurredAtOf } from '../functions/core/version.ts';
import { ADOPTED_CHANGE_ID } from '../functions/workflows/adopt-conversation.ts';
import type { ConversationStatus, MemberStatus } from '../functions/workflows/show-status.ts';

/** One member as it is printed with --json; times are ISO 8601. */
export interface MemberReport {
  readonly memberId: string;
  /** `none`: the roster knows nothing of this participant, or its wish holds no more. */
  readonly wished: 'in' | 'out' | 'none';
  readonly state?: string;
  readonly reason?: string;
  /** What the vendor was last known to have under this wish; absent: it was never confirmed. */
  readonly confirmedAt?: string;
  /** Absent: not known. */
  readonly present?: boolean;
  readonly changeId?: string;
  /** Absent where no change but an adoption made it so. */
  readonly changedAt?: string;
  readonly timesCorrected?: number;
}

export interface StatusReport extends ConversationKey {
  readonly policy: string;
  readonly reconcile: boolean;
  /** Absent: the roster has no row of this conversation. */
  readonly nextDueAt?: string;
  readonly lastPass?: object;
  readonly held?: object;
  readonly listing?: string;
  readonly members: readonly MemberReport[];
}

interface Governed {
  readonly policy: string;
  readonly reconcile: boolean;
}

export function statusReport(
  { appId, conversationId }: ConversationKey,
  { row, members, listing }: ConversationStatus,
  { policy, reconcile }: Governed,
): StatusReport {
  return {
    appId,
    conversationId,
    policy,
    reconcile,
    ...(row && { nextDueAt: iso(row.dueAtMs) }),
    ...(row?.lastPass && { lastPass: row.lastPass }),
    ...(row?.held && { held: { ...row.held, removals: row.held.removals.length } }),
    ...(listing && { listing: listing.kind }),
    members: members.map(memberReport),
  };
}

function memberReport({ memberId, row, present }: MemberStatus): MemberReport {
  const presence = present === undefined ? {} : { present };
  if (!row) return { memberId, wished: 'none', ...presence };
  const { state, action, reason, confirmed, version, changeId, timesCorrected } = row;
  const wish = action === 'join' ? 'in' : 'out';
  return {
    memberId,
    wished: isManaged(row) ? wish : 'none',
    state,
    ...(reason !== undefined && { reason }),
    ...(confirmed?.version === version && { confirmedAt: iso(confirmed.atMs) }),
    ...presence,
    changeId,
    ...(changeId !== ADOPTED_CHANGE_ID && { changedAt: iso(occurredAtOf(version)) }),
    ...(timesCorrected !== undefined && { timesCorrected }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

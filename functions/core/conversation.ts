import type { Policy } from './app.ts';
import type { ConversationKey } from './member-key.ts';

/** One removal the reconciler would make. */
export interface PlannedRemoval {
  readonly memberId: string;
  /** The version of the member's row; absent: it has none. */
  readonly plannedAgainst?: string;
}

/** Removals that wait for an operator. The hash covers them alone, so joins that come and go do not change it. */
export interface HeldPlan {
  readonly hash: string;
  readonly heldAtMs: number;
  readonly removals: readonly PlannedRemoval[];
  /** Until when an operator's approval of exactly these removals holds. */
  readonly approvedUntilMs?: number;
}

/** What a pass found; counts are of members. */
export interface PassReport {
  readonly passId: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly listing: 'complete' | 'doubtful' | 'failed' | 'app_out' | 'not_found';
  readonly participants: number;
  readonly missing: number;
  readonly unexpected: number;
  readonly corrected: number;
  readonly held: number;
}

/** The roster's row of one conversation. */
export interface ConversationRow {
  readonly key: ConversationKey;
  readonly dueAtMs: number;
  /** Absent: the app's. */
  readonly policy?: Policy;
  readonly lastPass?: PassReport;
  readonly held?: HeldPlan;
  /** When the reconciler removed how many, over the last 24 hours. */
  readonly removals?: readonly { readonly atMs: number; readonly count: number }[];
  /** Passes in a row that found the conversation gone. Two count as its removal. */
  readonly notFoundPasses?: number;
}

/** Fields of a conversation's row to set; `null` removes one. */
export type ConversationPatch = {
  readonly [Field in Exclude<keyof ConversationRow, 'key' | 'dueAtMs'>]?: ConversationRow[Field] | null;
};

export const NOT_FOUND_PASSES_MAX = 2;

import type { Action } from './change.ts';
import type { MemberKey } from './member-key.ts';
import type { StoredMessage } from './message.ts';
import type { ParkReason } from './reasons.ts';
import type { Version } from './version.ts';

/**
 * Where a wish stands.
 *
 * | state       | meaning                                                                       | its message is            |
 * |-------------|-------------------------------------------------------------------------------|---------------------------|
 * | `pending`   | in flight: the change queue will deliver it again until it is settled          | on the change queue       |
 * | `deferred`  | waits for an outage to end; the reconciler brings it back                      | in the row                |
 * | `applied`   | the vendor has it, or had it when `confirmed` says                             | gone                      |
 * | `parked`    | needs an operator                                                              | on the dead-letter queue  |
 * | `unmanaged` | nobody's wish any more (discarded, or its conversation or user is gone)        | gone                      |
 * | `merged`    | its wish has moved to the surviving user, or to the surviving conversation     | gone, or moved with it    |
 */
export type MemberState = 'pending' | 'deferred' | 'applied' | 'parked' | 'unmanaged' | 'merged';

/** What the vendor was last known to have, from a call's answer or a listing. */
export interface Confirmed {
  readonly action: Action;
  readonly version: Version;
  readonly atMs: number;
}

/** What a change asks for, under its version. */
export interface Wish {
  readonly version: Version;
  readonly action: Action;
  readonly changeId: string;
  readonly subscribeSDKClient: boolean;
  readonly message: StoredMessage;
}

/** A wish whose change has come to its end under another row: a merge has moved it. */
export type SettledWish = Omit<Wish, 'message'>;

/** The roster's row of one member. */
export interface MemberRow {
  readonly key: MemberKey;
  readonly version: Version;
  readonly action: Action;
  readonly changeId: string;
  readonly subscribeSDKClient: boolean;
  readonly state: MemberState;
  /** When work on this wish began: its first receipt, or its redrive. */
  readonly wishedAtMs: number;
  /** Starts of work that nobody has finished: one is the worker's own, more are crashes, or others still at work. */
  readonly starts: number;
  /** Starts made with nothing else under way: what they did not finish, this very wish brought down. */
  readonly startsAlone: number;
  /** Absent: what the vendor has is not known. */
  readonly confirmed?: Confirmed;
  /** Applied in doubt then: only a listing that began later can tell what the vendor has. */
  readonly doubtfulSinceMs?: number;
  /** A call for the opposite of the present wish may still take effect: its answer never came. */
  readonly lateAction?: Action;
  /** Present until the wish is settled. */
  readonly message?: StoredMessage;
  /** Why it is deferred or parked, or what its last attempt met. */
  readonly reason?: string;
  readonly participantId?: string;
  /** Since when it fails while its app answers for others: an outage of the app is no fault of this change. */
  readonly failingAloneSinceMs?: number;
  /** When it last failed so. */
  readonly failedAloneAtMs?: number;
  /** How often, and when last, the reconciler asked for this wish again because the vendor had lost it. */
  readonly timesCorrected?: number;
  readonly correctedAtMs?: number;
  /** Since when its user, or its conversation, is known to be merged into another: whatever it wishes belongs there. */
  readonly mergedAtMs?: number;
  /** When the row may be forgotten; confirmed leaves only. */
  readonly expiresAtMs?: number;
}

/** Fields of a row to set; `null` removes one. */
export type MemberPatch = {
  readonly [Field in Exclude<keyof MemberRow, 'key' | 'version'>]?:
    | MemberRow[Field]
    | (undefined extends MemberRow[Field] ? null : never);
};

/** A change that needs an operator, kept whole. */
export interface ParkedItem {
  readonly message: StoredMessage;
  readonly reason: ParkReason;
  /** What exactly is wrong: names fields and kinds of values, never a value. */
  readonly detail: string;
  readonly parkedAtMs: number;
  /** Absent when the message names none that can be read. */
  readonly key?: MemberKey;
  readonly changeId?: string;
}

/**
 * The row that recording `wish` makes of the row before it: what the table does in one conditional write.
 * What was confirmed, what may still take effect late, and doubt that no listing has ended outlive the wish they came
 * from. A wish whose change has come to its end elsewhere counts as applied, in doubt until a listing shows it.
 */
export function rowAfterWish(
  key: MemberKey,
  before: MemberRow | undefined,
  wish: Wish | SettledWish,
  nowMs: number,
): MemberRow {
  const { confirmed, lateAction, doubtfulSinceMs, participantId, mergedAtMs, starts = 0 } = before ?? {};
  const isSettled = !('message' in wish);
  return {
    key,
    version: wish.version,
    action: wish.action,
    changeId: wish.changeId,
    subscribeSDKClient: wish.subscribeSDKClient,
    state: isSettled ? 'applied' : 'pending',
    wishedAtMs: nowMs,
    starts: isSettled ? starts : starts + 1,
    startsAlone: 0,
    ...(isSettled ? { doubtfulSinceMs: nowMs } : { message: wish.message }),
    ...(!isSettled && doubtfulSinceMs !== undefined && { doubtfulSinceMs }),
    ...(confirmed && { confirmed }),
    ...(lateAction && { lateAction }),
    ...(participantId !== undefined && { participantId }),
    ...(mergedAtMs !== undefined && { mergedAtMs }),
  };
}

/** The row with a patch applied; what the table does in one conditional update. */
export function rowAfterPatch(row: MemberRow, patch: MemberPatch): MemberRow {
  const patched: Record<string, unknown> = { ...row, ...patch };
  const after: Record<string, unknown> = {};
  for (const field of Object.keys(patched)) {
    if (patched[field] !== null) after[field] = patched[field];
  }
  return after as unknown as MemberRow;
}

/** Whether anybody's wish for this member stands in this row. */
export function isManaged({ state }: Pick<MemberRow, 'state'>): boolean {
  return state !== 'unmanaged' && state !== 'merged';
}

/**
 * What the vendor has may differ from what was confirmed: somebody else's start is, or may still be, open, or an answer
 * never came.
 */
export function inDoubt(row: MemberRow): boolean {
  if (row.starts > 1 || row.doubtfulSinceMs !== undefined) return true;
  return row.lateAction !== undefined && row.lateAction !== row.action;
}

/** The vendor is known to have what is wished: no call is needed. */
export function isConfirmed(row: MemberRow, nowMs: number, confirmedForMs: number): boolean {
  const { confirmed } = row;
  if (!confirmed || confirmed.action !== row.action) return false;
  return !inDoubt(row) && row.lateAction === undefined && nowMs - confirmed.atMs < confirmedForMs;
}

/** How long the one deferred longest has waited; undefined: none is deferred. */
export function oldestDeferralMs(rows: readonly MemberRow[], nowMs: number): number | undefined {
  const deferred = rows.filter(({ state }) => state === 'deferred');
  const oldest = deferred.reduce<number>((least, { wishedAtMs }) => Math.min(least, wishedAtMs), Infinity);
  return deferred.length === 0 ? undefined : nowMs - oldest;
}

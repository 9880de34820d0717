import type { Policy } from './app.ts';
import type { Action } from './change.ts';
import type { CorrectionCause } from './correction.ts';
import type { Participant } from './listing.ts';
import type { ConversationKey, IdKind, MemberKey } from './member-key.ts';
import { isToBeMoved } from './merge.ts';
import { isManaged, type MemberRow } from './roster.ts';
import type { Timings } from './timings.ts';
import type { Version } from './version.ts';

/** Why a difference is there, or why nothing is done about it. */
export type DriftCause =
  /** An outage held the producer's change up. */
  | 'deferred'
  /** Its call was skipped, interrupted or overtaken, so it was never known to be applied. */
  | 'unconfirmed'
  /** The change was delivered, and nothing has been heard of it for longer than any delivery takes. */
  | 'stuck'
  /** The vendor had what is wished, and has it no more. */
  | 'behind_our_back'
  /** Its user or its conversation was merged into another, and its wish is still to be moved there. */
  | 'merged'
  /** Needs an operator first. */
  | 'parked'
  /** Present, and no row says anything about it. */
  | 'unknown_participant';

/** Why a difference is reported and not corrected. */
export type Withheld = 'policy' | 'protected' | 'parked' | 'damped';

/** One member whose presence is not what is wished. */
export interface Difference {
  readonly member: MemberKey;
  readonly action: Action;
  readonly cause: DriftCause;
  readonly plannedAgainst?: Version;
  /** What the change queue is to be told; absent: only reported. */
  readonly correction?: CorrectionCause;
  readonly withheld?: Withheld;
  /** How often this member's drift has been corrected under its present wish. */
  readonly timesCorrected: number;
}

export interface CompareInput {
  readonly conversation: ConversationKey;
  readonly idKind: IdKind;
  readonly policy: Policy;
  readonly protectedMembers: ReadonlySet<string>;
  /** A complete listing. */
  readonly participants: readonly Participant[];
  /** All rows of the conversation, read after the listing was complete. */
  readonly rows: readonly MemberRow[];
  readonly listingStartedMs: number;
  readonly nowMs: number;
  readonly timings: Timings;
}

/** What a comparison says: the differences, and the rows whose unconfirmed wish the listing shows fulfilled. */
export interface Comparison {
  readonly differences: readonly Difference[];
  readonly nowConfirmed: readonly MemberRow[];
}

/** Longest pause between corrections of one member. */
const DAMPED_MAX_MS = 7 * 24 * 3_600_000;

/**
 * Compares who is present with what is wished.
 *
 * | row                               | as wished | not as wished                                              |
 * |-----------------------------------|-----------|------------------------------------------------------------|
 * | pending, deferred                 | brought back when deferred, or in flight for too long; else left alone |  |
 * | applied, confirmed in its version | nothing   | drift: policy, protection and damping decide               |
 * | applied since the listing began   | nothing   | left alone                                                 |
 * | applied, not confirmed            | confirmed | brought back, as a deferred one                            |
 * | of somebody merged, not in flight | brought back: its wish belongs to the survivor                         |  |
 * | parked                            | nothing   | reported                                                   |
 * | unmanaged, merged, or none        | nothing   | present: removed under `exact`, else nobody's business     |
 */
export function compare(input: CompareInput): Comparison {
  const present = new Set(input.participants.map((participant) => participant[input.idKind]));
  const managed = input.rows.filter(isManaged);
  const moving = input.rows
    .filter(isToBeMoved)
    .map((row) => differenceOf(row, { cause: 'merged', correction: 'deferred' }));
  const ofRows = managed
    .filter((row) => !isToBeMoved(row))
    .map((row) => ofRow(row, present.has(row.key.memberId), input))
    .filter((difference) => difference !== undefined);
  const strangers = input.policy === 'exact' ? strangersOf(input, managed) : [];
  return {
    differences: [...moving, ...ofRows, ...strangers],
    nowConfirmed: managed.filter(
      (row) => row.mergedAtMs === undefined && isNowConfirmed(row, present.has(row.key.memberId), input),
    ),
  };
}

function isPresenceWished(row: MemberRow, present: boolean): boolean {
  return (row.action === 'join') === present;
}

/** What was applied in doubt while the listing ran may still be overturned by what it did not see. */
function isNowConfirmed(row: MemberRow, present: boolean, { listingStartedMs }: CompareInput): boolean {
  const isOpen = row.state === 'applied' && row.confirmed?.version !== row.version;
  return isOpen && isPresenceWished(row, present) && (row.doubtfulSinceMs ?? 0) < listingStartedMs;
}

type Why = Pick<Difference, 'cause' | 'correction' | 'withheld'>;

function differenceOf({ key, action, version, timesCorrected = 0 }: MemberRow, why: Why): Difference {
  return { member: key, action, plannedAgainst: version, timesCorrected, ...why };
}

/** Undefined: there is none, or none of which anything can be said yet. */
function ofRow(row: MemberRow, present: boolean, input: CompareInput): Difference | undefined {
  const { nowMs, listingStartedMs, timings } = input;
  switch (row.state) {
    case 'deferred':
      return differenceOf(row, { cause: 'deferred', correction: 'deferred' });
    case 'pending': {
      const isStuck = nowMs - row.wishedAtMs > timings.stuckAfterMs;
      return isStuck ? differenceOf(row, { cause: 'stuck', correction: 'deferred' }) : undefined;
    }
    case 'parked':
      if (isPresenceWished(row, present)) return undefined;
      return differenceOf(row, { cause: 'parked', withheld: 'parked' });
    case 'applied': {
      if (isPresenceWished(row, present)) return undefined;
      if (row.confirmed?.version !== row.version) {
        const isKept = row.action === 'leave' && input.protectedMembers.has(row.key.memberId);
        const way = isKept ? ({ withheld: 'protected' } as const) : dampedOr('deferred', row, input);
        return differenceOf(row, { cause: 'unconfirmed', ...way });
      }
      if (row.confirmed.atMs >= listingStartedMs) return undefined;
      return differenceOf(row, { cause: 'behind_our_back', ...governed(row, input) });
    }
    case 'unmanaged':
    case 'merged':
      return undefined;
    default:
      return row.state satisfies never;
  }
}

/** What policy, protection and damping make of drift. */
function governed(row: MemberRow, input: CompareInput): Pick<Difference, 'correction' | 'withheld'> {
  const { policy, protectedMembers } = input;
  if (!policyAllows(policy, row.action)) return { withheld: 'policy' };
  if (row.action === 'leave' && protectedMembers.has(row.key.memberId)) return { withheld: 'protected' };
  return dampedOr(row.action === 'join' ? 'missing' : 'unexpected', row, input);
}

function dampedOr(
  correction: CorrectionCause,
  { correctedAtMs, timesCorrected = 1 }: MemberRow,
  { nowMs, timings }: CompareInput,
): Pick<Difference, 'correction' | 'withheld'> {
  const isDamped = correctedAtMs !== undefined && nowMs - correctedAtMs < dampedMs(timesCorrected, timings);
  return isDamped ? { withheld: 'damped' } : { correction };
}

/** Whether a policy lets drift be corrected by this action, for a member that is managed. */
export function policyAllows(policy: Policy, action: Action): boolean {
  if (policy === 'report') return false;
  return action === 'join' || policy !== 'additive';
}

/**
 * Two systems that undo each other meet ever more rarely: each correction doubles the pause to the next. The first
 * pause only lets a correction that is still on its way arrive: another pass must not send and count it again.
 */
function dampedMs(timesCorrected: number, { reconcileIntervalMs, deferredIntervalMs }: Timings): number {
  const doublings = Math.min(timesCorrected - 1, 20);
  return doublings < 1 ? deferredIntervalMs : Math.min(DAMPED_MAX_MS, reconcileIntervalMs * 2 ** doublings);
}

/** Under `exact` whoever is present without a wish is to be out; one without the app's kind of id cannot be told apart. */
function strangersOf(input: CompareInput, managed: readonly MemberRow[]): Difference[] {
  const known = new Set(managed.map((row) => row.key.memberId));
  const versions = new Map(input.rows.map((row) => [row.key.memberId, row.version]));
  return input.participants.flatMap((participant) => {
    const memberId = participant[input.idKind];
    if (memberId === undefined || known.has(memberId)) return [];
    const member = { ...input.conversation, idKind: input.idKind, memberId };
    const version = versions.get(memberId);
    const isProtected = input.protectedMembers.has(memberId);
    return [
      {
        member,
        action: 'leave',
        cause: 'unknown_participant',
        timesCorrected: 0,
        ...(version !== undefined && { plannedAgainst: version }),
        ...(isProtected ? { withheld: 'protected' as const } : { correction: 'unexpected' as const }),
      } satisfies Difference,
    ];
  });
}

import type { ConversationRow, PlannedRemoval } from '../../functions/core/conversation.ts';
import type { Correction } from '../../functions/core/correction.ts';
import {
  type ConversationKey,
  conversationText,
  type MemberKey,
  memberText,
} from '../../functions/core/member-key.ts';
import { removalLimit } from '../../functions/core/removal-limit.ts';
import { isManaged } from '../../functions/core/roster.ts';
import type { AcceptedChanges } from './accepted-changes.ts';
import type { FunctionProcess } from './function-process.ts';
import { isRestless } from './scenario-facts.ts';
import { STALE_MS } from './vendor-conversations.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

interface Approval {
  readonly key: ConversationKey;
  readonly atMs: number;
  readonly untilMs: number;
  readonly removals: readonly PlannedRemoval[];
  /** Those of them who took part when it was given. */
  readonly present: readonly MemberKey[];
  spentAtMs: number;
}

/** A removal that the reconciler asked for. */
interface Sent {
  readonly member: MemberKey;
  readonly sentAtMs: number;
  readonly passBeganMs: number;
  readonly isApproved: boolean;
}

const DAY_MS = 24 * 3_600_000;
/** More conversations of a run newly held than this, and more than one in a hundred, stop it. */
const STOPPED_BY = 5;

/** Watches what the reconciler removes for drift: the limit, what is held, and what an operator has approved. */
export class RemovalWatch {
  readonly #world: World;
  readonly #accepted: AcceptedChanges;
  readonly #violations: Violations;
  readonly #heldSinceMs = new Map<string, number>();
  /** By reconcile interval: the conversations newly held in it, and when they were too many. */
  readonly #runs = new Map<number, { readonly conversations: Set<string>; stoppedAtMs: number }>();
  readonly #approvals: Approval[] = [];
  readonly #sent = new Map<string, Sent>();
  /** Each once: a correction that is delivered again may find the same member, whom somebody has added again. */
  readonly #removed = new Set<Sent>();
  readonly #failed = new Set<string>();
  readonly #driftedAtMs = new Map<string, number[]>();

  constructor(world: World, accepted: AcceptedChanges, violations: Violations) {
    this.#world = world;
    this.#accepted = accepted;
    this.#violations = violations;
  }

  /** Somebody else changed whether this member takes part. */
  drifted(member: MemberKey): void {
    const times = this.#driftedAtMs.get(memberText(member)) ?? [];
    this.#driftedAtMs.set(memberText(member), [...times, this.#world.scheduler.nowMs]);
  }

  lastDriftedAtMs(member: MemberKey): number {
    return this.#driftedAtMs.get(memberText(member))?.at(-1) ?? Number.NEGATIVE_INFINITY;
  }

  timesDrifted(member: MemberKey): number {
    return this.#driftedAtMs.get(memberText(member))?.length ?? 0;
  }

  /** Two systems that undo each other, or a correction that fails, meet ever more rarely, and never for the last time. */
  isDamped(member: MemberKey): boolean {
    return this.timesDrifted(member) > 2 || this.#failed.has(memberText(member));
  }

  isHeld(member: MemberKey): boolean {
    const held = this.#world.table.conversations.get(conversationText(member))?.held;
    return held?.removals.some(({ memberId }) => memberId === member.memberId) ?? false;
  }

  approved(key: ConversationKey, removals: readonly PlannedRemoval[], untilMs: number): void {
    const { idKind } = this.#world.app(key.appId);
    const present = removals
      .map(({ memberId }): MemberKey => ({ ...key, idKind, memberId }))
      .filter((member) => this.#world.vendor.conversations.isPresent(member));
    const atMs = this.#world.scheduler.nowMs;
    this.#approvals.push({ key, atMs, untilMs, removals, present, spentAtMs: Number.POSITIVE_INFINITY });
  }

  conversationWritten(before: ConversationRow | undefined, after: ConversationRow): void {
    const text = conversationText(after.key);
    const { nowMs } = this.#world.scheduler;
    if (after.held && after.held.hash !== before?.held?.hash) {
      this.#world.coverage.count('reconcile', 'removals held');
      for (const removal of after.held.removals) this.#judgeHeld(after.key, removal);
      this.#newlyHeld(text);
    }
    if (after.held) {
      if (!before?.held) this.#heldSinceMs.set(text, nowMs);
    } else if (before?.held) {
      this.#heldSinceMs.delete(text);
      for (const approval of this.#approvals)
        if (conversationText(approval.key) === text) approval.spentAtMs = Math.min(approval.spentAtMs, nowMs);
    }
  }

  /** The reconciler asks for a removal. */
  sent({ work }: FunctionProcess, correction: Correction): void {
    const { member } = correction;
    const heldSinceMs = this.#heldSinceMs.get(conversationText(member));
    const passBeganMs = work.startedAtMs;
    const isApproved = this.#approvals.some((approval) => covers(approval, correction, passBeganMs));
    if (heldSinceMs !== undefined && heldSinceMs < passBeganMs && !isApproved)
      this.#violations.add('what is held stays held', `${member.memberId} of ${member.conversationId}`);
    this.#judgeRun(member, passBeganMs, isApproved);
    if (isApproved) this.#world.coverage.count('reconcile', 'sent: approved');
    const sentAtMs = this.#world.scheduler.nowMs;
    this.#sent.set(nameOf(correction), { member, sentAtMs, passBeganMs, isApproved });
  }

  /** Somebody who may send asks for a removal in the reconciler's place: policy and protection hold it back, no limit. */
  forged(correction: Correction): void {
    const atMs = this.#world.scheduler.nowMs;
    const { member } = correction;
    this.#sent.set(nameOf(correction), { member, sentAtMs: atMs, passBeganMs: atMs, isApproved: true });
  }

  /** A correction that did not do what it asked for: the next pass plans anew, and perhaps asks anew. */
  failed(member: MemberKey): void {
    this.#failed.add(memberText(member));
  }

  /** A correction took somebody out. */
  removed(member: MemberKey, corrections: readonly Correction[]): void {
    const sent = corrections.map((correction) => this.#sent.get(nameOf(correction)));
    const first = sent.find((each) => each !== undefined);
    if (!first) this.#violations.add('only the reconciler removes for drift', member.memberId);
    else this.#removed.add(sent.find((each) => each?.isApproved) ?? first);
  }

  /** After healing: no day's removals were more than the limit, and what was approved in calm has gone. */
  judge(calmFromMs: number): void {
    for (const removal of this.#removed) this.#judgeLimit(removal);
    for (const approval of this.#approvals) if (approval.atMs >= calmFromMs) this.#judgeReleased(approval);
  }

  #newlyHeld(text: string): void {
    const { nowMs } = this.#world.scheduler;
    const window = this.#windowOf(nowMs);
    const run = this.#runs.get(window) ?? { conversations: new Set(), stoppedAtMs: Number.POSITIVE_INFINITY };
    this.#runs.set(window, run);
    run.conversations.add(text);
    const { planned } = this.#world.table.run(window);
    if (run.conversations.size > Math.max(STOPPED_BY, planned / 100))
      run.stoppedAtMs = Math.min(run.stoppedAtMs, nowMs);
  }

  /** Where so many conversations of a run are newly held, nobody is removed any more but who was approved. */
  #judgeRun({ memberId }: MemberKey, passBeganMs: number, isApproved: boolean): void {
    const window = this.#windowOf(this.#world.scheduler.nowMs);
    const stoppedAtMs = this.#runs.get(window)?.stoppedAtMs ?? Number.POSITIVE_INFINITY;
    if (!isApproved && stoppedAtMs < passBeganMs && this.#windowOf(passBeganMs) === window)
      this.#violations.add('a run that holds too much removes nobody', memberId);
  }

  #windowOf(ms: number): number {
    return Math.floor(ms / this.#world.scenario.timings.reconcileIntervalMs);
  }

  #judgeHeld(key: ConversationKey, { memberId, plannedAgainst }: PlannedRemoval): void {
    const { idKind } = this.#world.app(key.appId);
    const row = this.#world.table.members.get(memberText({ ...key, idKind, memberId }));
    if (row && row.version === plannedAgainst && isManaged(row) && row.action === 'join')
      this.#violations.add('only removals are held', `${memberId} is wished for`);
  }

  #judgeLimit({ member, sentAtMs, passBeganMs, isApproved }: Sent): void {
    if (isApproved) return;
    const ofDay = [...this.#removed].filter(
      (other) =>
        !other.isApproved &&
        conversationText(other.member) === conversationText(member) &&
        other.sentAtMs <= sentAtMs &&
        other.sentAtMs > sentAtMs - DAY_MS,
    );
    const { conversations } = this.#world.vendor;
    const most = removalLimit(conversations.mostPresent(member, passBeganMs - STALE_MS, sentAtMs));
    if (ofDay.length > most)
      this.#violations.add(
        'no more removals a day than the limit',
        `${ofDay.length} of at most ${most} from ${member.conversationId}, the last ${member.memberId}`,
      );
  }

  /** Whoever was approved, and whom nobody has touched since, is out. */
  #judgeReleased({ atMs, present }: Approval): void {
    for (const member of present) {
      if (!this.#world.vendor.conversations.exists(member)) continue;
      const isTouched = (this.#driftedAtMs.get(memberText(member)) ?? []).some((ms) => ms >= atMs);
      const isWished = this.#world.table.members.get(memberText(member))?.action === 'join';
      const hasFailed = this.#failed.has(memberText(member));
      if (isTouched || isWished || hasFailed || isRestless(this.#world.app(member.appId), member.memberId))
        continue;
      if (this.#accepted.all.some((change) => change.sentAtMs >= atMs)) continue;
      this.#world.coverage.count('reconcile', 'approved and gone');
      if (this.#world.vendor.conversations.isPresent(member))
        this.#violations.add('an approval releases what it shows', `${member.memberId} still takes part`);
    }
  }
}

function covers(approval: Approval, { member, plannedAgainst }: Correction, passBeganMs: number): boolean {
  return (
    conversationText(approval.key) === conversationText(member) &&
    passBeganMs < approval.untilMs &&
    passBeganMs <= approval.spentAtMs &&
    approval.removals.some(
      (removal) => removal.memberId === member.memberId && removal.plannedAgainst === plannedAgainst,
    )
  );
}

function nameOf({ member, passId, plannedAgainst }: Correction): string {
  return JSON.stringify([memberText(member), passId, plannedAgainst ?? null]);
}

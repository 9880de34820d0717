import type { Action } from '../../functions/core/change.ts';
import type { Correction } from '../../functions/core/correction.ts';
import {
  type ConversationKey,
  conversationText,
  type MemberKey,
  memberText,
} from '../../functions/core/member-key.ts';
import { isManaged, type MemberRow } from '../../functions/core/roster.ts';
import type { AcceptedChanges } from './accepted-changes.ts';
import { CONSUMER_TIMEOUT_MS } from './deployment.ts';
import type { FunctionProcess } from './function-process.ts';
import { type Provenance, provenanceOf } from './provenance.ts';
import type { RemovalWatch } from './removal-watch.ts';
import { policyOf } from './scenario-facts.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

/** Watches every join and leave as it goes out, and every correction that is sent: who may ask for what. */
export class CorrectionWatch {
  readonly #world: World;
  readonly #accepted: AcceptedChanges;
  readonly #removals: RemovalWatch;
  readonly #violations: Violations;
  /** When the wish that stands was written, by the table's clock. */
  readonly #wishedAtMs = new Map<string, number>();
  /** Since when a wish is applied and known to be. */
  readonly #confirmedAtMs = new Map<string, number>();
  readonly #offSinceMs = new Map<string, number>();
  /** Conversations of which an invocation has got a page that contradicts the others. */
  readonly #misled = new WeakMap<FunctionProcess['work'], Set<string>>();

  constructor(world: World, accepted: AcceptedChanges, removals: RemovalWatch, violations: Violations) {
    this.#world = world;
    this.#accepted = accepted;
    this.#removals = removals;
    this.#violations = violations;
  }

  memberWritten(before: MemberRow | undefined, after: MemberRow): void {
    const text = memberText(after.key);
    const isConfirmed = after.state === 'applied' && after.confirmed?.version === after.version;
    if (!isConfirmed || after.mergedAtMs !== undefined) this.#confirmedAtMs.delete(text);
    else if (!this.#confirmedAtMs.has(text)) this.#confirmedAtMs.set(text, this.#world.scheduler.nowMs);
    if (before?.version !== after.version) this.#wishedAtMs.set(text, this.#world.scheduler.nowMs);
  }

  switched(appId: string, isOn: boolean): void {
    if (isOn) this.#offSinceMs.delete(appId);
    else this.#offSinceMs.set(appId, this.#world.scheduler.nowMs);
  }

  /** A listing that this invocation reads contradicts itself. */
  misled({ work }: FunctionProcess, key: ConversationKey): void {
    const misled = this.#misled.get(work) ?? new Set();
    this.#misled.set(work, misled.add(conversationText(key)));
  }

  sent(process: FunctionProcess, corrections: readonly Correction[]): void {
    for (const correction of corrections) {
      const { member, cause } = correction;
      this.#world.coverage.count('reconcile', `sent: ${cause}`);
      this.#judgeSwitch(process, member, 'deferred');
      if (cause !== 'deferred' && this.#isMisled(process, member))
        this.#violations.add('a doubtful listing corrects nothing', `${cause} ${member.memberId}`);
      if (cause === 'unexpected') this.#removals.sent(process, correction);
    }
  }

  /** A join or a leave goes out; what is given back is to be told when it changes something. */
  writes(process: FunctionProcess, member: MemberKey, action: Action): () => void {
    if (process.isDead) return () => {};
    const name = `${action} ${member.memberId}`;
    if (process.functionName !== 'apply-changes')
      this.#violations.add('one writer', `${process.name} called the vendor: ${name}`);
    if (this.#world.scheduler.nowMs > process.work.startedAtMs + CONSUMER_TIMEOUT_MS)
      this.#violations.add('nobody acts when its time is over', `${process.name}: ${name}`);
    const provenance = provenanceOf(process, member, this.#world.vendor.conversations.users);
    if (provenance.kind === 'nothing')
      this.#violations.add('no call without a message', `${process.name}: ${name}`);
    this.#judgeSwitch(process, member, provenance.kind);
    this.#judgeAgainstRow(process, member, action);
    if (action === 'leave') this.#judgeLeave(member, provenance);
    if (provenance.kind === 'drift' || this.#isCovered(process, provenance, member))
      this.#judgeDrift(member, action);
    const departedMs = this.#world.scheduler.nowMs;
    return () => this.#changed(member, action, provenance, departedMs);
  }

  #changed(member: MemberKey, action: Action, { kind, corrections }: Provenance, departedMs: number): void {
    // A call that takes effect long after its caller gave up on it: to everybody else it is drift.
    const { requestTimeoutMs } = this.#world.scenario.timings;
    if (this.#world.scheduler.nowMs - departedMs > requestTimeoutMs) this.#removals.drifted(member);
    if (kind !== 'drift') return;
    const policy = policyOf(this.#world.app(member.appId), member);
    const who = this.#accepted.hasWished(member, action) ? 'a member' : 'a stranger';
    this.#world.coverage.count('reconcile', `drift healed: ${action} of ${who} under ${policy}`);
    if (action === 'leave') this.#removals.removed(member, corrections);
  }

  /** What an invocation that began after the switch was off does, it must do for producers. */
  #judgeSwitch({ work }: FunctionProcess, { appId, memberId }: MemberKey, kind: Provenance['kind']): void {
    const offSinceMs = this.#offSinceMs.get(appId);
    if (offSinceMs === undefined || kind === 'change' || work.startedAtMs <= offSinceMs) return;
    this.#violations.add('the switch stops the reconciler', `${kind} ${memberId}`);
  }

  /** The row decides, not the message: nobody calls for what the roster had left behind before. */
  #judgeAgainstRow({ work }: FunctionProcess, member: MemberKey, action: Action): void {
    const row = this.#row(member);
    if (!row || !isManaged(row) || row.action === action) return;
    if ((this.#wishedAtMs.get(memberText(member)) ?? 0) < work.startedAtMs)
      this.#violations.add(
        'the row decides',
        `${action} ${member.memberId} although ${row.action} is wished`,
      );
  }

  /** Drift of a wish that has long been confirmed, under the name of a deferred one. */
  #isCovered({ work }: FunctionProcess, { kind }: Provenance, member: MemberKey): boolean {
    const confirmedAtMs = this.#confirmedAtMs.get(memberText(member));
    return kind === 'deferred' && confirmedAtMs !== undefined && confirmedAtMs < work.startedAtMs;
  }

  #judgeLeave(member: MemberKey, { corrections }: Provenance): void {
    const app = this.#world.app(member.appId);
    if (app.protectedMembers.includes(member.memberId))
      this.#violations.add('nobody protected is removed', member.memberId);
    const isDrift = corrections.some(({ cause }) => cause === 'unexpected');
    const isExactDrift = isDrift && policyOf(app, member) === 'exact';
    if (!isExactDrift && !this.#accepted.hasWished(member, 'leave'))
      this.#violations.add('nobody unmanaged is removed', member.memberId);
  }

  #judgeDrift(member: MemberKey, action: Action): void {
    const policy = policyOf(this.#world.app(member.appId), member);
    const isAllowed = policy !== 'report' && (action === 'join' || policy !== 'additive');
    if (!isAllowed)
      this.#violations.add('policy governs drift', `${action} ${member.memberId} under ${policy}`);
    if (action === 'join' && !this.#accepted.hasWished(member, 'join'))
      this.#violations.add('nobody is added unasked', member.memberId);
  }

  /**
   * Two passes of a conversation in one invocation cannot be told apart: one of them may have read better pages. And a
   * page that was lost on its way was asked for again.
   */
  #isMisled({ work, hasMetFault }: FunctionProcess, member: MemberKey): boolean {
    if (hasMetFault) return false;
    const name = `"conversationId":"${member.conversationId}"`;
    const passes = work.messages.filter(({ body }) => body.includes(name)).length;
    return passes === 1 && (this.#misled.get(work)?.has(conversationText(member)) ?? false);
  }

  #row(member: MemberKey): MemberRow | undefined {
    return this.#world.table.members.get(memberText(member));
  }
}

import { conversationText, type MemberKey, memberText } from '../../functions/core/member-key.ts';
import { isManaged } from '../../functions/core/roster.ts';
import type { Accepted, AcceptedChanges } from './accepted-changes.ts';
import type { PassWatch } from './pass-watch.ts';
import type { RemovalWatch } from './removal-watch.ts';
import type { AppSpec, ConversationSpec } from './scenario.ts';
import { isRestless, policyOf } from './scenario-facts.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

/** After healing: whoever is managed is as wished, or the last pass says why not; and nobody else was touched. */
export class MembershipJudge {
  readonly #world: World;
  readonly #accepted: AcceptedChanges;
  readonly #removals: RemovalWatch;
  readonly #passes: PassWatch;
  readonly #violations: Violations;

  constructor(
    world: World,
    accepted: AcceptedChanges,
    removals: RemovalWatch,
    passes: PassWatch,
    violations: Violations,
  ) {
    this.#world = world;
    this.#accepted = accepted;
    this.#removals = removals;
    this.#passes = passes;
    this.#violations = violations;
  }

  /** What is told as applied, or as already so, has been so since the change was sent. */
  told(messageId: string, outcome: string): void {
    const accepted = this.#accepted.ofMessage(messageId);
    if (!accepted || (outcome !== 'applied' && outcome !== 'already')) return;
    const { member, spec, sentAtMs } = accepted;
    const { users } = this.#world.vendor.conversations;
    if (!this.#world.vendor.conversations.exists(member)) return;
    if (users.isMerged(member) || users.isGone(member.appId, member.memberId)) return;
    // Whom somebody else moved within the interval a repeated change may find as it was confirmed.
    const { reconcileIntervalMs } = this.#world.scenario.timings;
    const hasDrifted =
      this.#removals.lastDriftedAtMs(member) > this.#world.scheduler.nowMs - reconcileIntervalMs;
    // Whom the vendor refuses, or does not know, it may list all the same.
    if (hasDrifted || isRestless(this.#world.app(member.appId), member.memberId)) return;
    if (!this.#world.vendor.conversations.hasBeen(member, spec.action, sentAtMs))
      this.#violations.add(
        'what is told has happened',
        `${messageId} (${spec.action}) is told as ${outcome}`,
      );
  }

  judge(): void {
    for (const newest of this.#accepted.newest()) this.#judgeNewest(newest);
    for (const app of this.#world.scenario.apps) {
      if (!app.declared) continue;
      for (const conversation of app.conversations) this.#judgeStrangers(app, conversation);
    }
  }

  #judgeNewest({ member: of, spec, messageIds }: Accepted): void {
    const { table, vendor } = this.#world;
    const { users } = vendor.conversations;
    const member = users.survivorOf(of);
    if (users.isGone(member.appId, member.memberId)) return;
    // Parked: nobody has decided yet.
    if (messageIds.some((messageId) => table.parked.has(messageId))) return;
    // Discarded: nobody decides any more.
    if (messageIds.some((messageId) => this.#world.oracle.ends.wasDiscarded(messageId))) return;
    const row = table.members.get(memberText(member));
    const app = this.#world.app(member.appId);
    // A leave is not moved to somebody who must not be removed, wherever in the chain that one stands.
    const isProtected = app.protectedMembers.some((memberId) =>
      users.isSame({ ...member, memberId }, member),
    );
    if (users.isMerged(of) && spec.action === 'leave' && isProtected) return;
    if (!app.declared || row?.state === 'parked' || row?.state === 'unmanaged') return;
    if (!vendor.conversations.exists(member)) return;
    // What can never be done stays undone, however often it is tried.
    if (isRestless(app, member.memberId)) return;
    if (vendor.conversations.isPresent(member) === (spec.action === 'join')) return;
    // Nothing but drift may be left as it is: a producer's own change is brought back whatever policy and limit say.
    if (this.#removals.timesDrifted(member) > 0 && this.#isExplained(member)) return;
    this.#violations.add(
      'the newest change decides',
      `${member.memberId} should have ended with ${spec.id} (${spec.action})`,
    );
  }

  /** Under `exact` whoever is present is wished for, or somebody must be asked first. */
  #judgeStrangers(app: AppSpec, conversation: ConversationSpec): void {
    const key = { appId: app.appId, conversationId: conversation.conversationId };
    const isCompared = this.#world.table.conversations.has(conversationText(key));
    if (policyOf(app, key) !== 'exact' || !isCompared || !this.#world.vendor.conversations.exists(key))
      return;
    for (const memberId of this.#world.vendor.conversations.present(key)) {
      const member = { ...key, idKind: app.idKind, memberId };
      // Without an id of the app's kind nobody can be told apart from a member.
      const isNameless = app.idKind === 'userExternalId' && !memberId.startsWith('x');
      if (isNameless || isRestless(app, memberId) || this.#isManaged(member)) continue;
      if (!this.#isExplained(member))
        this.#violations.add('nobody else takes part under exact', `${memberId} of ${key.conversationId}`);
    }
  }

  #isManaged(member: MemberKey): boolean {
    const row = this.#world.table.members.get(memberText(member));
    return row !== undefined && isManaged(row);
  }

  #isExplained(member: MemberKey): boolean {
    const why = this.#passes.explanationOf({ key: member });
    const isDamped = why === 'damped' && this.#removals.isDamped(member);
    const isExplained = why === 'policy' || why === 'protected' || isDamped || this.#removals.isHeld(member);
    if (isExplained)
      this.#world.coverage.count(
        'reconcile',
        `left and reported: ${this.#removals.isHeld(member) ? 'held' : why}`,
      );
    return isExplained;
  }
}

import { conversationText, type MemberKey, memberText } from '../../functions/core/member-key.ts';
import type { Mergeable } from '../../functions/core/merge.ts';
import { ATTRIBUTE, type QueueMessage } from '../../functions/core/message.ts';
import type { OutcomeEvent } from '../../functions/core/outcome-event.ts';
import type { ParkReason } from '../../functions/core/reasons.ts';
import type { MemberRow, ParkedItem } from '../../functions/core/roster.ts';
import { type Accepted, type AcceptedChanges, isNewer } from './accepted-changes.ts';
import { CONSUMER_TIMEOUT_MS } from './deployment.ts';
import type { FunctionProcess } from './function-process.ts';
import { mergeText } from './roster-table.ts';
import { graceMs, isCauseOf, mayStayDeferred } from './scenario-facts.ts';
import type { VendorUsers } from './vendor-users.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

const ENDS: ReadonlySet<string> = new Set(['applied', 'already', 'superseded', 'parked']);

/** Watches that nothing is lost: every accepted change comes to exactly one end, and is told so. */
export class EndWatch {
  readonly #world: World;
  readonly #accepted: AcceptedChanges;
  readonly #violations: Violations;
  readonly #deadLettered = new Set<string>();
  readonly #redriven = new Set<string>();
  /** Redrives that arrived, by message and when it was parked. */
  readonly #sent = new Set<string>();
  /** When a redrive was sent, by the message that carries it. */
  readonly #redrivenAtMs = new Map<string, number>();
  readonly #discarded = new Set<string>();
  readonly #published = new Set<string>();
  readonly #lastOutcome = new Map<string, string>();
  readonly #longestWaitMs: number;

  constructor(world: World, accepted: AcceptedChanges, violations: Violations) {
    this.#world = world;
    this.#accepted = accepted;
    this.#violations = violations;
    const { faults, timings } = world.scenario;
    const waits = faults.map((fault) =>
      fault.kind === 'vendor' && fault.how === 'throttle_for' && fault.forMs < timings.deferAfterMs
        ? fault.forMs
        : 0,
    );
    this.#longestWaitMs = Math.max(timings.retryMaxMs, ...waits) + 1_000;
  }

  sentToDeadLetterQueue(messageId: string): void {
    this.#deadLettered.add(messageId);
  }

  redriven(
    { message, parkedAtMs }: ParkedItem,
    sent: { readonly messageId: string; readonly isNew: boolean },
  ): void {
    this.#redriven.add(message.messageId);
    this.#sent.add(`${message.messageId} ${parkedAtMs}`);
    if (!sent.isNew) return;
    this.#accepted.redriven(message.messageId, sent.messageId);
    this.#redrivenAtMs.set(sent.messageId, this.#world.scheduler.nowMs);
  }

  published(event: OutcomeEvent): void {
    if (event.kind === 'held') return;
    const { messageId } = event.detail;
    this.#published.add(`${event.kind} ${messageId}`);
    if (event.kind === 'parked' && !this.#deadLettered.has(messageId))
      this.#violations.add('what is told as parked is parked', messageId);
  }

  /** An operator's work on it is over: it must have been sent, or its member been let go. */
  settled(messageId: string, parkedAtMs: number, as: 'redriven' | 'discarded'): void {
    this.#world.coverage.count('parked', as);
    if (as === 'redriven' && !this.#sent.has(`${messageId} ${parkedAtMs}`))
      this.#violations.add('nothing is lost', `${messageId} was settled and never sent`);
    if (as === 'redriven') return;
    this.#discarded.add(messageId);
    if (!this.#published.has(`discarded ${messageId}`))
      this.#violations.add('what is discarded is told to producers', messageId);
    for (const { message, key } of this.#world.table.members.values())
      if (message?.messageId === messageId)
        this.#violations.add('what is discarded is let go', `${key.memberId} still wishes ${messageId}`);
  }

  /** An operator's discard took this row's wish away: it must be the wish of something that is or was parked. */
  letGo({ key, message }: MemberRow): void {
    if (!message || !this.#world.table.parkedChanges.record(message.messageId))
      this.#violations.add('only what is parked is discarded', key.memberId);
  }

  wasDiscarded(messageId: string): boolean {
    return this.#discarded.has(messageId);
  }

  told(messageId: string, outcome: string): void {
    // Of a message delivered twice one worker may still want it again when the other has settled it.
    if (outcome === 'retried' && this.#lastOutcome.has(messageId)) return;
    this.#lastOutcome.set(messageId, outcome);
  }

  /** The event source deleted a message: whatever it asked for must stand somewhere else. */
  acknowledged({ messageId }: { readonly messageId: string }): void {
    const accepted = this.#accepted.ofMessage(messageId);
    if (!accepted) return;
    if (!this.#isSettled(messageId, accepted))
      this.#violations.add('nothing is lost', `${messageId} was acknowledged unsettled`);
    const row = this.#rowOf(accepted);
    if (row?.state === 'deferred' && row.message?.messageId === messageId) this.#judgeDue(row);
    const outcome = this.#lastOutcome.get(messageId);
    if (outcome === undefined || outcome === 'retried')
      this.#violations.add(
        'every end is told',
        `${messageId} was acknowledged, last told: ${outcome ?? 'nothing'}`,
      );
  }

  /** What is deferred is brought back soon, not at the next usual pass; one that is under way may do it, too. */
  #judgeDue({ key, wishedAtMs, reason }: MemberRow): void {
    const { table, scheduler, scenario, changeQueue, reconcileQueue } = this.#world;
    const { nowMs } = scheduler;
    const waitMs = Math.max(scenario.timings.deferredIntervalMs, nowMs - wishedAtMs);
    const dueAtMs = table.conversations.get(conversationText(key))?.dueAtMs ?? Number.POSITIVE_INFINITY;
    // The vendor itself may have said when.
    if (dueAtMs <= nowMs + waitMs || reason === 'throttled') return;
    const isUnderWay = [...changeQueue.held(), ...reconcileQueue.held()].some(
      ({ body }) => body.includes('"kind":"co') && body.includes(`"${key.conversationId}"`),
    );
    if (!isUnderWay) this.#violations.add('what is deferred is looked at soon', key.memberId);
  }

  /** A function wants messages again: soon, not when their visibility ends. */
  reported(process: FunctionProcess, messages: readonly QueueMessage[]): void {
    if (process.hasMetFault) return;
    for (const { messageId, receiptHandle } of messages) {
      const untilMs = this.#world.changeQueue.hiddenUntilMs(receiptHandle);
      // It has been delivered again meanwhile.
      if (untilMs === undefined) continue;
      if (untilMs > this.#world.scheduler.nowMs + this.#longestWaitMs)
        this.#violations.add('what is to come again comes in time', messageId);
      const accepted = this.#accepted.ofMessage(messageId);
      const { requests } = this.#world.oracle;
      if (accepted && untilMs < requests.waitsUntilMs(process, accepted.member, accepted.spec.action))
        this.#violations.add('Retry-After is waited for', `${messageId} comes again too early`);
    }
  }

  memberWritten(after: MemberRow): void {
    if (!this.#accepted.ofRow(after) && after.state !== 'unmanaged')
      this.#violations.add('only accepted changes become wishes', after.key.memberId);
    const isUnsettled = after.state === 'pending' || after.state === 'deferred' || after.state === 'parked';
    if (isUnsettled && !after.message)
      this.#violations.add('an unsettled wish keeps its message', `${after.key.memberId} is ${after.state}`);
  }

  parked({ message: { messageId }, reason, detail }: ParkedItem): void {
    const accepted = this.#accepted.ofMessage(messageId);
    if (!accepted) {
      this.#violations.add('only changes are parked', messageId);
      return;
    }
    this.#world.coverage.count('parked', reason);
    if (this.#hadSurvivor(reason, accepted))
      this.#violations.add('a change on its way reaches the survivor', messageId);
    const givenMs = this.#world.scheduler.nowMs - (this.#redrivenAtMs.get(messageId) ?? accepted.sentAtMs);
    if (givenMs < graceMs(reason, this.#world.scenario))
      this.#violations.add('what may pass is waited for', `${messageId} is parked for ${reason}`);
    if (!isCauseOf(reason, accepted, this.#world))
      this.#violations.add('parked for a cause of its own', `${messageId} for ${reason}: ${detail}`);
  }

  /** It was known for longer than any work takes into whom, or what, the missing one was merged, over every merge on the way. */
  #hadSurvivor(reason: ParkReason, { member }: Accepted): boolean {
    const { table, vendor, scheduler } = this.#world;
    const { users } = vendor.conversations;
    const survivor = users.survivorOf(member);
    if (users.isGone(survivor.appId, survivor.memberId) || !vendor.conversations.exists(survivor))
      return false;
    const discarded = mergedOnTheWay(reason, member, users);
    const knownBeforeMs = scheduler.nowMs - 2 * CONSUMER_TIMEOUT_MS;
    return (
      discarded.length > 0 &&
      discarded.every((of) => {
        const mergedAtMs = table.mergedAtMs.get(mergeText(of));
        return mergedAtMs !== undefined && mergedAtMs < knownBeforeMs;
      })
    );
  }

  /** Where somebody in its chain must not be removed, a leave is not moved there, and takes with it what it superseded. */
  #hasProtectedSurvivor({ member }: Accepted): boolean {
    const { table, vendor } = this.#world;
    if (table.members.get(memberText(member))?.state !== 'merged') return false;
    const { users } = vendor.conversations;
    const { protectedMembers } = this.#world.app(member.appId);
    return protectedMembers.some((memberId) => users.isSame({ ...member, memberId }, member));
  }

  /** After healing. */
  judge(): void {
    for (const { messageId } of this.#world.changeQueue.held()) {
      if (this.#accepted.ofMessage(messageId))
        this.#violations.add('everything ends', `${messageId} is still on the change queue`);
    }
    for (const accepted of this.#accepted.all) this.#judgeEnd(accepted);
    for (const messageId of this.#deadLettered) {
      // Somebody has settled it before its park was finished.
      const isSettled = this.#redriven.has(messageId) || this.#discarded.has(messageId);
      if (!isSettled && !this.#published.has(`parked ${messageId}`))
        this.#violations.add('what is parked is told to producers', messageId);
    }
    for (const { messageId, attributes } of this.#world.deadLetterQueue.held())
      this.#judgeDeadLetter(messageId, attributes[ATTRIBUTE.parkedMessageId]);
    for (const item of this.#world.table.parked.values()) this.#judgeParkedItem(item);
  }

  /** Where a change's wish stands: a merge moves it, in a chain step by step. */
  #rowOf({ member }: Accepted): MemberRow | undefined {
    const { table, vendor } = this.#world;
    const own = table.members.get(memberText(member));
    if (own?.state !== 'merged') return own;
    const { users } = vendor.conversations;
    return [...table.members.values()]
      .filter((row) => row.state !== 'merged' && users.isSame(row.key, member))
      .toSorted((a, b) => (a.version < b.version ? 1 : -1))[0];
  }

  #isSettled(messageId: string, accepted: Accepted): boolean {
    const { table, changeQueue } = this.#world;
    if (table.parked.has(messageId) && this.#deadLettered.has(messageId)) return true;
    if (this.#redriven.has(messageId) || this.#discarded.has(messageId)) return true;
    if (accepted.spec.flaw) return false;
    const row = this.#rowOf(accepted);
    const decides = row && this.#accepted.ofRow(row);
    if (!row || !decides) return false;
    if (decides !== accepted) return isNewer(decides, accepted);
    // The same change: in flight only as long as a message for it is on the queue.
    return (
      row.state !== 'pending' ||
      changeQueue.held().some((held) => accepted.messageIds.includes(held.messageId))
    );
  }

  #judgeEnd(accepted: Accepted): void {
    const last = accepted.messageIds.at(-1) ?? '';
    const ends = this.#endsOf(accepted, last);
    const text = ends.join(' and ') || 'nothing';
    this.#world.coverage.count('ends', text);
    if (this.#isNativelyDeadLettered(accepted)) return;
    if (ends.length !== 1 || ends[0]?.includes(' '))
      this.#violations.add('exactly one end', `${last} of ${accepted.spec.memberId}: ${text}`);
    const told = accepted.messageIds.map((messageId) => this.#lastOutcome.get(messageId));
    const isTold = told.every((outcome) => outcome !== undefined && ENDS.has(outcome));
    if (ends[0] !== 'deferred' && !this.#world.hasLostEvents && !isTold)
      this.#violations.add('every end is told', `${last} was told as ${told.join(', ')}`);
  }

  #endsOf(accepted: Accepted, last: string): string[] {
    const { table } = this.#world;
    const row = accepted.spec.flaw ? undefined : this.#rowOf(accepted);
    const decides = row && this.#accepted.ofRow(row);
    // A park that is cut off, redriven and parked again stands under the message that the row names.
    const named = decides === accepted && row?.state === 'parked' ? row.message?.messageId : undefined;
    const isParked = table.parked.has(last) || (named !== undefined && table.parked.has(named));
    const ends = isParked ? ['parked'] : [];
    if (decides && decides !== accepted && isNewer(decides, accepted) && ends.length === 0)
      ends.push('superseded');
    if (ends.length === 0 && decides !== accepted && this.#hasProtectedSurvivor(accepted))
      ends.push('applied');
    if (ends.length === 0 && decides !== accepted && this.#discarded.has(last)) ends.push('discarded');
    if (!row || decides !== accepted) return ends;
    const { memberId, appId } = accepted.member;
    if (row.state === 'applied' || row.state === 'unmanaged') ends.push(row.state);
    else if (row.state === 'deferred' && mayStayDeferred(this.#world.app(appId), memberId))
      ends.push('deferred');
    else if (row.state !== 'parked') ends.push(`left ${row.state}`);
    else if (ends.length === 0) ends.push('parked in the row only');
    return ends;
  }

  /** A poisonous message that no worker could park itself. */
  #isNativelyDeadLettered({ messageIds, member }: Accepted): boolean {
    const deadLettered = this.#world.deadLetterQueue.held();
    return (
      this.#world.isPoisonous(member) && deadLettered.some(({ messageId }) => messageIds.includes(messageId))
    );
  }

  #judgeDeadLetter(messageId: string, parkedMessageId: string | undefined): void {
    const accepted = this.#accepted.ofMessage(parkedMessageId ?? messageId);
    if (parkedMessageId !== undefined && this.#world.table.parked.has(parkedMessageId)) return;
    const id = parkedMessageId ?? messageId;
    if (this.#redriven.has(id) || this.#discarded.has(id)) return;
    if (this.#world.table.parked.has(messageId)) return;
    if (accepted && this.#world.isPoisonous(accepted.member)) return;
    this.#violations.add(
      'what is parked is explained',
      `${messageId} is on the dead-letter queue without an item`,
    );
  }

  #judgeParkedItem({ message: { messageId } }: ParkedItem): void {
    const isThere = this.#world.deadLetterQueue
      .held()
      .some(
        (copy) => copy.messageId === messageId || copy.attributes[ATTRIBUTE.parkedMessageId] === messageId,
      );
    if (!isThere)
      this.#violations.add('a parked item has its message', `${messageId} is not on the dead-letter queue`);
  }
}

/** What the vendor does not know, and whatever it was merged into on the way to the survivor. */
function mergedOnTheWay(reason: ParkReason, member: MemberKey, users: VendorUsers): Mergeable[] {
  const { appId, memberId, conversationId } = member;
  const chainOf = (id: string) => users.chainOf(appId, id).slice(0, -1);
  if (reason === 'user_not_found') return chainOf(memberId).map((id) => ({ appId, kind: 'user', id }));
  if (reason !== 'conversation_not_found') return [];
  return chainOf(conversationId).map((id) => ({ appId, kind: 'conversation', id }));
}

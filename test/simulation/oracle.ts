import type { RollcallEvent } from '../../functions/core/events.ts';
import { conversationText, type MemberKey, memberText } from '../../functions/core/member-key.ts';
import type { ParkReason } from '../../functions/core/reasons.ts';
import type { MemberRow, ParkedItem } from '../../functions/core/roster.ts';
import { type Accepted, AcceptedChanges, isNewer } from './accepted-changes.ts';
import type { FunctionProcess } from './function-process.ts';
import type { AppSpec } from './scenario.ts';
import type { World } from './world.ts';

/** A promise that did not hold. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
  readonly atMs: number;
}

const ENDS: ReadonlySet<string> = new Set(['applied', 'already', 'superseded', 'parked']);

/**
 * Knows what was promised, not how it is kept: watches every write, acknowledgement, call and event, and looks at the
 * whole once faults have stopped.
 */
export class Oracle {
  readonly accepted = new AcceptedChanges();
  readonly violations: Violation[] = [];
  readonly #world: World;
  readonly #deadLettered = new Set<string>();
  readonly #redriven = new Set<string>();
  readonly #lastOutcome = new Map<string, string>();
  readonly #explained = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    world.table.onMemberWritten = (before, after) => this.#memberWritten(before, after);
    world.table.onParked = (item) => this.#parked(item);
  }

  sentToDeadLetterQueue(messageId: string): void {
    this.#deadLettered.add(messageId);
  }

  redriven(parkedMessageId: string, messageId: string): void {
    this.#redriven.add(parkedMessageId);
    this.accepted.redriven(parkedMessageId, messageId);
  }

  /** The event source deleted a message: whatever it asked for must stand somewhere else. */
  acknowledged({ messageId }: { readonly messageId: string }): void {
    const accepted = this.accepted.ofMessage(messageId);
    if (!accepted) return;
    if (!this.#isSettled(messageId, accepted))
      this.#violate('nothing is lost', `${messageId} was acknowledged unsettled`);
    const outcome = this.#lastOutcome.get(messageId);
    if (outcome === undefined || outcome === 'retried')
      this.#violate('every end is told', `${messageId} was acknowledged, last told: ${outcome ?? 'nothing'}`);
  }

  /** A join or a leave goes out. */
  writes(process: FunctionProcess, { memberId }: MemberKey): void {
    if (process.functionName !== 'apply-changes')
      this.#violate('one writer', `${process.name} called the vendor for ${memberId}`);
  }

  emitted(event: RollcallEvent, process: FunctionProcess): void {
    const { coverage } = this.#world;
    coverage.count('events', event.name);
    const text = JSON.stringify(event, (_, value: unknown) =>
      value instanceof Error ? value.message : value,
    );
    process.trace(`tells ${text}`);
    if (text.includes('SECRET')) this.#violate('secrets stay put', `event ${event.name}`);
    if (event.name === 'change') {
      coverage.count('outcomes', event.reason ? `${event.outcome}: ${event.reason}` : event.outcome);
      this.#lastOutcome.set(event.messageId, event.outcome);
    }
    if (event.name === 'correction')
      coverage.count('corrections', `${event.cause} ${event.outcome}: ${event.reason}`);
    if (event.name === 'pass') {
      coverage.count('listings', event.listing);
      for (const { member, cause, withheld } of event.differences) {
        coverage.count('differences', withheld ? `${cause}, withheld: ${withheld}` : cause);
        if (withheld) this.#explained.set(memberText(member), withheld);
        else this.#explained.delete(memberText(member));
      }
    }
    if (event.name === 'fault' && !isWireFault(event.error))
      this.#violate('no bug throws', `${event.where}: ${String(event.error)}`);
  }

  /** After healing: everything that was promised must be so. */
  judge(): void {
    for (const { messageId } of this.#world.changeQueue.held()) {
      if (this.accepted.ofMessage(messageId))
        this.#violate('everything ends', `${messageId} is still on the change queue`);
    }
    for (const accepted of this.accepted.all) this.#judgeEnd(accepted);
    for (const newest of this.accepted.newest()) this.#judgeMembership(newest);
    for (const { messageId, attributes } of this.#world.deadLetterQueue.held())
      this.#judgeDeadLetter(messageId, attributes['rollcall.parkedMessageId']);
    for (const item of this.#world.table.parked.values()) this.#judgeParkedItem(item);
  }

  /** While nothing happens, only listings go out. */
  judgeQuiet(sinceMs: number): void {
    for (const { atMs, operation, memberId, appId } of this.#world.vendor.requests) {
      if (atMs < sinceMs || operation === 'list' || memberId === undefined) continue;
      if (this.#isRestless(appId, memberId)) continue;
      this.#violate('quiet once converged', `${operation} ${memberId}`);
    }
  }

  /** Without faults a request that changes nothing is one too many, but for the first of a member within an interval. */
  judgeEconomy(): void {
    const knownAtMs = new Map<string, number>();
    const { reconcileIntervalMs } = this.#world.scenario.timings;
    for (const request of this.#world.vendor.requests) {
      const { atMs, appId, conversationId, memberId, operation, changedSomething } = request;
      if (operation === 'list' || memberId === undefined || this.#isRestless(appId, memberId)) continue;
      const text = JSON.stringify([appId, conversationId, memberId]);
      const isKnown = atMs - (knownAtMs.get(text) ?? 0) < reconcileIntervalMs;
      if (isKnown && !changedSomething && this.#exists(appId, conversationId))
        this.#violate('one request per change', `${operation} ${memberId}`);
      knownAtMs.set(text, atMs);
    }
  }

  #exists(appId: string, conversationId: string): boolean {
    const { conversations } = this.#world.app(appId);
    return conversations.some(
      (conversation) => conversation.conversationId === conversationId && conversation.exists,
    );
  }

  #isSettled(messageId: string, accepted: Accepted): boolean {
    const { table, changeQueue } = this.#world;
    if (table.parked.has(messageId) && this.#deadLettered.has(messageId)) return true;
    if (this.#redriven.has(messageId)) return true;
    if (accepted.spec.flaw) return false;
    const row = table.members.get(memberText(accepted.member));
    const decides = row && this.accepted.ofRow(row);
    if (!row || !decides) return false;
    if (decides !== accepted) return isNewer(decides, accepted);
    // The same change: in flight only as long as a message for it is on the queue.
    return (
      row.state !== 'pending' ||
      changeQueue.held().some((held) => accepted.messageIds.includes(held.messageId))
    );
  }

  #memberWritten(before: MemberRow | undefined, after: MemberRow): void {
    this.#world.coverage.count('states', `${before?.state ?? 'none'} → ${after.state}`);
    if (before && after.version < before.version) this.#violate('versions never go back', after.key.memberId);
    if (!this.accepted.ofRow(after) && after.state !== 'unmanaged')
      this.#violate('only accepted changes become wishes', after.key.memberId);
    if (
      (after.state === 'pending' || after.state === 'deferred' || after.state === 'parked') &&
      !after.message
    )
      this.#violate('an unsettled wish keeps its message', `${after.key.memberId} is ${after.state}`);
  }

  #parked(item: ParkedItem): void {
    const { messageId } = item.message;
    const accepted = this.accepted.ofMessage(messageId);
    if (!accepted) {
      this.#violate('only changes are parked', messageId);
      return;
    }
    this.#world.coverage.count('parked', item.reason);
    if (!this.#isCauseOf(item.reason, accepted))
      this.#violate('parked for a cause of its own', `${messageId} for ${item.reason}: ${item.detail}`);
  }

  /** Whether the scenario gave this change a reason to be parked so. */
  #isCauseOf(reason: ParkReason, { spec, member }: Accepted): boolean {
    const app = this.#world.app(member.appId);
    const conversation = app.conversations.find(
      ({ conversationId }) => conversationId === member.conversationId,
    );
    switch (reason) {
      case 'invalid':
        return spec.flaw === 'not_json' || spec.flaw === 'missing_field' || spec.flaw === 'future';
      case 'unknown_app':
        return !app.declared;
      case 'id_kind':
      case 'too_old':
        return spec.flaw === reason;
      case 'protected':
        return spec.action === 'leave' && app.protectedMembers.includes(member.memberId);
      case 'conversation_not_found':
        return conversation?.exists === false;
      case 'user_not_found':
        return this.#isUserUnknown(app, member.memberId);
      case 'conversation_full':
        return conversation?.capacity !== undefined;
      case 'rejected':
        return app.rejectedMembers.includes(member.memberId);
      case 'unreachable':
        return app.failingMembers.includes(member.memberId);
      case 'crashes':
        return app.poisonousMembers.includes(member.memberId);
      default:
        return reason satisfies never;
    }
  }

  #isUserUnknown({ unknownUsers }: AppSpec, memberId: string): boolean {
    return unknownUsers[memberId] !== undefined;
  }

  #judgeEnd(accepted: Accepted): void {
    const { table } = this.#world;
    const ends: string[] = [];
    const last = accepted.messageIds.at(-1) ?? '';
    if (table.parked.has(last)) ends.push('parked');
    const row = accepted.spec.flaw ? undefined : table.members.get(memberText(accepted.member));
    const decides = row && this.accepted.ofRow(row);
    if (decides && decides !== accepted && isNewer(decides, accepted) && ends.length === 0)
      ends.push('superseded');
    if (row && decides === accepted) {
      if (row.state === 'applied') ends.push('applied');
      else if (row.state === 'unmanaged') ends.push('unmanaged');
      else if (row.state === 'deferred' && this.#mayStayDeferred(accepted)) ends.push('deferred');
      else if (row.state !== 'parked') ends.push(`left ${row.state}`);
      else if (ends.length === 0) ends.push('parked in the row only');
    }
    this.#world.coverage.count('ends', ends.join(' and ') || 'nothing');
    if (this.#isNativelyDeadLettered(accepted)) return;
    if (ends.length !== 1 || ends[0]?.includes(' '))
      this.#violate(
        'exactly one end',
        `${last} of ${accepted.spec.memberId}: ${ends.join(' and ') || 'nothing'}`,
      );
    const told = accepted.messageIds.map((messageId) => this.#lastOutcome.get(messageId));
    if (
      ends[0] !== 'deferred' &&
      !this.#world.hasLostEvents &&
      !told.every((outcome) => outcome !== undefined && ENDS.has(outcome))
    )
      this.#violate('every end is told', `${last} was told as ${told.join(', ')}`);
  }

  /** A poisonous message that no worker could park itself. */
  #isNativelyDeadLettered({ messageIds, member }: Accepted): boolean {
    const isPoison = this.#world.app(member.appId).poisonousMembers.includes(member.memberId);
    return (
      isPoison && this.#world.deadLetterQueue.held().some(({ messageId }) => messageIds.includes(messageId))
    );
  }

  /** What always fails is parked only where others of its app succeed, and then there may be none. */
  #mayStayDeferred({ member }: Accepted): boolean {
    const { failingMembers, conversations } = this.#world.app(member.appId);
    return (
      failingMembers.includes(member.memberId) ||
      // A full conversation of an app that a failing member takes for out again and again.
      (failingMembers.length > 0 && conversations.some(({ capacity }) => capacity !== undefined))
    );
  }

  #judgeMembership({ member, spec, messageIds }: Accepted): void {
    const { table, vendor } = this.#world;
    // Parked: nobody has decided yet.
    if (messageIds.some((messageId) => table.parked.has(messageId))) return;
    const row = table.members.get(memberText(member));
    const app = this.#world.app(member.appId);
    if (!app.declared || row?.state === 'parked' || row?.state === 'unmanaged') return;
    const conversation = app.conversations.find(
      ({ conversationId }) => conversationId === member.conversationId,
    );
    if (!conversation?.exists) return;
    // What can never be done stays undone, however often it is tried.
    if (this.#isRestless(member.appId, member.memberId)) return;
    if (vendor.isPresent(member) === (spec.action === 'join')) return;
    const why = this.#explained.get(memberText(member));
    if (why === 'policy' || why === 'protected' || this.#isHeld(member)) return;
    this.#violate(
      'the newest change decides',
      `${member.memberId} should have ended with ${spec.id} (${spec.action})`,
    );
  }

  #isHeld(member: MemberKey): boolean {
    const held = this.#world.table.conversations.get(conversationText(member))?.held;
    return held?.removals.some(({ memberId }) => memberId === member.memberId) ?? false;
  }

  #judgeDeadLetter(messageId: string, parkedMessageId: string | undefined): void {
    const accepted = this.accepted.ofMessage(parkedMessageId ?? messageId);
    if (parkedMessageId !== undefined && this.#world.table.parked.has(parkedMessageId)) return;
    if (parkedMessageId !== undefined && this.#redriven.has(parkedMessageId)) return;
    if (
      accepted &&
      this.#world.app(accepted.member.appId).poisonousMembers.includes(accepted.member.memberId)
    )
      return;
    this.#violate('what is parked is explained', `${messageId} is on the dead-letter queue without an item`);
  }

  #judgeParkedItem({ message: { messageId } }: ParkedItem): void {
    const isThere = this.#world.deadLetterQueue
      .held()
      .some(({ attributes }) => attributes['rollcall.parkedMessageId'] === messageId);
    if (!isThere)
      this.#violate('a parked item has its message', `${messageId} is not on the dead-letter queue`);
  }

  /** Members whose calls can never succeed, so that they are tried again and again. */
  #isRestless(appId: string, memberId: string): boolean {
    const { failingMembers, poisonousMembers, unknownUsers, rejectedMembers, conversations } =
      this.#world.app(appId);
    const lists = [failingMembers, poisonousMembers, rejectedMembers, Object.keys(unknownUsers)];
    return (
      lists.some((list) => list.includes(memberId)) ||
      conversations.some(({ capacity }) => capacity !== undefined)
    );
  }

  #violate(rule: string, detail: string): void {
    const { scheduler, trace } = this.#world;
    trace.add(scheduler.nowMs, 'ORACLE', `${rule}: ${detail}`);
    this.violations.push({ rule, detail, atMs: scheduler.nowMs });
  }
}

/** Requests that fail, wholly or in part, are no bugs; anything else that a workflow reports is one of its own. */
function isWireFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'WireError' || error.message.endsWith('were not taken by the change queue');
}

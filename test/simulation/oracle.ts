import type { Change } from '../../functions/core/change.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { AcceptedChanges } from './accepted-changes.ts';
import { CorrectionWatch } from './correction-watch.ts';
import { EndWatch } from './end-watch.ts';
import { EventWatch } from './event-watch.ts';
import type { FunctionProcess } from './function-process.ts';
import { IsolationWatch } from './isolation-watch.ts';
import { MembershipJudge } from './membership-judge.ts';
import { PassWatch } from './pass-watch.ts';
import { PrivacyWatch } from './privacy-watch.ts';
import { RemovalWatch } from './removal-watch.ts';
import { RequestWatch } from './request-watch.ts';
import type { ChangeSpec } from './scenario.ts';
import { Violations } from './violations.ts';
import { START_MS, type World } from './world.ts';

/**
 * Knows what was promised, not how it is kept: watches every write, acknowledgement, call and event, and looks at the
 * whole once faults have stopped. Each promise has a watch of its own.
 */
export class Oracle {
  readonly accepted: AcceptedChanges;
  readonly violations: Violations;
  readonly ends: EndWatch;
  readonly removals: RemovalWatch;
  readonly corrections: CorrectionWatch;
  readonly passes: PassWatch;
  readonly requests: RequestWatch;
  readonly isolation: IsolationWatch;
  readonly events: EventWatch;
  readonly privacy: PrivacyWatch;
  readonly #membership: MembershipJudge;
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
    this.accepted = new AcceptedChanges(world.vendor.conversations.users);
    this.violations = new Violations(world);
    const { accepted, violations } = this;
    this.ends = new EndWatch(world, accepted, violations);
    this.removals = new RemovalWatch(world, accepted, violations);
    this.corrections = new CorrectionWatch(world, accepted, this.removals, violations);
    this.passes = new PassWatch(world, violations);
    this.requests = new RequestWatch(world, violations);
    this.isolation = new IsolationWatch(world, accepted, violations);
    this.events = new EventWatch(world, accepted, violations);
    this.privacy = new PrivacyWatch(world.scenario, violations);
    this.#membership = new MembershipJudge(world, accepted, this.removals, this.passes, violations);
    this.#watchTable();
  }

  emitted(event: RollcallEvent, process: FunctionProcess): void {
    const { coverage } = this.#world;
    coverage.count('events', event.name);
    const text = JSON.stringify(event, (_, value: unknown) =>
      value instanceof Error ? value.message : value,
    );
    process.trace(`tells ${text}`);
    this.privacy.emitted(event, text);
    if (event.name === 'change') {
      coverage.count('outcomes', event.reason ? `${event.outcome}: ${event.reason}` : event.outcome);
      this.ends.told(event.messageId, event.outcome);
      this.#membership.told(event.messageId, event.outcome);
    }
    if (event.name === 'correction') {
      coverage.count('corrections', `${event.cause} ${event.outcome}: ${event.reason}`);
      if (event.outcome !== 'applied') this.removals.failed(event.member);
    }
    if (event.name === 'vendor_call') this.requests.answered(process, event);
    if (event.name === 'vendor_event') {
      coverage.count('webhooks', `${event.kind} ${event.reason ?? event.outcome}`);
      this.events.told(event, process);
    }
    if (event.name === 'pass') this.passes.told(event, process);
    if (event.name === 'fault' && !isWireFault(event.error))
      this.violations.add('no bug throws', `${event.where}: ${String(event.error)}`);
  }

  /** The worker put a change on the queue: it must end like any other. */
  sentByWorker(
    { id, action, member, occurredAtMs }: Change,
    messageId: string,
    sequenceNumber: string,
  ): void {
    const { appId, conversationId, memberId } = member;
    const sentAtMs = this.#world.scheduler.nowMs - START_MS;
    const app = this.#world.app(appId);
    const spec: ChangeSpec = {
      id,
      sentAtMs,
      appId,
      conversationId,
      memberId,
      action,
      occurredAtMs: occurredAtMs - START_MS,
      group: 'member',
      deduplicationId: id,
    };
    this.accepted.add(spec, app, messageId, this.#world.scheduler.nowMs, sequenceNumber, START_MS);
    const goneAtMs = this.#world.vendor.conversations.users.goneAtMs(appId, memberId) ?? 0;
    if (occurredAtMs > goneAtMs)
      this.violations.add('a removal counts from when it happened', `${action} ${memberId}`);
  }

  /** After healing: everything that was promised must be so. */
  judge(calmFromMs: number): void {
    this.ends.judge();
    this.#membership.judge();
    this.removals.judge(calmFromMs);
  }

  /** After a while in which nobody did anything. */
  judgeQuiet(sinceMs: number): void {
    this.requests.judgeQuiet(sinceMs);
    this.requests.judgeBudget();
    this.passes.judge(sinceMs);
  }

  #watchTable(): void {
    const { table, coverage } = this.#world;
    table.onMemberWritten = (before, after) => {
      coverage.count('states', `${before?.state ?? 'none'} → ${after.state}`);
      if (before && after.version < before.version)
        this.violations.add('versions never go back', after.key.memberId);
      this.ends.memberWritten(after);
      this.privacy.memberWritten(after);
      this.passes.memberWritten(before, after);
      this.events.memberWritten(before, after);
      this.corrections.memberWritten(before, after);
    };
    table.onConversationWritten = (before, after) => this.removals.conversationWritten(before, after);
    table.onParked = (item) => {
      this.ends.parked(item);
      this.privacy.parked(item);
    };
    table.onSettled = (messageId, parkedAtMs, as) => this.ends.settled(messageId, parkedAtMs, as);
  }
}

/** Requests that fail, wholly or in part, are no bugs; anything else that a workflow reports is one of its own. */
function isWireFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error.name === 'WireError' || error.message.endsWith('were not taken by the change queue');
}

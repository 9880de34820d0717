import type { AppRow } from '../../functions/core/app.ts';
import { type MemberKey, memberGroupId } from '../../functions/core/member-key.ts';
import { ATTRIBUTE, type QueueMessage } from '../../functions/core/message.ts';
import { ApplyChanges } from '../../functions/workflows/apply-changes.ts';
import { planReconciles } from '../../functions/workflows/plan-reconciles.ts';
import { ReconcileConversations } from '../../functions/workflows/reconcile-conversations.ts';
import type { DeploymentSettings } from '../../functions/workflows/settings.ts';
import { Coverage } from './coverage.ts';
import { EventSource, type Handler } from './event-source.ts';
import { type CallFault, FaultPlan } from './fault-plan.ts';
import { FifoQueue } from './fifo-queue.ts';
import { FunctionProcess, type Wire } from './function-process.ts';
import { messageBody } from './message-body.ts';
import { Oracle } from './oracle.ts';
import { Random } from './random.ts';
import { RosterTable } from './roster-table.ts';
import type { AppSpec, ChangeSpec, Fault, Scenario } from './scenario.ts';
import { Scheduler } from './scheduler.ts';
import { type StandardMessage, StandardQueue } from './standard-queue.ts';
import { Trace } from './trace.ts';
import { VendorModel } from './vendor-model.ts';
import {
  changeQueuePort,
  correctionSender,
  reconcileQueuePort,
  rosterPort,
  secretsPort,
  telemetryPort,
  vendorPort,
} from './wired-ports.ts';

export const START_MS = Date.UTC(2026, 0, 5, 9);

const CONSUMER_TIMEOUT_MS = 30_000;
const RECONCILER_TIMEOUT_MS = 60_000;
const PLANNER_TIMEOUT_MS = 30_000;
const SCHEDULE_MS = 60_000;
const BACKSTOP_RECEIVES = 200;
const RECONCILERS = 2;
const RECONCILER_SHARE = 0.2;

export interface WorldOptions {
  readonly keepTrace?: boolean;
  /** Decides at each call of a port whether something befalls it; comes before the scenario's own faults. */
  readonly onCall?: (process: FunctionProcess, wire: Wire<unknown>) => CallFault | undefined;
}

/** Everything there is in one run: the functions' real workflows among models of what surrounds them. */
export class World {
  readonly scenario: Scenario;
  readonly random: Random;
  readonly scheduler: Scheduler;
  readonly trace: Trace;
  readonly coverage = new Coverage();
  readonly faults: FaultPlan;
  readonly table: RosterTable;
  readonly changeQueue: FifoQueue;
  readonly deadLetterQueue: FifoQueue;
  readonly reconcileQueue: StandardQueue;
  readonly vendor: VendorModel;
  /** Each app's current secret. */
  readonly secrets = new Map<string, string>();
  readonly oracle: Oracle;
  readonly onCall: WorldOptions['onCall'];
  readonly consumer: EventSource<QueueMessage>;
  readonly #reconciler: EventSource<StandardMessage>;
  readonly #apps: ReadonlyMap<string, AppSpec>;
  readonly #currentKeys = new Map<string, number>();
  #planners = 0;
  #keys = 0;

  constructor(scenario: Scenario, options: WorldOptions = {}) {
    this.scenario = scenario;
    this.random = new Random(scenario.seed).fork('world');
    this.scheduler = new Scheduler(START_MS, this.random.fork('scheduler'));
    this.trace = new Trace(options.keepTrace ?? false, START_MS);
    this.onCall = options.onCall;
    this.faults = new FaultPlan(scenario, START_MS, this.coverage);
    this.table = new RosterTable(this.scheduler);
    this.#apps = new Map(scenario.apps.map((app) => [app.appId, app]));
    const queueRandom = this.random.fork('queues');
    this.deadLetterQueue = new FifoQueue(
      { name: 'parked', visibilityMs: 30_000 },
      this.scheduler,
      queueRandom,
    );
    const redrive = { maxReceiveCount: BACKSTOP_RECEIVES, deadLetterQueue: this.deadLetterQueue };
    const visibilityMs = 6 * CONSUMER_TIMEOUT_MS;
    this.changeQueue = new FifoQueue({ name: 'change', visibilityMs, redrive }, this.scheduler, queueRandom);
    this.reconcileQueue = new StandardQueue(6 * RECONCILER_TIMEOUT_MS, 5, this.scheduler, queueRandom);
    this.vendor = new VendorModel(this, scenario.apps);
    this.oracle = new Oracle(this);
    this.consumer = this.#connectConsumer();
    this.#reconciler = this.#connectReconciler();
    for (const app of scenario.apps) this.#deploy(app);
  }

  get elapsedMs(): number {
    return this.scheduler.nowMs - START_MS;
  }

  /** Whether a process may have died between what it did and telling of it. */
  get hasLostEvents(): boolean {
    return this.faults.struck > 0 || this.onCall !== undefined || this.hasPoison;
  }

  get isIdle(): boolean {
    return this.consumer.isIdle && this.#reconciler.isIdle;
  }

  app(appId: string): AppSpec {
    const app = this.#apps.get(appId);
    if (!app) throw new Error(`the scenario has no app ${appId}`);
    return app;
  }

  isPoisonous({ appId, memberId }: MemberKey): boolean {
    return this.app(appId).poisonousMembers.includes(memberId);
  }

  /** Puts the scenario's changes, faults and operators on the calendar. */
  schedule(): void {
    for (const change of this.scenario.changes) this.#at(change.sentAtMs, () => this.#send(change));
    for (const fault of this.scenario.faults) this.#scheduleFault(fault);
    for (const atMs of this.scenario.redrivesAtMs) this.#at(atMs, () => this.#redrive());
    this.#at(SCHEDULE_MS, () => this.#tick(1));
  }

  #at(ms: number, run: () => void): void {
    this.scheduler.at(START_MS + ms, run);
  }

  #deploy({ appId, declared, idKind, policy, protectedMembers, requestsPerSecond }: AppSpec): void {
    this.#newKey(appId);
    this.secrets.set(appId, this.#secretText(appId));
    if (!declared) return;
    const host = 'https://api.smooch.io';
    const row: AppRow = { appId, idKind, host, policy, protectedMembers, requestsPerSecond, reconcile: true };
    this.table.apps.set(appId, row);
  }

  #newKey(appId: string): void {
    this.#keys += 1;
    this.#currentKeys.set(appId, this.#keys);
    this.vendor.setKey(appId, this.#key(appId));
  }

  #key(appId: string): string {
    return `SECRET-${appId}-${this.#keys}`;
  }

  #secretText(appId: string): string {
    return JSON.stringify({ keyId: `key-of-${appId}`, secret: this.#key(appId) });
  }

  #settings(share: number): DeploymentSettings {
    return { timings: this.scenario.timings, budgetShare: share, extraHosts: [], policy: 'managed' };
  }

  #connectConsumer(): EventSource<QueueMessage> {
    const { consumers } = this.scenario;
    const settings = this.#settings((1 - RECONCILER_SHARE) / consumers);
    return new EventSource<QueueMessage>(this, {
      functionName: 'apply-changes',
      queue: this.changeQueue,
      batchSize: 10,
      concurrency: consumers,
      timeoutMs: CONSUMER_TIMEOUT_MS,
      start: (process): Handler<QueueMessage> => {
        const workflow = new ApplyChanges(
          {
            roster: rosterPort(process, this),
            queue: changeQueuePort(process, this),
            vendor: vendorPort(process, this),
            secrets: secretsPort(process, this),
            telemetry: telemetryPort(process, this),
            clock: process.clock,
          },
          settings,
        );
        return async (batch, deadline) =>
          [...(await workflow.apply(batch, deadline)).keys()].map(({ messageId }) => messageId);
      },
      onDeleted: (message) => this.oracle.acknowledged(message),
    });
  }

  #connectReconciler(): EventSource<StandardMessage> {
    const settings = this.#settings(RECONCILER_SHARE / RECONCILERS);
    return new EventSource<StandardMessage>(this, {
      functionName: 'reconcile-conversation',
      queue: this.reconcileQueue,
      batchSize: 10,
      concurrency: RECONCILERS,
      timeoutMs: RECONCILER_TIMEOUT_MS,
      start: (process): Handler<StandardMessage> => {
        const workflow = new ReconcileConversations(
          {
            roster: rosterPort(process, this),
            corrections: correctionSender(process, this),
            vendor: vendorPort(process, this),
            secrets: secretsPort(process, this),
            telemetry: telemetryPort(process, this),
            clock: process.clock,
          },
          settings,
        );
        return async (batch, deadline) =>
          (await workflow.reconcileAll(batch, deadline)).map(({ messageId }) => messageId);
      },
    });
  }

  /** The schedule fires. An empty run costs time and shows nothing, so most of those are left out. */
  #tick(count: number): void {
    const isWorthwhile = count % 30 === 0 || this.table.isAnythingDue(this.scheduler.nowMs);
    if (isWorthwhile) this.#plan();
    this.scheduler.after(SCHEDULE_MS, () => this.#tick(count + 1));
  }

  #plan(): void {
    this.#planners += 1;
    const process = new FunctionProcess(this, 'plan-reconciles', `plan-${this.#planners}`);
    const endsAtMs = this.scheduler.nowMs + PLANNER_TIMEOUT_MS;
    const ports = {
      conversations: rosterPort(process, this),
      queue: reconcileQueuePort(process, this),
      telemetry: telemetryPort(process, this),
      clock: process.clock,
    };
    const deadline = { remainingMs: () => endsAtMs - this.scheduler.nowMs };
    planReconciles(ports, this.scenario.timings, deadline).catch((error: unknown) =>
      process.trace(`throws ${String(error)}`),
    );
  }

  #send(change: ChangeSpec): void {
    const app = this.app(change.appId);
    const { appId, conversationId, memberId, deduplicationId } = change;
    const key = { appId, conversationId, memberId, idKind: app.idKind };
    const groupId = change.group === 'member' ? memberGroupId(key) : conversationId;
    const body = messageBody(change, app, START_MS);
    const sent = this.changeQueue.send({ body, groupId, deduplicationId, attributes: {} });
    this.trace.add(
      this.scheduler.nowMs,
      'producer',
      `${change.action} ${memberId} ${change.id} is ${sent.messageId}`,
    );
    if (sent.isNew)
      this.oracle.accepted.add(
        change,
        app,
        sent.messageId,
        this.scheduler.nowMs,
        sent.sequenceNumber,
        START_MS,
      );
  }

  #scheduleFault(fault: Fault): void {
    switch (fault.kind) {
      case 'rotation':
        this.#scheduleRotation(fault);
        return;
      case 'redelivery':
        this.#at(fault.fromMs, () => this.changeQueue.redeliverOne() && this.faults.count(fault));
        return;
      case 'schedule_twice':
        this.#at(fault.fromMs, () => {
          this.faults.count(fault);
          this.#plan();
          this.#plan();
        });
        return;
      case 'behind_our_back':
        this.#at(fault.fromMs, () => {
          this.faults.count(fault);
          this.vendor.changeBehindOurBack(fault, fault.memberId, fault.action);
        });
        return;
      default:
        return;
    }
  }

  #scheduleRotation(fault: Extract<Fault, { kind: 'rotation' }>): void {
    const { appId, fromMs, forMs } = fault;
    this.#at(fromMs, () => {
      this.faults.count(fault);
      this.#newKey(appId);
      const text = this.#secretText(appId);
      const key = this.#keys;
      this.scheduler.after(forMs, () => {
        if (key === this.#currentKeys.get(appId)) this.secrets.set(appId, text);
      });
    });
  }

  /** An operator sends everything parked again: send first, then delete. */
  #redrive(): void {
    for (const message of this.deadLetterQueue.removeAll()) {
      const parkedMessageId = message.attributes[ATTRIBUTE.parkedMessageId] ?? message.messageId;
      const attributes = { ...message.attributes, [ATTRIBUTE.parkedMessageId]: parkedMessageId };
      const { body, groupId } = message;
      const sent = this.changeQueue.send({ body, groupId, deduplicationId: parkedMessageId, attributes });
      this.oracle.redriven(parkedMessageId, sent.messageId);
      this.table.parked.delete(parkedMessageId);
      this.trace.add(this.scheduler.nowMs, 'operator', `redrives ${parkedMessageId} as ${sent.messageId}`);
    }
  }

  get hasPoison(): boolean {
    return this.scenario.apps.some(({ poisonousMembers }) => poisonousMembers.length > 0);
  }
}

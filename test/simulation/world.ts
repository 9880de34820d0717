import type { AppRow } from '../../functions/core/app.ts';
import type { MemberKey } from '../../functions/core/member-key.ts';
import { AppKeys } from './app-keys.ts';
import { putOnCalendar } from './calendar.ts';
import { Coverage } from './coverage.ts';
import {
  CONSUMER_TIMEOUT_MS,
  connectConsumer,
  connectReconciler,
  Planner,
  RECONCILER_TIMEOUT_MS,
} from './deployment.ts';
import { type CallFault, FaultPlan } from './fault-plan.ts';
import { FifoQueue } from './fifo-queue.ts';
import type { FunctionProcess, Wire } from './function-process.ts';
import { Operators } from './operators.ts';
import { Oracle } from './oracle.ts';
import { Random } from './random.ts';
import { RosterTable } from './roster-table.ts';
import type { AppSpec, ConversationSpec, Scenario } from './scenario.ts';
import { Scheduler } from './scheduler.ts';
import { StandardQueue } from './standard-queue.ts';
import { Trace } from './trace.ts';
import { VendorModel } from './vendor-model.ts';
import { Webhooks } from './webhooks.ts';

export const START_MS = Date.UTC(2026, 0, 5, 9);

const BACKSTOP_RECEIVES = 200;

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
  readonly webhooks: Webhooks;
  readonly vendor: VendorModel;
  readonly keys: AppKeys;
  readonly oracle: Oracle;
  readonly operators: Operators;
  readonly planner: Planner;
  readonly onCall: WorldOptions['onCall'];
  /** Whether a process may have died between what it did and telling of it, or never heard what it did. */
  hasLostEvents = false;
  readonly #apps: ReadonlyMap<string, AppSpec>;

  constructor(scenario: Scenario, options: WorldOptions = {}) {
    this.scenario = scenario;
    this.random = new Random(scenario.seed).fork('world');
    this.scheduler = new Scheduler(START_MS, this.random.fork('scheduler'));
    this.trace = new Trace(options.keepTrace ?? false, START_MS);
    this.onCall = options.onCall;
    this.faults = new FaultPlan(scenario, START_MS, this.coverage);
    this.table = new RosterTable(this.scheduler);
    this.#apps = new Map(scenario.apps.map((app) => [app.appId, app]));
    const random = this.random.fork('queues');
    this.deadLetterQueue = new FifoQueue({ name: 'parked', visibilityMs: 30_000 }, this.scheduler, random);
    const redrive = { maxReceiveCount: BACKSTOP_RECEIVES, deadLetterQueue: this.deadLetterQueue };
    const visibilityMs = 6 * CONSUMER_TIMEOUT_MS;
    this.changeQueue = new FifoQueue({ name: 'change', visibilityMs, redrive }, this.scheduler, random);
    this.reconcileQueue = new StandardQueue(6 * RECONCILER_TIMEOUT_MS, 5, this.scheduler, random);
    this.webhooks = new Webhooks(this);
    this.vendor = new VendorModel(this, scenario.apps);
    this.keys = new AppKeys(this.vendor);
    this.operators = new Operators(this);
    this.planner = new Planner(this);
    this.oracle = new Oracle(this);
    connectConsumer(this);
    connectReconciler(this);
    for (const app of scenario.apps) this.#declare(app);
  }

  get elapsedMs(): number {
    return this.scheduler.nowMs - START_MS;
  }

  get hasPoison(): boolean {
    return this.scenario.apps.some(({ poisonousMembers }) => poisonousMembers.length > 0);
  }

  app(appId: string): AppSpec {
    const app = this.#apps.get(appId);
    if (!app) throw new Error(`the scenario has no app ${appId}`);
    return app;
  }

  isPoisonous({ appId, memberId }: MemberKey): boolean {
    return this.app(appId).poisonousMembers.includes(memberId);
  }

  /** From here on time may run. */
  start(): void {
    putOnCalendar(this);
    this.planner.start();
  }

  #declare(app: AppSpec): void {
    const { appId, declared, idKind, policy, protectedMembers, requestsPerSecond } = app;
    this.keys.rotate(appId)();
    if (!declared) return;
    const host = 'https://api.smooch.io';
    const row: AppRow = { appId, idKind, host, policy, protectedMembers, requestsPerSecond, reconcile: true };
    this.table.apps.set(appId, row);
    for (const conversation of app.conversations) this.#manage(appId, conversation);
  }

  /** A conversation with a policy of its own is known before its first change. */
  #manage(appId: string, { conversationId, policy }: ConversationSpec): void {
    if (!policy) return;
    const key = { appId, conversationId };
    this.table.createConversation(key, START_MS);
    this.table.patchConversation(key, { policy });
  }
}

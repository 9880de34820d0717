import type { QueueMessage } from '../../functions/core/message.ts';
import { ApplyChanges } from '../../functions/workflows/apply-changes.ts';
import { planReconciles } from '../../functions/workflows/plan-reconciles.ts';
import { ReconcileConversations } from '../../functions/workflows/reconcile-conversations.ts';
import type { DeploymentSettings } from '../../functions/workflows/settings.ts';
import { sweepSettled } from '../../functions/workflows/sweep-parked.ts';
import { appsPort } from './apps-port.ts';
import { EventSource, type Handler } from './event-source.ts';
import { FunctionProcess } from './function-process.ts';
import { deadLetterQueuePort, outcomeEventsPort, parkedPort } from './parked-ports.ts';
import type { StandardMessage } from './standard-queue.ts';
import { vendorPort } from './vendor-port.ts';
import {
  changeQueuePort,
  changeSender,
  correctionSender,
  reconcileQueuePort,
  rosterPort,
  secretsPort,
  telemetryPort,
} from './wired-ports.ts';
import type { World } from './world.ts';

export const CONSUMER_TIMEOUT_MS = 30_000;
export const RECONCILER_TIMEOUT_MS = 60_000;
export const RECONCILERS = 2;
const PLANNER_TIMEOUT_MS = 30_000;
const SCHEDULE_MS = 60_000;
const RECONCILER_SHARE = 0.2;

function settings({ scenario }: World, share: number): DeploymentSettings {
  return { timings: scenario.timings, budgetShare: share, extraHosts: [], policy: 'managed' };
}

/** apply-changes behind the change queue. */
export function connectConsumer(world: World): EventSource<QueueMessage> {
  const { consumers } = world.scenario;
  const own = settings(world, (1 - RECONCILER_SHARE) / consumers);
  return new EventSource<QueueMessage>(world, {
    functionName: 'apply-changes',
    queue: world.changeQueue,
    batchSize: 10,
    concurrency: consumers,
    timeoutMs: CONSUMER_TIMEOUT_MS,
    start: (process): Handler<QueueMessage> => {
      const ports = {
        roster: rosterPort(process, world),
        queue: changeQueuePort(process, world),
        events: outcomeEventsPort(process, world),
        vendor: vendorPort(process, world),
        secrets: secretsPort(process, world),
        telemetry: telemetryPort(process, world),
        clock: process.clock,
      };
      const workflow = new ApplyChanges(ports, own);
      return async (batch, deadline) =>
        [...(await workflow.apply(batch, deadline)).keys()].map(({ messageId }) => messageId);
    },
    onStarted: () => world.oracle.requests.processStarted(),
    onDeleted: (message) => world.oracle.ends.acknowledged(message),
    onReported: (process, messages) => world.oracle.ends.reported(process, messages),
  });
}

/** reconcile-conversation behind the reconcile queue. */
export function connectReconciler(world: World): EventSource<StandardMessage> {
  const own = settings(world, RECONCILER_SHARE / RECONCILERS);
  return new EventSource<StandardMessage>(world, {
    functionName: 'reconcile-conversation',
    queue: world.reconcileQueue,
    batchSize: 10,
    concurrency: RECONCILERS,
    timeoutMs: RECONCILER_TIMEOUT_MS,
    start: (process): Handler<StandardMessage> => {
      const ports = {
        roster: rosterPort(process, world),
        apps: appsPort(process, world),
        corrections: correctionSender(process, world),
        events: outcomeEventsPort(process, world),
        changes: changeSender(process, world),
        vendor: vendorPort(process, world),
        secrets: secretsPort(process, world),
        telemetry: telemetryPort(process, world),
        clock: process.clock,
      };
      const workflow = new ReconcileConversations(ports, own);
      return async (batch, deadline) =>
        (await workflow.reconcileAll(batch, deadline)).map(({ messageId }) => messageId);
    },
    onStarted: () => world.oracle.requests.processStarted(),
    onDeleted: (message) => world.oracle.events.acknowledged(message),
  });
}

/** plan-reconciles and its schedule. */
export class Planner {
  readonly #world: World;
  #started = 0;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    this.#world.scheduler.after(SCHEDULE_MS, () => this.#tick(1));
  }

  /** One run of the planner, whatever becomes of it. */
  plan(): void {
    const world = this.#world;
    this.#started += 1;
    const process = new FunctionProcess(world, 'plan-reconciles', `plan-${this.#started}`);
    const endsAtMs = world.scheduler.nowMs + PLANNER_TIMEOUT_MS;
    const ports = {
      conversations: rosterPort(process, world),
      queue: reconcileQueuePort(process, world),
      telemetry: telemetryPort(process, world),
      clock: process.clock,
    };
    const deadline = { remainingMs: () => endsAtMs - world.scheduler.nowMs };
    const parked = {
      copies: parkedPort(process, world),
      deadLetters: deadLetterQueuePort(process, world),
      roster: ports.conversations,
      clock: process.clock,
    };
    planReconciles(ports, world.scenario.timings, deadline)
      .then(() => sweepSettled(parked, deadline))
      .catch((error: unknown) => process.trace(`throws ${String(error)}`));
  }

  /** The schedule fires. An empty run costs time and shows nothing, so most of those are left out. */
  #tick(count: number): void {
    const { table, scheduler } = this.#world;
    if (count % 30 === 0 || table.isAnythingDue(scheduler.nowMs)) this.plan();
    scheduler.after(SCHEDULE_MS, () => this.#tick(count + 1));
  }
}

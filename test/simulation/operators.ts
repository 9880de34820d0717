import type { HeldPlan } from '../../functions/core/conversation.ts';
import type { Correction } from '../../functions/core/correction.ts';
import { type ConversationKey, conversationText } from '../../functions/core/member-key.ts';
import { approveRemovals } from '../../functions/workflows/approve-removals.ts';
import { discard, listParked, redrive } from '../../functions/workflows/parked-changes.ts';
import { settleAll } from '../../functions/workflows/settle-parked.ts';
import { FunctionProcess } from './function-process.ts';
import { outcomeEventsPort, parkedPort, redriveQueuePort } from './parked-ports.ts';
import type { OperatorAct } from './scenario.ts';
import { rosterPort } from './wired-ports.ts';
import type { World } from './world.ts';

type SwitchOff = Extract<OperatorAct, { kind: 'switch_off' }>;

/** Whose command ended early starts it again after so long. */
const AGAIN_MS = 60_000;

/** What people do by hand: at once, but for their commands, which are processes like any other. */
export class Operators {
  readonly #world: World;
  /** Those who wait for the reconciler to send something, and switch it off then. */
  readonly #alert = new Set<SwitchOff>();
  #started = 0;

  constructor(world: World) {
    this.#world = world;
  }

  act(act: OperatorAct): void {
    switch (act.kind) {
      case 'redrive':
      case 'discard':
        void this.#settle(act.kind);
        return;
      case 'approve':
        this.#look(act.actsAfterMs);
        return;
      case 'switch_off':
        if (act.when === 'at_once') this.#switchOff(act);
        else this.#alert.add(act);
        return;
      default:
        act satisfies never;
    }
  }

  correctionsSent(corrections: readonly Correction[]): void {
    for (const act of this.#alert) {
      if (!corrections.some(({ member }) => member.appId === act.appId)) continue;
      this.#alert.delete(act);
      if (this.#world.elapsedMs < this.#world.scenario.calmFromMs) this.#switchOff(act);
    }
  }

  /** Settles everything that is parked now, as the command does; whose command dies or fails runs it again. */
  async #settle(as: 'redrive' | 'discard'): Promise<void> {
    const world = this.#world;
    this.#started += 1;
    const process = new FunctionProcess(world, 'operator', `operator-${this.#started}`);
    const again = () => world.scheduler.after(AGAIN_MS, () => void this.#settle(as));
    process.onDeath = again;
    const ports = {
      parked: parkedPort(process, world),
      roster: rosterPort(process, world),
      queue: redriveQueuePort(process, world),
      events: outcomeEventsPort(process, world),
      clock: process.clock,
    };
    try {
      const messageIds: string[] = [];
      for await (const page of listParked({ untilMs: world.scheduler.nowMs }, ports.parked))
        messageIds.push(...page.map(({ messageId }) => messageId));
      const act = as === 'redrive' ? redrive : discard;
      const signal = new AbortController().signal;
      const run = await settleAll(
        messageIds,
        (messageId) => act(messageId, ports),
        signal,
        () => {},
      );
      world.coverage.count('reconcile', `operator: ${as}${run.failure ? ' failed' : ''}`);
      if (run.failure) again();
    } catch (error) {
      process.trace(`throws ${String(error)}`);
      again();
    }
  }

  /** Notes everything that is held and not approved, and approves it later as it was seen. */
  #look(actsAfterMs: number): void {
    for (const { key, held } of this.#world.table.conversations.values()) {
      if (held && held.approvedUntilMs === undefined)
        this.#world.scheduler.after(actsAfterMs, () => void this.#approve(key, held));
    }
  }

  /** What it covers is what was seen, whatever is held by now. */
  async #approve(key: ConversationKey, { hash, removals }: HeldPlan): Promise<void> {
    const { table, scheduler, oracle, coverage } = this.#world;
    const approval = await approveRemovals(key, hash, {
      roster: {
        conversation: async () => table.conversations.get(conversationText(key)),
        approveHeld: async (of, heldHash, times) => table.approveHeld(of, heldHash, times),
      },
      clock: { nowMs: () => scheduler.nowMs },
    });
    coverage.count('reconcile', `operator: ${approval.kind}`);
    this.#trace(`approves ${hash} of ${key.conversationId}: ${approval.kind}`);
    if (approval.kind === 'approved') oracle.removals.approved(key, removals, approval.untilMs);
  }

  #switchOff({ appId, forMs }: SwitchOff): void {
    this.#world.coverage.count('reconcile', 'operator: switched off');
    this.#set(appId, false);
    this.#world.scheduler.after(forMs, () => this.#set(appId, true));
  }

  #set(appId: string, reconcile: boolean): void {
    const { table, oracle } = this.#world;
    const app = table.apps.get(appId);
    if (!app || app.reconcile === reconcile) return;
    table.apps.set(appId, { ...app, reconcile });
    oracle.corrections.switched(appId, reconcile);
    this.#trace(`switches ${appId} ${reconcile ? 'on' : 'off'}`);
  }

  #trace(what: string): void {
    this.#world.trace.add(this.#world.scheduler.nowMs, 'operator', what);
  }
}

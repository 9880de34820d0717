import type { Correction } from '../../functions/core/correction.ts';
import { type ConversationKey, conversationText } from '../../functions/core/member-key.ts';
import { ATTRIBUTE } from '../../functions/core/message.ts';
import { approveRemovals } from '../../functions/workflows/approve-removals.ts';
import type { OperatorAct } from './scenario.ts';
import type { World } from './world.ts';

type SwitchOff = Extract<OperatorAct, { kind: 'switch_off' }>;

/** What people do by hand. Nothing befalls them: what they see and write is at once. */
export class Operators {
  readonly #world: World;
  /** Those who wait for the reconciler to send something, and switch it off then. */
  readonly #alert = new Set<SwitchOff>();

  constructor(world: World) {
    this.#world = world;
  }

  act(act: OperatorAct): void {
    switch (act.kind) {
      case 'redrive':
        this.#redrive();
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

  /** Sends everything parked again: send first, then delete. */
  #redrive(): void {
    const { deadLetterQueue, changeQueue, oracle, table } = this.#world;
    for (const message of deadLetterQueue.removeAll()) {
      const parkedMessageId = message.attributes[ATTRIBUTE.parkedMessageId] ?? message.messageId;
      const attributes = { ...message.attributes, [ATTRIBUTE.parkedMessageId]: parkedMessageId };
      const { body, groupId } = message;
      const sent = changeQueue.send({ body, groupId, deduplicationId: parkedMessageId, attributes });
      oracle.ends.redriven(parkedMessageId, sent.messageId);
      table.parked.delete(parkedMessageId);
      this.#trace(`redrives ${parkedMessageId} as ${sent.messageId}`);
    }
  }

  /** Notes everything that is held and not approved, and approves it later as it was seen. */
  #look(actsAfterMs: number): void {
    for (const { key, held } of this.#world.table.conversations.values()) {
      if (held && held.approvedUntilMs === undefined)
        this.#world.scheduler.after(actsAfterMs, () => void this.#approve(key, held.hash));
    }
  }

  async #approve(key: ConversationKey, hash: string): Promise<void> {
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
    if (approval.kind === 'approved') oracle.removals.approved(key, approval.plan.removals, approval.untilMs);
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

import { isInvalid } from '../core/change.ts';
import type { PassReport } from '../core/conversation.ts';
import { type ConversationKey, conversationText } from '../core/member-key.ts';
import { readReconcileMessage } from '../core/reconcile-message.ts';
import { ReconcileConversation, type ReconcileConversationPorts } from './reconcile-conversation.ts';
import type { DeploymentSettings } from './settings.ts';
import type { Deadline } from './vendor-calls.ts';
import { type VendorEventPorts, VendorEvents } from './vendor-events.ts';

/** A message of the reconcile queue. Its id names the pass, so that a repeated delivery sends its corrections once. */
export interface ReconcileQueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** When it was sent: a listing that began later shows what it tells of. */
  readonly sentAtMs: number;
  readonly receiveCount: number;
}

/** The passes of one batch, by conversation: a hint joins the one that has just begun. */
type Passes = Map<string, Promise<PassReport['listing']>>;

/** Works on batches of the reconcile queue, all their messages at once. One instance lives as long as its process. */
export class ReconcileConversations {
  readonly #ports: ReconcileConversationPorts & VendorEventPorts;
  readonly #settings: DeploymentSettings;
  readonly #passes: ReconcileConversation;
  readonly #events: VendorEvents;

  constructor(ports: ReconcileConversationPorts & VendorEventPorts, settings: DeploymentSettings) {
    this.#ports = ports;
    this.#settings = settings;
    this.#passes = new ReconcileConversation(ports, settings);
    this.#events = new VendorEvents(ports, settings);
  }

  /** Gives the messages that must be delivered again. */
  async reconcileAll(
    messages: readonly ReconcileQueueMessage[],
    deadline: Deadline,
  ): Promise<ReconcileQueueMessage[]> {
    const passes: Passes = new Map();
    const done = await Promise.all(messages.map((message) => this.#work(message, passes, deadline)));
    return messages.filter((_, index) => !done[index]);
  }

  async #work(queued: ReconcileQueueMessage, passes: Passes, deadline: Deadline): Promise<boolean> {
    try {
      const message = readReconcileMessage(JSON.parse(queued.body));
      if (isInvalid(message)) throw new Error(`${message.field}: ${message.problem}`);
      if (message.kind === 'compare') {
        await this.#begin(message, queued, passes, deadline);
        return true;
      }
      const { outcome } = await this.#events.handle(message, queued);
      if (outcome === 'compare' && message.kind === 'hint')
        await this.#look(message, queued, passes, deadline);
      return outcome !== 'again';
    } catch (error) {
      this.#ports.telemetry.emit({ name: 'fault', where: 'reconcile-conversation', error });
      return false;
    }
  }

  #begin(
    { appId, conversationId }: ConversationKey,
    { messageId }: ReconcileQueueMessage,
    passes: Passes,
    deadline: Deadline,
  ): Promise<PassReport['listing']> {
    const conversation = { appId, conversationId };
    const pass = this.#passes.reconcile({ conversation, passId: messageId }, deadline);
    passes.set(conversationText(conversation), pass);
    return pass;
  }

  /** Every message of the batch was sent before any of its passes began, so that one satisfies all hints. */
  async #look(
    hint: ConversationKey,
    queued: ReconcileQueueMessage,
    passes: Passes,
    deadline: Deadline,
  ): Promise<void> {
    const begun = passes.get(conversationText(hint));
    const listing = await (begun ?? this.#begin(hint, queued, passes, deadline));
    if (listing === 'complete') return;
    const { clock, roster } = this.#ports;
    await roster.markDue(hint, clock.nowMs() + this.#settings.timings.deferredIntervalMs);
  }
}

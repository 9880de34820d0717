import { isInvalid } from '../core/change.ts';
import { readReconcileMessage } from '../core/reconcile-message.ts';
import { ReconcileConversation, type ReconcileConversationPorts } from './reconcile-conversation.ts';
import type { DeploymentSettings } from './settings.ts';
import type { Deadline } from './vendor-calls.ts';

/** A message of the reconcile queue. Its id names the pass, so that a repeated delivery sends its corrections once. */
export interface ReconcileQueueMessage {
  readonly messageId: string;
  readonly body: string;
  /** When it was sent: a listing that began later shows what it tells of. */
  readonly sentAtMs: number;
}

/** Works on batches of the reconcile queue, all their conversations at once. One instance lives as long as its process. */
export class ReconcileConversations {
  readonly #ports: ReconcileConversationPorts;
  readonly #passes: ReconcileConversation;

  constructor(ports: ReconcileConversationPorts, settings: DeploymentSettings) {
    this.#ports = ports;
    this.#passes = new ReconcileConversation(ports, settings);
  }

  /** Gives the messages that must be delivered again. */
  async reconcileAll(
    messages: readonly ReconcileQueueMessage[],
    deadline: Deadline,
  ): Promise<ReconcileQueueMessage[]> {
    const done = await Promise.all(messages.map((message) => this.#reconcile(message, deadline)));
    return messages.filter((_, index) => !done[index]);
  }

  async #reconcile({ messageId, body }: ReconcileQueueMessage, deadline: Deadline): Promise<boolean> {
    try {
      const message = readReconcileMessage(JSON.parse(body));
      if (isInvalid(message)) throw new Error(`${message.field}: ${message.problem}`);
      // Events of the vendor's stay on the queue until the worker can do what they ask for.
      if (message.kind !== 'compare') throw new Error(`no work is known for ${message.kind}`);
      const { appId, conversationId } = message;
      await this.#passes.reconcile({ conversation: { appId, conversationId }, passId: messageId }, deadline);
      return true;
    } catch (error) {
      this.#ports.telemetry.emit({ name: 'fault', where: 'reconcile-conversation', error });
      return false;
    }
  }
}

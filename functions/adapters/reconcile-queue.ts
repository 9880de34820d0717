import type { SQSClient } from '@aws-sdk/client-sqs';
import type { ConversationKey } from '../core/member-key.ts';
import { withoutRareCharacters } from '../core/outgoing-change.ts';
import { reconcileBody, type VendorEvent, vendorEventBody } from '../core/reconcile-message.ts';
import { sendBatch } from './send-batch.ts';

/** The reconcile queue, as its senders see it. */
export class SQSReconcileQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /** Sends at most ten; gives those that were not taken. */
  async send(conversations: readonly ConversationKey[]): Promise<ConversationKey[]> {
    const messages = conversations.map((key) => ({ body: reconcileBody(key) }));
    const sent = await sendBatch(this.#client, this.#queueUrl, messages);
    return conversations.filter((_, index) => !sent[index]?.sent);
  }

  /** Sends at most ten events; says of each whether it was taken. */
  async sendEvents(events: readonly VendorEvent[], signal: AbortSignal): Promise<boolean[]> {
    const messages = events.map((event) => ({ body: withoutRareCharacters(vendorEventBody(event)) }));
    const answers = await sendBatch(this.#client, this.#queueUrl, messages, signal);
    return answers.map(({ sent }) => sent);
  }
}

import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { ATTRIBUTE } from '../core/message.ts';
import type { ParkedItem } from '../core/roster.ts';
import { messageAttributes } from './change-queue.ts';

/** The change queue in SQS, as an operator's redrive sees it. */
export class SQSRedriveQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /**
   * Sends the body untouched, in its group and with its first arrival, so that it has the version it always had.
   * A message that was redriven and parked under its old id again within five minutes must not be taken for a repeat:
   * when it was parked is part of what SQS tells repeats by.
   */
  async redrive({ message, parkedAtMs }: ParkedItem): Promise<void> {
    const { messageId, body, groupId, attributes } = message;
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#queueUrl,
        MessageBody: body,
        MessageGroupId: groupId,
        MessageDeduplicationId: `${messageId}.${parkedAtMs}`,
        MessageAttributes: messageAttributes({ ...attributes, [ATTRIBUTE.parkedMessageId]: messageId }),
      }),
    );
  }
}

import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueMessage } from '../core/message.ts';

/** Longer than a sweep lasts, so that it does not meet the same message twice. */
const HIDDEN_SECONDS = 120;

/** The dead-letter queue in SQS, as its sweep sees it. */
export class SQSDeadLetterQueue {
  readonly #client: SQSClient;
  readonly #queueUrl: string;

  constructor(client: SQSClient, queueUrl: string) {
    this.#client = client;
    this.#queueUrl = queueUrl;
  }

  /** Ten at most; none: nothing more can be received now. */
  async receive(): Promise<QueueMessage[]> {
    const { Messages = [] } = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
        VisibilityTimeout: HIDDEN_SECONDS,
      }),
    );
    return Messages.map(messageOf);
  }

  async delete({ receiptHandle }: QueueMessage): Promise<void> {
    await this.#client.send(
      new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle: receiptHandle }),
    );
  }
}

function messageOf({ MessageId, ReceiptHandle, Body, Attributes, MessageAttributes }: Message): QueueMessage {
  const texts = Object.entries(MessageAttributes ?? {}).flatMap(([name, { StringValue }]) =>
    StringValue === undefined ? [] : [[name, StringValue] as const],
  );
  return {
    messageId: MessageId ?? '',
    receiptHandle: ReceiptHandle ?? '',
    body: Body ?? '',
    groupId: Attributes?.MessageGroupId ?? '',
    sentAtMs: Number(Attributes?.SentTimestamp),
    sequenceNumber: Attributes?.SequenceNumber ?? '0',
    receiveCount: Number(Attributes?.ApproximateReceiveCount),
    attributes: Object.fromEntries(texts),
  };
}

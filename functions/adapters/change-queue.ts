import {
  ChangeMessageVisibilityCommand,
  type MessageAttributeValue,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { ATTRIBUTE, type QueueMessage } from '../core/message.ts';
import type { ParkedItem } from '../core/roster.ts';

export interface ChangeQueueUrls {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
}

/** SQS hides a message for twelve hours at most from its receipt on, of which an invocation may have used up fifteen minutes. */
const HIDDEN_MAX_SECONDS = 12 * 3_600 - 15 * 60;

/** The change queue in SQS, as its consumer sees it. */
export class SQSChangeQueue {
  readonly #client: SQSClient;
  readonly #urls: ChangeQueueUrls;

  constructor(client: SQSClient, urls: ChangeQueueUrls) {
    this.#client = client;
    this.#urls = urls;
  }

  /** Waits are whole seconds, the next one up. A message that is no longer hidden is left alone: it comes back anyway. */
  async delay({ receiptHandle }: Pick<QueueMessage, 'receiptHandle'>, afterMs: number): Promise<void> {
    const seconds = Math.min(HIDDEN_MAX_SECONDS, Math.max(0, Math.ceil(afterMs / 1000)));
    const input = {
      QueueUrl: this.#urls.queueUrl,
      ReceiptHandle: receiptHandle,
      VisibilityTimeout: seconds,
    };
    try {
      await this.#client.send(new ChangeMessageVisibilityCommand(input));
    } catch (error) {
      if (!isNoLongerHidden(error)) throw error;
    }
  }

  /** A repeat within five minutes is dropped by SQS; a later one is a second copy, which is redriven into nothing. */
  async sendToDeadLetterQueue({ message, reason, detail }: ParkedItem): Promise<void> {
    const attributes = {
      ...message.attributes,
      [ATTRIBUTE.reason]: reason,
      [ATTRIBUTE.detail]: attributeText(detail),
      [ATTRIBUTE.parkedMessageId]: message.messageId,
    };
    await this.#client.send(
      new SendMessageCommand({
        QueueUrl: this.#urls.deadLetterQueueUrl,
        MessageBody: message.body,
        MessageGroupId: message.groupId,
        MessageDeduplicationId: message.messageId,
        MessageAttributes: messageAttributes(attributes),
      }),
    );
  }
}

/** SQS has several words for a receipt handle whose time is over, which differ with the kind of queue and protocol. */
function isNoLongerHidden(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/MessageNotInflight|ReceiptHandleIsInvalid/.test(error.name)) return true;
  return error.name.startsWith('InvalidParameterValue') && error.message.includes('ReceiptHandle');
}

const ATTRIBUTE_MAX_LENGTH = 500;
/** What SQS refuses: control characters, halves of surrogate pairs and two that Unicode does not assign. */
const REFUSED = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function attributeText(text: string): string {
  return text.slice(0, ATTRIBUTE_MAX_LENGTH).replace(REFUSED, '\u{FFFD}');
}

/** An attribute must not be empty. */
export function messageAttributes(
  texts: Readonly<Record<string, string>>,
): Record<string, MessageAttributeValue> {
  const filled = Object.entries(texts).filter(([, text]) => text !== '');
  return Object.fromEntries(filled.map(([name, text]) => [name, { DataType: 'String', StringValue: text }]));
}

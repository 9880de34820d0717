import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { QueueMessage } from '../core/message.ts';

/** The messages of a FIFO event source's batch, in its order. Binary attributes are not Rollcall's and are left out. */
export function messagesOf(event: SQSEvent): QueueMessage[] {
  return event.Records.map(messageOf);
}

/** The answer that has these messages, and no others, delivered again. */
export function batchResponse(toRetry: Iterable<Pick<QueueMessage, 'messageId'>>): SQSBatchResponse {
  return { batchItemFailures: [...toRetry].map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function messageOf(record: SQSRecord): QueueMessage {
  const { MessageGroupId, SequenceNumber, SentTimestamp, ApproximateReceiveCount } = record.attributes;
  const traceId = traceIdOf(record);
  if (MessageGroupId === undefined || SequenceNumber === undefined) {
    throw new Error(
      'the record has no MessageGroupId and SequenceNumber: the change queue must be a FIFO queue',
    );
  }
  return {
    messageId: record.messageId,
    receiptHandle: record.receiptHandle,
    body: record.body,
    groupId: MessageGroupId,
    sentAtMs: Number(SentTimestamp),
    sequenceNumber: SequenceNumber,
    receiveCount: Number(ApproximateReceiveCount),
    attributes: textAttributes(record),
    ...(traceId !== undefined && { traceId }),
  };
}

/** An AWSTraceHeader is `Root=<trace>;Parent=…;Sampled=…`, in any order. */
function traceIdOf({ attributes }: SQSRecord): string | undefined {
  return /(?:^|;)Root=([\w-]{1,64})/.exec(attributes.AWSTraceHeader ?? '')?.[1];
}

function textAttributes(record: SQSRecord): Record<string, string> {
  const texts = Object.entries(record.messageAttributes).flatMap(([name, { stringValue }]) =>
    stringValue === undefined ? [] : [[name, stringValue] as const],
  );
  return Object.fromEntries(texts);
}

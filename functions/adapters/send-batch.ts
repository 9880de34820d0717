import { setTimeout } from 'node:timers/promises';
import { type BatchResultErrorEntry, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { BODY_MAX_BYTES } from '../core/outgoing-change.ts';

export interface OutgoingMessage {
  readonly body: string;
  /** For FIFO queues, where both must be given. */
  readonly groupId?: string;
  readonly deduplicationId?: string;
}

/** Whether SQS took a message; `code` is SQS's own word for why it did not. */
export type Sent = { readonly sent: true } | { readonly sent: false; readonly code: string };

const ATTEMPTS = 3;
const FIRST_PAUSE_MS = 100;

/**
 * Sends at most ten messages in one request, and those again that SQS could not take just then. Gives one answer per
 * message, in their order. Throws where a request as a whole failed: any of them may or may not have been taken.
 *
 * @param signal ends it, which counts as a failure
 */
export async function sendBatch(
  client: SQSClient,
  queueUrl: string,
  messages: readonly OutgoingMessage[],
  signal?: AbortSignal,
): Promise<Sent[]> {
  const taken = new Set<string>();
  const codes = new Map<string, string>();
  const entries = messages.map(entryOf);
  // One that is too long would have the whole request refused; ten of the others always fit.
  let waiting = entries.filter(({ MessageBody }) => Buffer.byteLength(MessageBody) <= BODY_MAX_BYTES);
  for (let attempt = 1; waiting.length > 0; attempt += 1) {
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: waiting });
    const { Successful = [], Failed = [] } = await client.send(command, signal && { abortSignal: signal });
    for (const { Id } of Successful) taken.add(Id ?? '');
    for (const { Id, Code } of Failed) codes.set(Id ?? '', Code ?? 'Unknown');
    const again = new Set(Failed.filter(mayPass).map(({ Id }) => Id));
    waiting = attempt < ATTEMPTS ? waiting.filter(({ Id }) => again.has(Id)) : [];
    if (waiting.length > 0) {
      await setTimeout(FIRST_PAUSE_MS * 2 ** (attempt - 1), undefined, signal && { signal });
    }
  }
  return entries.map(({ Id }) =>
    taken.has(Id) ? { sent: true } : { sent: false, code: codes.get(Id) ?? 'MessageTooLong' },
  );
}

function entryOf({ body, groupId, deduplicationId }: OutgoingMessage, index: number) {
  return {
    Id: String(index),
    MessageBody: body,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  };
}

/** SQS calls throttling the sender's fault, but it passes. */
function mayPass({ SenderFault, Code = '' }: BatchResultErrorEntry): boolean {
  return !SenderFault || /throttl/i.test(Code);
}

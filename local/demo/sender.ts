import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { memberGroupId, sha256Hex } from '../../functions/core/member-key.ts';
import type { Verdict } from '../expected-membership.ts';
import type { Accepted } from './evidence.ts';
import { type Input, parsed } from './input.ts';

const BATCH_MAX = 10;
const BATCH_MAX_BYTES = 256 * 1024;

/**
 * Puts lines on the change queue as they are, hostile ones too, in their order. Lines that are the same change share
 * one message, and count as the first of them.
 *
 * @param onBatch told how many lines have been dealt with; paces the sending
 */
export async function sendLines(
  { lines, refused, expected }: Pick<Input, 'lines' | 'refused' | 'expected'>,
  client: SQSClient,
  queueUrl: string,
  onBatch: (sent: number) => Promise<void>,
): Promise<Accepted[]> {
  const accepted = new Map<string, Accepted>();
  const messages = lines
    .map((body, line) => ({ line, body }))
    .filter(({ line, body }) => body.trim() !== '' && !refused.has(line))
    .map((each) => messageOf(each, expected.perLine[each.line]));
  for (const batch of batchesOf(messages)) {
    const messageIds = await sendBatch(batch, client, queueUrl);
    for (const { line, body, deduplicationId } of batch) {
      const messageId = messageIds.get(String(line));
      if (messageId === undefined) throw new Error(`the change queue did not take line ${line + 1}`);
      if (!accepted.has(deduplicationId)) accepted.set(deduplicationId, { line, body, messageId });
    }
    await onBatch((batch.at(-1)?.line ?? 0) + 1);
  }
  return [...accepted.values()];
}

interface Line {
  readonly line: number;
  readonly body: string;
}
type Message = Line & { readonly groupId: string; readonly deduplicationId: string };

function batchesOf(messages: readonly Message[]): Message[][] {
  const batches: Message[][] = [];
  let bytes = 0;
  for (const message of messages) {
    const length = Buffer.byteLength(message.body);
    const last = batches.at(-1);
    bytes += length;
    if (last && last.length < BATCH_MAX && bytes <= BATCH_MAX_BYTES) last.push(message);
    else {
      batches.push([message]);
      bytes = length;
    }
  }
  return batches;
}

async function sendBatch(batch: readonly Message[], client: SQSClient, queueUrl: string) {
  const Entries = batch.map(({ line, body, groupId, deduplicationId }) => ({
    Id: String(line),
    MessageBody: body,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  }));
  const { Successful = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  return new Map(Successful.map(({ Id, MessageId }) => [Id, MessageId]));
}

const namesSchema = z.object({
  id: z.string(),
  appId: z.string(),
  conversationId: z.string(),
  userId: z.string().optional(),
  userExternalId: z.string().optional(),
});

/** A change goes where Rollcall's own senders put it. What is none is a message of its own, whatever it may claim to be. */
function messageOf({ line, body }: Line, verdict: Verdict | undefined): Message {
  const alone = `line-${line}`;
  const read = namesSchema.safeParse(parsed(body)).data;
  const memberId = read?.userId ?? read?.userExternalId;
  if (!read || memberId === undefined) return { line, body, groupId: alone, deduplicationId: alone };
  const { id, appId, conversationId, userId } = read;
  const idKind = userId === undefined ? ('userExternalId' as const) : ('userId' as const);
  const groupId = memberGroupId({ appId, conversationId, idKind, memberId });
  const isChange = verdict?.kind !== 'parked' || verdict.reason !== 'invalid';
  const deduplicationId = isChange ? sha256Hex(JSON.stringify([id, appId, conversationId, memberId])) : alone;
  return { line, body, groupId, deduplicationId };
}

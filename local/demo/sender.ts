import { createHash } from 'node:crypto';
import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { memberGroupId } from '../../functions/core/member-key.ts';
import { parsed } from './input.ts';

const BATCH = 10;
const BODY_MAX_BYTES = 65_536;

/** A line that the queue took. Lines that are the same change share one, which is the first's. */
export interface Accepted {
  readonly messageId: string;
  readonly body: string;
  /** Counted from 0. */
  readonly line: number;
}

export interface Sent {
  readonly accepted: readonly Accepted[];
  /** Lines that the queue does not take: too long, or of characters that SQS does not carry. */
  readonly refused: readonly number[];
}

/** Puts lines on the change queue as they are, hostile ones too, in their order; `onBatch` paces it. */
export async function sendLines(
  lines: readonly string[],
  client: SQSClient,
  queueUrl: string,
  onBatch: (sent: number) => Promise<void>,
): Promise<Sent> {
  const accepted = new Map<string, Accepted>();
  const refused: number[] = [];
  for (let from = 0; from < lines.length; from += BATCH) {
    const numbers = lines.slice(from, from + BATCH).map((_, index) => from + index);
    const small = numbers.filter((line) => Buffer.byteLength(lines[line] ?? '') <= BODY_MAX_BYTES);
    refused.push(...numbers.filter((line) => !small.includes(line)));
    const answers = await sendBatch(
      small.map((line) => ({ line, body: carried(lines[line] ?? '') })),
      client,
      queueUrl,
    );
    for (const { line, body, messageId, deduplicationId } of answers) {
      if (messageId === undefined) refused.push(line);
      else if (!accepted.has(deduplicationId)) accepted.set(deduplicationId, { line, body, messageId });
    }
    await onBatch(from + numbers.length);
  }
  return { accepted: [...accepted.values()], refused };
}

interface Line {
  readonly line: number;
  readonly body: string;
}

async function sendBatch(lines: readonly Line[], client: SQSClient, queueUrl: string) {
  const named = lines.map((each) => ({ ...each, ...namesOf(each) }));
  if (named.length === 0) return [];
  const entries = named.map(({ line, body, groupId, deduplicationId }) => ({
    Id: String(line),
    MessageBody: body,
    MessageGroupId: groupId,
    MessageDeduplicationId: deduplicationId,
  }));
  const { Successful = [] } = await client.send(
    new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }),
  );
  const ids = new Map(Successful.map(({ Id, MessageId }) => [Id, MessageId]));
  return named.map((each) => ({ ...each, messageId: ids.get(String(each.line)) }));
}

const namesSchema = z.object({
  id: z.string(),
  appId: z.string(),
  conversationId: z.string(),
  userId: z.string().optional(),
  userExternalId: z.string().optional(),
});

/** A change goes where Rollcall's own senders put it; what cannot be read goes into a group of its own. */
function namesOf({ line, body }: Line): { groupId: string; deduplicationId: string } {
  const read = namesSchema.safeParse(parsed(body)).data;
  const memberId = read?.userId ?? read?.userExternalId;
  if (!read || memberId === undefined)
    return { groupId: `unreadable-${line}`, deduplicationId: `unreadable-${line}` };
  const { id, appId, conversationId, userId } = read;
  const idKind = userId === undefined ? ('userExternalId' as const) : ('userId' as const);
  const deduplicationId = createHash('sha256')
    .update(JSON.stringify([id, appId, conversationId, memberId]))
    .digest('hex');
  return { groupId: memberGroupId({ appId, conversationId, idKind, memberId }), deduplicationId };
}

/** The queue emulator refuses what lies beyond the basic plane, which SQS carries; JSON can say the same with escapes. */
function carried(line: string): string {
  if (parsed(line) === undefined) return line;
  return line.replace(/[\u{10000}-\u{10ffff}]/gu, (character) =>
    [...character.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16)}`).join(''),
  );
}

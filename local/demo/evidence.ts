/**
 * Everything there is to see from outside: the queues, the table and the vendor, each asked itself. Imports nothing
 * from functions/, and takes no word of what Rollcall says about itself.
 */
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { World } from '../fake-vendor/world.ts';

/** A line that the change queue took. */
export interface Accepted {
  readonly messageId: string;
  readonly body: string;
  /** Counted from 0. Of lines that are the same change, the first. */
  readonly line: number;
}

/** A change on the dead-letter queue. */
export interface ParkedMessage {
  readonly body: string;
  readonly reason: string;
}

/** What the roster says of a member. */
export interface RosterRow {
  readonly member: string;
  readonly changeId: string;
  readonly action: string;
  readonly state: string;
  readonly occurredAtMs: number;
}

export interface Evidence {
  readonly accepted: readonly Accepted[];
  /** Messages left on the change queue, hidden ones too. */
  readonly queued: number;
  readonly parked: readonly ParkedMessage[];
  /** By `JSON.stringify([appId, conversationId, memberId])`. */
  readonly rows: ReadonlyMap<string, RosterRow>;
  /** Whom the vendor lists, in all its conversations, named in the same way. */
  readonly present: ReadonlySet<string>;
}

type Item = Record<string, AttributeValue>;

/** Reads every member row of the roster straight from the table. */
export async function readRows(client: DynamoDBClient, tableName: string): Promise<Map<string, RosterRow>> {
  const rows = new Map<string, RosterRow>();
  for await (const item of itemsOf(client, tableName)) {
    const row = rowOf(item);
    if (row) rows.set(row.member, row);
  }
  return rows;
}

async function* itemsOf(client: DynamoDBClient, tableName: string): AsyncGenerator<Item> {
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: tableName, ConsistentRead: true },
  )) {
    yield* Items;
  }
}

function rowOf(item: Item): RosterRow | undefined {
  const text = (name: string) => item[name]?.S ?? '';
  const [, appId, conversationId] = text('pk').split('#');
  if (!text('sk').startsWith('M#')) return undefined;
  return {
    member: JSON.stringify([appId, conversationId, text('sk').slice(2)]),
    changeId: text('changeId'),
    action: text('action'),
    state: text('state'),
    occurredAtMs: Number(text('version').split('.')[0]),
  };
}

/** A conversation that the roster knows, and when its last finished pass began. */
export interface RosterConversation {
  readonly appId: string;
  readonly conversationId: string;
  readonly lastPassStartedAtMs: number;
  /** Whose removal waits for an operator. */
  readonly held: readonly string[];
}

/** Reads every conversation's row straight from the table. */
export async function readConversations(
  client: DynamoDBClient,
  tableName: string,
): Promise<RosterConversation[]> {
  const conversations: RosterConversation[] = [];
  for await (const item of itemsOf(client, tableName)) {
    const [, appId = '', conversationId = ''] = item['pk']?.S?.split('#') ?? [];
    if (item['sk']?.S !== 'C') continue;
    const lastPassStartedAtMs = Number(item['lastPass']?.M?.['startedAtMs']?.N ?? 0);
    const held = (item['held']?.M?.['removals']?.L ?? []).map((each) => each.M?.['memberId']?.S ?? '');
    conversations.push({ appId, conversationId, lastPassStartedAtMs, held });
  }
  return conversations;
}

/** How many messages a queue holds, visible or not. */
export async function messagesOn(queueUrl: string, client: SQSClient): Promise<number> {
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  const { Attributes = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: [...names] }),
  );
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** Takes everything off the dead-letter queue: a FIFO queue hides what stands behind a message that is only received. */
export async function takeParked(client: SQSClient, queueUrl: string): Promise<ParkedMessage[]> {
  const parked: ParkedMessage[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
      }),
    );
    if (Messages.length === 0) return parked;
    for (const { Body = '', MessageAttributes, ReceiptHandle } of Messages) {
      const reason = MessageAttributes?.['rollcall.reason']?.StringValue ?? 'unexplained';
      parked.push({ body: Body, reason });
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}

/**
 * Whom the vendor has in its conversations, named as members are. Somebody without the id that names the members of
 * an app counts too, as nobody that any change speaks of.
 */
export function presentMembers(
  world: World,
  apps: readonly { readonly appId: string; readonly idKind: 'userId' | 'userExternalId' }[],
): Set<string> {
  const present = apps.flatMap(({ appId, idKind }) =>
    [...world.app(appId).conversations.values()].flatMap(({ id, participants }) =>
      participants.inOrder.map((participant) => JSON.stringify([appId, id, participant[idKind]])),
    ),
  );
  return new Set(present);
}

/**
 * Finds out what became of a file of changes by looking at the queues, the table and the vendor, and at nothing that
 * Rollcall says about itself. Imports nothing from functions/.
 */
import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { DeleteMessageCommand, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Expected, Verdict } from '../expected-membership.ts';
import type { Accepted } from './sender.ts';

/** A change on the dead-letter queue. */
export interface ParkedMessage {
  readonly body: string;
  readonly reason: string;
}

export interface RosterRow {
  readonly member: string;
  readonly changeId: string;
  readonly action: string;
  readonly state: string;
  readonly occurredAtMs: number;
}

/** Everything there is to see from outside. */
export interface Evidence {
  readonly accepted: readonly Accepted[];
  readonly parked: readonly ParkedMessage[];
  /** By `JSON.stringify([appId, conversationId, memberId])`. */
  readonly rows: ReadonlyMap<string, RosterRow>;
  /** Whom the vendor lists, named in the same way. */
  readonly present: ReadonlySet<string>;
}

export interface Findings {
  /** Accepted, and now nowhere: what, by line. */
  readonly lost: readonly string[];
  /** Where vendor, roster or dead-letter queue are not as the input file says. */
  readonly mismatched: readonly string[];
}

/** Compares what is with what the input file says must be. */
export function verify(expected: Expected, evidence: Evidence): Findings {
  return {
    lost: lostLines(expected, evidence),
    mismatched: [...wrongMembers(expected, evidence), ...wronglyParked(expected, evidence)],
  };
}

function lostLines({ perLine }: Expected, { accepted, parked, rows }: Evidence): string[] {
  const parkedBodies = new Set(parked.map(({ body }) => body));
  return accepted.flatMap(({ line, body }) => {
    const verdict = perLine[line];
    if (parkedBodies.has(body) || verdict?.kind === 'correction' || verdict?.kind === 'blank') return [];
    const { occurredAt, member } = said(body);
    const row = member === undefined ? undefined : rows.get(member);
    return row && occurredAt !== undefined && row.occurredAtMs >= Date.parse(occurredAt)
      ? []
      : [`line ${line + 1}`];
  });
}

function wrongMembers({ members }: Expected, { rows, present }: Evidence): string[] {
  const wrong = [...members].flatMap(([member, { present: wished, line }]) => {
    if (present.has(member) !== wished)
      return [`line ${line}: the vendor ${wished ? 'lacks' : 'still has'} its member`];
    const row = rows.get(member);
    const agrees =
      row &&
      (isUnsettledByDesign(row.state, wished) ||
        (row.state === 'applied' && (row.action === 'join') === wished));
    return agrees ? [] : [`line ${line}: the roster says ${row ? `${row.action}, ${row.state}` : 'nothing'}`];
  });
  const strangers = [...present].filter((member) => !members.has(member));
  return [...wrong, ...strangers.map(() => 'the vendor has a member that no line names')];
}

/** Parked wishes wait for an operator; those of a conversation that is gone are nobody's any more. */
function isUnsettledByDesign(state: string, wished: boolean): boolean {
  return state === 'parked' || (state === 'unmanaged' && !wished);
}

function wronglyParked({ perLine }: Expected, { accepted, parked }: Evidence): string[] {
  const reasons = new Map(parked.map(({ body, reason }) => [body, reason]));
  const wrong = accepted.flatMap(({ line, body }) => {
    const reason = reasons.get(body);
    return isPlanted(perLine[line], reason) ? [] : [`line ${line + 1}: parked ${reason ?? 'not at all'}`];
  });
  const bodies = new Set(accepted.map(({ body }) => body));
  const foreign = parked.filter(({ body }) => !bodies.has(body));
  return [...wrong, ...foreign.map(({ reason }) => `a body that nobody sent is parked as ${reason}`)];
}

function isPlanted(verdict: Verdict | undefined, reason: string | undefined): boolean {
  if (verdict?.kind === 'parked') return reason === verdict.reason;
  if (reason === undefined) return true;
  return verdict?.kind === 'older' && verdict.planted === reason;
}

function said(body: string): { occurredAt?: string; member?: string } {
  try {
    const { appId, conversationId, userId, userExternalId, occurredAt } = JSON.parse(body) as Record<
      string,
      string
    >;
    return {
      member: JSON.stringify([appId, conversationId, userId ?? userExternalId]),
      ...(occurredAt && { occurredAt }),
    };
  } catch {
    return {};
  }
}

/** Reads every member row of the roster straight from the table. */
export async function readRows(client: DynamoDBClient, tableName: string): Promise<Map<string, RosterRow>> {
  const rows = new Map<string, RosterRow>();
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName: tableName, ConsistentRead: true },
  )) {
    for (const item of Items) {
      const row = rowOf(item);
      if (row) rows.set(row.member, row);
    }
  }
  return rows;
}

function rowOf(item: Record<string, AttributeValue>): RosterRow | undefined {
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
      parked.push({
        body: Body,
        reason: MessageAttributes?.['rollcall.reason']?.StringValue ?? 'unexplained',
      });
      await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
    }
  }
}

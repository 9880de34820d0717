import { randomUUID } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Action } from '../functions/core/change.ts';
import { memberGroupId } from '../functions/core/member-key.ts';
import { placeOf, type VendorApp } from './vendor/apps.ts';

/** Whose changes a benchmark sends. */
export type Population = Pick<VendorApp, 'appId' | 'members' | 'conversations'>;

export interface PlannedChange {
  /** Its place in the queue, which fixes its sequence number. */
  readonly index: number;
  /** Repeats have the id of what they repeat. */
  readonly id: string;
  readonly member: number;
  readonly action: Action;
  readonly occurredAtMs: number;
}

/** A change as Lambda's event source delivers it. */
export function recordOf(change: PlannedChange, population: Population): SQSRecord {
  const { appId } = population;
  const { conversationId, userId } = placeOf(change.member, population);
  const { id, action, occurredAtMs, index } = change;
  const occurredAt = new Date(occurredAtMs).toISOString();
  const body = { version: 1, id, action, appId, conversationId, userId, occurredAt, source: 'bench' };
  const groupId = memberGroupId({ appId, conversationId, idKind: 'userId', memberId: userId });
  return recordAround(JSON.stringify(body), groupId, index);
}

/** A record of a FIFO queue; only what is measured reads more of it than its body. */
export function recordAround(body: string, MessageGroupId: string, index: number): SQSRecord {
  const sentAtMs = String(Date.now());
  return {
    messageId: randomUUID(),
    receiptHandle: randomUUID(),
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: sentAtMs,
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: sentAtMs,
      MessageGroupId,
      MessageDeduplicationId: randomUUID(),
      SequenceNumber: String(index).padStart(20, '1'),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:changes.fifo',
    awsRegion: 'us-east-1',
  };
}

/**
 * Changes without end, each of which changes something: all members join, one after the other, then all leave, and so
 * on. Made as they are asked for, so that a long queue takes no memory.
 */
export class Toggles {
  readonly #population: Population;
  readonly #startedAtMs = Date.now() - 3_600_000;
  #made = 0;

  constructor(population: Population) {
    this.#population = population;
  }

  next(count: number): SQSEvent {
    return { Records: Array.from({ length: count }, () => this.#record()) };
  }

  #record(): SQSRecord {
    const index = this.#made;
    this.#made += 1;
    const member = index % this.#population.members;
    const isJoin = Math.floor(index / this.#population.members) % 2 === 0;
    const change: PlannedChange = {
      index,
      id: `change-${index}`,
      member,
      action: isJoin ? 'join' : 'leave',
      occurredAtMs: this.#startedAtMs + index,
    };
    return recordOf(change, this.#population);
  }
}

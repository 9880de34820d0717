import type { FirstArrival } from './version.ts';

/** A message as the change queue delivered it. */
export interface QueueMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly groupId: string;
  readonly sentAtMs: number;
  readonly sequenceNumber: string;
  readonly receiveCount: number;
  /** The message's own attributes, string ones only. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The X-Ray trace in which it was sent. */
  readonly traceId?: string;
}

/** What is kept of a message until it is settled: enough to park it, untouched, or to redrive it. */
export interface StoredMessage {
  readonly messageId: string;
  readonly groupId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Message attributes that Rollcall sets. A parked message and its redrive carry the first arrival, so its version never changes. */
export const ATTRIBUTE = {
  firstSentAtMs: 'rollcall.firstSentAtMs',
  firstSequenceNumber: 'rollcall.firstSequenceNumber',
  reason: 'rollcall.reason',
  detail: 'rollcall.detail',
  parkedMessageId: 'rollcall.parkedMessageId',
} as const;

const DIGITS = /^\d{1,39}$/;
const MILLISECONDS = /^\d{1,15}$/;

/** When this change first reached the queue: carried through parking and redrive, or this very arrival. */
export function firstArrival(message: QueueMessage): FirstArrival {
  const sentAtMs = message.attributes[ATTRIBUTE.firstSentAtMs];
  const sequenceNumber = message.attributes[ATTRIBUTE.firstSequenceNumber];
  if (sentAtMs && sequenceNumber && MILLISECONDS.test(sentAtMs) && DIGITS.test(sequenceNumber)) {
    return { sentAtMs: Number(sentAtMs), sequenceNumber };
  }
  return { sentAtMs: message.sentAtMs, sequenceNumber: message.sequenceNumber };
}

/** What the roster and the dead-letter queue keep of a message. */
export function storedMessage(message: QueueMessage): StoredMessage {
  const first = firstArrival(message);
  return {
    messageId: message.messageId,
    groupId: message.groupId,
    body: message.body,
    attributes: {
      ...producerAttributes(message.attributes),
      [ATTRIBUTE.firstSentAtMs]: String(first.sentAtMs),
      [ATTRIBUTE.firstSequenceNumber]: first.sequenceNumber,
    },
  };
}

/** SQS takes ten attributes; what parking adds must always fit, so at most five of a producer's own travel on. */
const PRODUCER_ATTRIBUTES_MAX = 5;

function producerAttributes(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(attributes).filter(([name]) => !name.startsWith('rollcall.'));
  return Object.fromEntries(own.slice(0, PRODUCER_ATTRIBUTES_MAX));
}

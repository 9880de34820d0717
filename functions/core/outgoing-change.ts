import type { Change } from './change.ts';
import { parsedJson } from './json.ts';
import type { QueueMessage } from './message.ts';
import { readMessage } from './read-message.ts';

/** The largest body that the change queue takes, in bytes: a parked one must still fit with its attributes. */
export const BODY_MAX_BYTES = 64 * 1024;

/** A change that the consumer will accept, and the body that says so. */
export interface OutgoingChange {
  readonly change: Change;
  readonly body: string;
}

/** Why a text must not be sent: the field and what is wrong with it, never the value. */
export interface NotSendable {
  readonly problem: string;
}

/** Reads a text as the consumer would, so that what it would park is refused before it is sent. */
export function readOutgoing(text: string, nowMs: number): OutgoingChange | NotSendable {
  const body = withoutRareCharacters(text);
  if (Buffer.byteLength(body) > BODY_MAX_BYTES) return { problem: 'body: is larger than 64 KiB' };
  const read = readMessage(arrivingNow(body, nowMs), nowMs);
  switch (read.kind) {
    case 'change':
      return { change: read.change, body };
    case 'refused':
      return { problem: read.detail };
    case 'correction':
      return { problem: 'kind: only the reconciler sends corrections' };
    default:
      return read satisfies never;
  }
}

const NOT_CARRIED = /[\ud800-\udfff\ufffe\uffff]/g;

/**
 * Escapes what a queue may not take as it is: SQS refuses U+FFFE and U+FFFF, emulators all that is not in the Basic
 * Multilingual Plane. In JSON these can stand inside strings only, where the escape means the same. What is not JSON
 * stays: a stray backslash and the escape behind it would make JSON of it, which says something else.
 */
export function withoutRareCharacters(text: string): string {
  if (text.search(NOT_CARRIED) < 0 || parsedJson(text) === undefined) return text;
  return text.replace(NOT_CARRIED, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);
}

function arrivingNow(body: string, nowMs: number): QueueMessage {
  return {
    messageId: '',
    receiptHandle: '',
    body,
    groupId: '',
    sentAtMs: nowMs,
    sequenceNumber: '0',
    receiveCount: 1,
    attributes: {},
  };
}

/**
 * The order of a member's changes, as a text that sorts the way the changes do (a table can compare it in a condition):
 * when it happened, then when it first reached the queue, then SQS's sequence number of that first arrival.
 * Equal texts are the same change.
 */
export type Version = string;

export interface FirstArrival {
  /** SQS `SentTimestamp` of the first time this change was sent. */
  readonly sentAtMs: number;
  /** SQS `SequenceNumber` of that time: decimal digits, up to 128 bits. */
  readonly sequenceNumber: string;
}

const TIME_DIGITS = 15;
const SEQUENCE_DIGITS = 39;

/** Older than every change: what adopted members start with. */
export const BEFORE_EVERY_CHANGE: Version = versionOf(0, { sentAtMs: 0, sequenceNumber: '0' });

export function versionOf(occurredAtMs: number, first: FirstArrival): Version {
  return [
    String(occurredAtMs).padStart(TIME_DIGITS, '0'),
    String(first.sentAtMs).padStart(TIME_DIGITS, '0'),
    first.sequenceNumber.padStart(SEQUENCE_DIGITS, '0'),
  ].join('.');
}

/** The `occurredAt` a version was made with, in milliseconds since 1970. */
export function occurredAtOf(version: Version): number {
  return Number(version.slice(0, TIME_DIGITS));
}

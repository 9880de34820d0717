import type { AppRow } from '../../functions/core/app.ts';
import type { Change } from '../../functions/core/change.ts';
import type { ReceivedChange } from '../../functions/core/fold.ts';
import type { Participant } from '../../functions/core/listing.ts';
import { type ConversationKey, type MemberKey, memberGroupId } from '../../functions/core/member-key.ts';
import { firstArrival, type QueueMessage } from '../../functions/core/message.ts';
import type { MemberRow, Wish } from '../../functions/core/roster.ts';
import { type Timings, timingsSchema } from '../../functions/core/timings.ts';
import { type Version, versionOf } from '../../functions/core/version.ts';

/*
 * Whole, valid values for tests, each with what a test is about laid over it.
 */

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The moment at which tests take place. */
export const NOW = Date.parse('2026-03-01T12:00:00.000Z');

/** The deployed durations. */
export const TIMINGS: Timings = timingsSchema.parse({});

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export function appRow(overrides: Partial<AppRow> = {}): AppRow {
  return {
    appId: 'shop',
    idKind: 'userId',
    host: 'https://api.smooch.io',
    policy: 'managed',
    protectedMembers: [],
    requestsPerSecond: 100,
    reconcile: true,
    ...overrides,
  };
}

export function conversationKey(overrides: Partial<ConversationKey> = {}): ConversationKey {
  return { appId: 'shop', conversationId: 'orders', ...overrides };
}

export function memberKey(overrides: Partial<MemberKey> = {}): MemberKey {
  return { ...conversationKey(), idKind: 'userId', memberId: 'ann', ...overrides };
}

/** A change as a producer writes it. An override of `undefined` leaves the field out. */
export function changeBody(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const body = {
    version: 1,
    id: 'change-1',
    action: 'join',
    appId: 'shop',
    conversationId: 'orders',
    userId: 'ann',
    occurredAt: iso(NOW - MINUTE),
    ...overrides,
  };
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

export function change(overrides: Partial<Change> = {}): Change {
  return {
    id: 'change-1',
    action: 'join',
    member: memberKey(),
    subscribeSDKClient: false,
    occurredAtMs: NOW - MINUTE,
    ...overrides,
  };
}

/** A message of the change queue. A body that is no text is written as JSON. */
export function queueMessage(
  body: unknown = changeBody(),
  overrides: Partial<QueueMessage> = {},
): QueueMessage {
  return {
    messageId: 'message-1',
    receiptHandle: 'handle-1',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    groupId: memberGroupId(memberKey()),
    sentAtMs: NOW - SECOND,
    sequenceNumber: '18870000000000000001',
    receiveCount: 1,
    attributes: {},
    ...overrides,
  };
}

/** A valid change in its message; the version follows from both unless it is given. */
export function receivedChange(
  overrides: { change?: Partial<Change>; message?: Partial<QueueMessage>; version?: Version } = {},
): ReceivedChange {
  const built = change(overrides.change);
  const message = queueMessage(undefined, { messageId: built.id, ...overrides.message });
  const version = overrides.version ?? versionOf(built.occurredAtMs, firstArrival(message));
  return { change: built, message, version };
}

/** The version of a change that happened so long after `NOW`. */
export function version(afterNowMs = 0): Version {
  return versionOf(NOW + afterNowMs, { sentAtMs: NOW + afterNowMs, sequenceNumber: '1' });
}

export function wish(overrides: Partial<Wish> = {}): Wish {
  return {
    version: version(),
    action: 'join',
    changeId: 'change-1',
    subscribeSDKClient: false,
    message: { messageId: 'message-1', groupId: 'group-1', body: '{}', attributes: {} },
    ...overrides,
  };
}

/** A row whose join was applied and confirmed an hour ago. */
export function memberRow(overrides: Partial<MemberRow> = {}): MemberRow {
  const { version: ofRow = version(-HOUR), action = 'join' } = overrides;
  return {
    key: memberKey(),
    version: ofRow,
    action,
    changeId: 'change-1',
    subscribeSDKClient: false,
    state: 'applied',
    wishedAtMs: NOW - HOUR,
    starts: 0,
    startsAlone: 0,
    confirmed: { action, version: ofRow, atMs: NOW - HOUR },
    ...overrides,
  };
}

/** Somebody who takes part; `name` is both ids, told apart by their prefix. */
export function participant(name: string, overrides: Partial<Participant> = {}): Participant {
  return { id: `participant-${name}`, userId: name, userExternalId: `external-${name}`, ...overrides };
}

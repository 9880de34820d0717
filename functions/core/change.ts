import * as z from 'zod/mini';
import { PATH_ID } from './app.ts';
import type { IdKind, MemberKey } from './member-key.ts';

/** The vendor's two operations that change who takes part. */
export type Action = 'join' | 'leave';

/** A membership change as producers send it, validated. */
export interface Change {
  readonly id: string;
  readonly action: Action;
  readonly member: MemberKey;
  readonly subscribeSDKClient: boolean;
  readonly occurredAtMs: number;
  readonly source?: string;
}

/** What is wrong with a message: the field, and the kind of value found there. Never the value. */
export interface Invalid {
  readonly field: string;
  readonly problem: string;
}

const ID_MAX_LENGTH = 128;
/** Characters of four bytes each must fit into the 1,024 bytes of a table's sort key. */
export const MEMBER_ID_MAX_LENGTH = 255;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
const NO_CONTROL_CHARACTERS = /^[^\u0000-\u001f\u007f-\u009f]+$/;
/** Text that no UTF-8 can carry would come back from the table as another text. */
const WELL_FORMED = z.refine<string>((text) => text.isWellFormed(), 'must not contain half a surrogate pair');

function printable(maxLength: number) {
  return z
    .string('must be a string')
    .check(
      z.minLength(1, 'must not be empty'),
      z.maxLength(maxLength, `must be at most ${maxLength} characters`),
      z.regex(NO_CONTROL_CHARACTERS, 'must not contain control characters'),
      WELL_FORMED,
    );
}

const name = printable(ID_MAX_LENGTH);
const memberId = printable(MEMBER_ID_MAX_LENGTH);
const pathId = z
  .string('must be a string')
  .check(z.regex(PATH_ID, 'must be 1 to 128 letters, digits, "-" or "_"'));

/**
 * A membership change, version 1, as it travels on the change queue. Names are the vendor's.
 * `schemas/change.v1.schema.json` is generated from this schema.
 */
export const changeSchema = z
  .object({
    version: z._default(z.literal(1, 'must be 1'), 1),
    id: name,
    action: z.enum(['join', 'leave'], 'must be "join" or "leave"'),
    appId: pathId,
    conversationId: pathId,
    userId: z.optional(memberId),
    userExternalId: z.optional(memberId),
    subscribeSDKClient: z._default(z.boolean('must be true or false'), false),
    occurredAt: z.iso.datetime({
      precision: 3,
      offset: true,
      error: 'must be an ISO 8601 time with milliseconds and a zone, like 2026-01-31T09:30:00.000Z',
    }),
    source: z.optional(name),
  })
  .check(
    z.refine((change) => (change.userId === undefined) !== (change.userExternalId === undefined), {
      path: ['userId'],
      error: 'exactly one of userId and userExternalId must be there',
    }),
  );

/** Reads what `JSON.parse` gave as a change, or says which field is wrong and why. */
export function readChange(value: unknown): Change | Invalid {
  const read = changeSchema.safeParse(value);
  if (!read.success) return invalid(value, read.error.issues[0]);
  const { id, action, appId, conversationId, subscribeSDKClient, occurredAt, source } = read.data;
  const [idKind, memberId] = memberIdOf(read.data);
  return {
    id,
    action,
    member: { appId, conversationId, idKind, memberId },
    subscribeSDKClient,
    occurredAtMs: Date.parse(occurredAt),
    ...(source !== undefined && { source }),
  };
}

export function isInvalid(read: object): read is Invalid {
  return 'problem' in read;
}

function memberIdOf(change: {
  userId?: string | undefined;
  userExternalId?: string | undefined;
}): [IdKind, string] {
  return change.userId === undefined
    ? ['userExternalId', change.userExternalId ?? '']
    : ['userId', change.userId];
}

function invalid(value: unknown, issue: z.core.$ZodIssue | undefined): Invalid {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { field: 'body', problem: `must be a JSON object, is ${kindOf(value)}` };
  }
  const field = String(issue?.path[0] ?? 'body');
  const found = kindOf((value as Record<string, unknown>)[field]);
  return { field, problem: `${issue?.message ?? 'is not valid'} (found: ${found})` };
}

/** The kind of a value, for messages that must not show the value itself. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

import * as z from 'zod/mini';
import type { AppRow } from './app.ts';
import { changeSchema, type Invalid, kindOf } from './change.ts';
import { type ConversationKey, sha256Hex } from './member-key.ts';
import { removalLimit } from './removal-limit.ts';
import { isManaged, type MemberRow } from './roster.ts';
import { occurredAtOf } from './version.ts';

/** A conversation's complete member list, as a business's own system has it. */
export interface Declaration extends ConversationKey {
  readonly members: readonly string[];
  /** When the list was true. Absent: it is now. */
  readonly occurredAt?: string;
}

const { appId, conversationId, occurredAt, userId } = changeSchema.shape;

const declarationSchema = z.strictObject(
  {
    appId,
    conversationId,
    members: z
      .array(z.nonoptional(userId, 'must be a string'), 'must be an array of ids')
      .check(z.refine((ids) => new Set(ids).size === ids.length, 'names somebody twice')),
    occurredAt: z.exactOptional(occurredAt),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? 'is no field of a declaration' : undefined) },
);

const PLAIN_NAME = /^[\w.-]{1,64}$/;

/** Reads what `JSON.parse` gave as a declaration, or says which field is wrong and why, never with its value. */
export function readDeclaration(value: unknown): Declaration | Invalid {
  const read = declarationSchema.safeParse(value);
  if (read.success) return read.data;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { field: 'body', problem: `must be a JSON object, is ${kindOf(value)}` };
  }
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const [name = ''] = issue.keys;
    // Names of fields are somebody else's text as well, and a terminal may obey what stands in them.
    if (PLAIN_NAME.test(name)) return { field: name, problem: issue.message };
    return { field: 'body', problem: 'has a field that is none of a declaration' };
  }
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>((inside, step) => (inside as Record<PropertyKey, unknown>)[step], value);
  const problem = issue?.message ?? 'is not valid';
  return { field: fieldName(path), problem: `${problem} (found: ${kindOf(found)})` };
}

/** `members[3]`: which of many is part of the answer. */
function fieldName(path: readonly PropertyKey[]): string {
  return path.map((step, index) => (index === 0 ? String(step) : `[${String(step)}]`)).join('');
}

/** What must be sent so that the roster wishes what is declared. */
export interface DeclarationPlan {
  /** Bodies of changes, as any producer would write them. */
  readonly changes: readonly string[];
  readonly joins: readonly string[];
  readonly leaves: readonly string[];
  /** Wished for, not declared, and protected: they stay. */
  readonly protectedMembers: readonly string[];
  /** A change that happened after the declaration decides: they stay as they are. */
  readonly newer: readonly string[];
  /** How many leaves need no leave of their own from an operator. */
  readonly leaveLimit: number;
}

/** The difference of a declaration to what the roster wishes. Whoever has no row is nobody's business. */
export function planDeclaration(
  declaration: Declaration,
  app: Pick<AppRow, 'idKind' | 'protectedMembers'>,
  rows: readonly MemberRow[],
  nowMs: number,
): DeclarationPlan {
  const occurredAt = declaration.occurredAt ?? new Date(nowMs).toISOString();
  const occurredAtMs = Date.parse(occurredAt);
  const managed = new Map(rows.filter(isManaged).map((row) => [row.key.memberId, row]));
  const isNewer = (memberId: string) => {
    const row = managed.get(memberId);
    return row !== undefined && occurredAtOf(row.version) > occurredAtMs;
  };
  const declared = new Set(declaration.members);
  const wished = [...managed.values()]
    .filter(({ action }) => action === 'join')
    .map(({ key }) => key.memberId);
  const toJoin = declaration.members.filter((memberId) => managed.get(memberId)?.action !== 'join');
  const toLeave = wished.filter((memberId) => !declared.has(memberId));
  const isProtected = (memberId: string) => app.protectedMembers.includes(memberId);
  const joins = toJoin.filter((memberId) => !isNewer(memberId));
  const leaves = toLeave.filter((memberId) => !isNewer(memberId) && !isProtected(memberId));
  const change = (action: 'join' | 'leave') => (memberId: string) =>
    changeBody(declaration, app, { action, memberId, occurredAt, row: managed.get(memberId) });
  return {
    changes: [...joins.map(change('join')), ...leaves.map(change('leave'))],
    joins,
    leaves,
    protectedMembers: toLeave.filter((memberId) => !isNewer(memberId) && isProtected(memberId)),
    newer: [...toJoin, ...toLeave].filter(isNewer),
    leaveLimit: removalLimit(wished.length),
  };
}

interface DeclaredChange {
  readonly action: 'join' | 'leave';
  readonly memberId: string;
  readonly occurredAt: string;
  readonly row: MemberRow | undefined;
}

/**
 * The same declaration over the same roster gives the same ids, so that a repeat is dropped. Once the roster has moved on
 * they are others: what was declared, undone and declared again must not be.
 */
function changeBody(
  declaration: Declaration,
  { idKind }: Pick<AppRow, 'idKind'>,
  { action, memberId, occurredAt, row }: DeclaredChange,
): string {
  const { appId, conversationId, members } = declaration;
  const declared = [appId, conversationId, members.toSorted(), declaration.occurredAt ?? null];
  const planned = [memberId, action, row?.version ?? null];
  return JSON.stringify({
    version: 1,
    id: `declare-${shortHash(declared)}-${shortHash(planned)}`,
    action,
    appId,
    conversationId,
    [idKind]: memberId,
    occurredAt,
    source: 'rollcall declare',
  });
}

function shortHash(value: unknown): string {
  return sha256Hex(JSON.stringify(value)).slice(0, 16);
}

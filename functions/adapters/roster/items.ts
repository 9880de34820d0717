import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type * as z from 'zod/mini';

/** An item as DynamoDB's API has it. */
export type Item = Record<string, AttributeValue>;

/** What the table keeps is made of these. */
type Plain = string | number | boolean | undefined | readonly Plain[] | { readonly [field: string]: Plain };

/**
 * An item of the table does not fit, as when somebody edited it by hand. The message names the kind of item, its
 * partition (never the sort key, which may be a person's id), the field and what is wrong with it, never a value.
 */
export class StoredItemError extends Error {
  override readonly name = 'StoredItemError';
}

/** Writes a value the way DynamoDB has it; fields that are undefined are left out. A set must not be empty. */
export function toAttribute(value: unknown): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number') return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (Array.isArray(value)) return { L: value.map(toAttribute) };
  if (value instanceof Set) return { SS: [...value] };
  if (typeof value === 'object' && value !== null) return { M: toItem(value) };
  throw new TypeError(`the table keeps no ${value === null ? 'null' : typeof value}`);
}

export function toItem(fields: object): Item {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept.map(([field, value]) => [field, toAttribute(value)]));
}

/** Reads an item that must fit the schema. */
export function fromItem<Value>(kind: string, item: Item, schema: z.ZodMiniType<Value>): Value {
  const read = schema.safeParse(plainItem(item));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  // Names inside a value may be somebody else's text; those of an item's own attributes are ours.
  throw misfit(kind, item, String(issue?.path[0] ?? 'the item'), issue?.message ?? 'is not valid');
}

export function misfit(kind: string, item: Item, field: string, problem: string): StoredItemError {
  return new StoredItemError(`${kind} item in ${item['pk']?.S ?? 'no partition'}: ${field}: ${problem}`);
}

function plainItem(item: Item): { [field: string]: Plain } {
  return Object.fromEntries(Object.entries(item).map(([field, value]) => [field, plain(value)]));
}

/** Kinds of values that Rollcall does not write come out as undefined, and so do not fit. */
function plain({ S, N, BOOL, L, M, SS }: AttributeValue): Plain {
  if (S !== undefined) return S;
  if (N !== undefined) return Number(N);
  if (L !== undefined) return L.map(plain);
  if (SS !== undefined) return SS;
  if (M !== undefined) return plainItem(M);
  return BOOL;
}

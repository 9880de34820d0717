import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { toAttribute } from './items.ts';

/** A change of one item: everything but which item. */
export type Update = Pick<
  UpdateItemCommandInput,
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
  | 'ReturnValues'
>;

/** What an update does to an item's attributes. */
export interface Changes {
  readonly set?: object;
  /** Set where the item does not have them. */
  readonly setOnce?: object;
  readonly remove?: readonly string[];
  readonly add?: Readonly<Record<string, number | ReadonlySet<string>>>;
  /** Elements to take out of sets. */
  readonly take?: Readonly<Record<string, ReadonlySet<string>>>;
}

/** An update by placeholders `#field` and `:field`, which a condition may use too: a good many names are reserved words. */
export function updateOf({ set = {}, setOnce = {}, remove = [], add = {}, take = {} }: Changes): Update {
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const name = (field: string) => {
    names[`#${field}`] = field;
    return `#${field}`;
  };
  const value = (field: string, given: unknown) => {
    values[`:${field}`] = toAttribute(given);
    return `:${field}`;
  };
  const sets = Object.entries(set).map(([field, given]) => `${name(field)} = ${value(field, given)}`);
  const defaults = Object.entries(setOnce).map(
    ([field, given]) => `${name(field)} = if_not_exists(${name(field)}, ${value(field, given)})`,
  );
  const adds = Object.entries(add).map(([field, by]) => `${name(field)} ${value(field, by)}`);
  const takes = Object.entries(take).map(([field, from]) => `${name(field)} ${value(field, from)}`);
  const expression = [
    clause('SET', [...sets, ...defaults]),
    clause('REMOVE', remove.map(name)),
    clause('ADD', adds),
    clause('DELETE', takes),
  ].join('');
  return {
    ...(expression !== '' && { UpdateExpression: expression }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** Fields to set, and those that are null to remove. */
export function patched(patch: object): Changes {
  const fields = Object.entries(patch);
  return {
    set: Object.fromEntries(fields.filter(([, value]) => value !== null)),
    remove: fields.filter(([, value]) => value === null).map(([field]) => field),
  };
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${keyword} ${parts.join(', ')} `;
}

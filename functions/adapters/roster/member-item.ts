import type { MemberKey } from '../../core/member-key.ts';
import type { MemberPatch, MemberRow, MemberState, SettledWish, Wish } from '../../core/roster.ts';
import type { Version } from '../../core/version.ts';
import { fromItem, type Item, misfit } from './items.ts';
import { conversationOf, MEMBER_PREFIX, userText } from './keys.ts';
import { memberItem } from './schemas.ts';
import { type Changes, patched, type Update, updateOf } from './update.ts';

export function rowOfItem(item: Item): MemberRow {
  const { pk, sk, idKind, expiresAt, ...fields } = fromItem('member', item, memberItem);
  const conversation = conversationOf(pk);
  if (!conversation) throw misfit('member', item, 'pk', 'must be C#<appId>#<conversationId>');
  return {
    key: { ...conversation, idKind, memberId: sk.slice(MEMBER_PREFIX.length) },
    ...fields,
    ...(expiresAt !== undefined && { expiresAtMs: expiresAt * 1000 }),
  };
}

type OptionalFields = {
  [Field in keyof MemberRow as undefined extends MemberRow[Field] ? Field : never]-?: MemberRow[Field];
};

/** What a new wish makes of the fields that it does not set. */
const AFTER_WISH: { readonly [Field in Exclude<keyof OptionalFields, 'message'>]: 'kept' | 'removed' } = {
  confirmed: 'kept',
  lateAction: 'kept',
  participantId: 'kept',
  mergedAtMs: 'kept',
  reason: 'removed',
  failingAloneSinceMs: 'removed',
  failedAloneAtMs: 'removed',
  doubtfulSinceMs: 'kept',
  timesCorrected: 'removed',
  correctedAtMs: 'removed',
  expiresAtMs: 'removed',
};

const REMOVED_BY_WISH = Object.entries(AFTER_WISH)
  .filter(([, fate]) => fate === 'removed')
  .map(([field]) => storedName(field));

/** The update that `rowAfterWish` describes, where the wish is newer than the row's. */
export function wishUpdate(key: MemberKey, wish: Wish | SettledWish, nowMs: number): Update {
  const isSettled = !('message' in wish);
  const state = isSettled ? { state: 'applied', doubtfulSinceMs: nowMs } : { state: 'pending' };
  const set = { ...constantOf(key), ...wish, ...state, wishedAtMs: nowMs, startsAlone: 0 };
  const remove = [...REMOVED_BY_WISH, 'message'].filter((field) => !(field in set));
  return {
    ...updateOf({ set, remove, add: { starts: isSettled ? 0 : 1 } }),
    ConditionExpression: 'attribute_not_exists(#version) OR #version < :version',
    ReturnValues: 'ALL_OLD',
  };
}

/** The update that writes a whole row where there is none. Such a row does not expire. */
export function newRowUpdate({ key, ...fields }: Omit<MemberRow, 'expiresAtMs'>): Update {
  return {
    ...updateOf({ set: { ...constantOf(key), ...fields } }),
    ConditionExpression: 'attribute_not_exists(#version)',
  };
}

/** What never changes in a row; written again with each wish it costs the index of users nothing. */
function constantOf(key: MemberKey) {
  return { idKind: key.idKind, user: userText(key) };
}

/** The update that `rowAfterPatch` describes, where the row still has this version, and this state if one is given. */
export function patchUpdate(
  version: Version,
  patch: MemberPatch,
  state?: MemberState,
  messageId?: string,
): Update {
  const fields = Object.entries(patch).map(([field, value]) => [
    storedName(field),
    storedValue(field, value),
  ]);
  const update = whileAt(version, state, patched(Object.fromEntries(fields)));
  return messageId === undefined ? update : whileNaming(messageId, update);
}

/** The update that counts a start, where the row still has this version and state. */
export function startUpdate(version: Version, alone: boolean, state: MemberState): Update {
  const add = alone ? { starts: 1, startsAlone: 1 } : { starts: 1 };
  return { ...whileAt(version, state, { add }), ReturnValues: 'ALL_NEW' };
}

function whileAt(version: Version, state: MemberState | undefined, changes: Changes): Update {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values, ...update } = updateOf(changes);
  return {
    ...update,
    ConditionExpression: state === undefined ? '#version = :at' : '#version = :at AND #state = :was',
    ExpressionAttributeNames: {
      ...names,
      '#version': 'version',
      ...(state !== undefined && { '#state': 'state' }),
    },
    ExpressionAttributeValues: {
      ...values,
      ':at': { S: version },
      ...(state !== undefined && { ':was': { S: state } }),
    },
  };
}

function whileNaming(messageId: string, update: Update): Update {
  return {
    ...update,
    ConditionExpression: `${update.ConditionExpression} AND #message.#messageId = :messageId`,
    ExpressionAttributeNames: {
      ...update.ExpressionAttributeNames,
      '#message': 'message',
      '#messageId': 'messageId',
    },
    ExpressionAttributeValues: { ...update.ExpressionAttributeValues, ':messageId': { S: messageId } },
  };
}

function storedName(field: string): string {
  return field === 'expiresAtMs' ? 'expiresAt' : field;
}

/** The table's time to live counts whole seconds: the next one, so that nothing goes too early. */
function storedValue(field: string, value: unknown): unknown {
  return field === 'expiresAtMs' && typeof value === 'number' ? Math.ceil(value / 1000) : value;
}

import type { ConversationPatch, ConversationRow } from '../core/conversation.ts';
import type { ConversationKey, MemberKey } from '../core/member-key.ts';
import type { Mergeable, MergeEdge } from '../core/merge.ts';
import type { MemberRow } from '../core/roster.ts';
import { fromItem, type Item, misfit, toItem } from './roster/items.ts';
import {
  conversationKey,
  conversationOf,
  HELD_LIST,
  MEMBER_PREFIX,
  mergeKey,
  runKey,
  USER_INDEX,
  userText,
  WORKLIST_INDEX,
  WORKLIST_SHARDS,
  worklistOf,
  worklistShard,
} from './roster/keys.ts';
import { rowOfItem } from './roster/member-item.ts';
import { dueItem, rowKeyItem, runItem } from './roster/schemas.ts';
import { patched, type Update, updateOf } from './roster/update.ts';
import { DynamoDBRoster, dueUpdate } from './roster.ts';

interface Due {
  readonly key: ConversationKey;
  readonly dueAtMs: number;
}

/** Conversations of a user whose rows are then read at once. */
const USER_PAGE = 100;
const RUN_KEPT_MS = 31 * 24 * 3_600_000;

/** The roster in DynamoDB with what the planner and the reconciler need besides. */
export class DynamoDBReconcileRoster extends DynamoDBRoster {
  readonly shards = WORKLIST_SHARDS;

  async due(shard: number, untilMs: number, limit: number): Promise<Due[]> {
    const { items } = await this.table.query({
      IndexName: WORKLIST_INDEX,
      KeyConditionExpression: 'worklist = :list AND worklistAt <= :until',
      ExpressionAttributeValues: toItem({ ':list': worklistShard('due', shard), ':until': untilMs }),
      Limit: limit,
    });
    return items.map(dueOfItem);
  }

  async postpone({ key, dueAtMs }: Due, toMs: number): Promise<boolean> {
    const { ExpressionAttributeValues: values, ...update } = dueUpdate(key, toMs);
    const output = await this.table.update(conversationKey(key), {
      ...update,
      ConditionExpression: '#worklistAt = :read',
      ExpressionAttributeValues: { ...values, ':read': { N: String(dueAtMs) } },
    });
    return output !== undefined;
  }

  async memberRows(key: ConversationKey, after?: string): Promise<{ rows: MemberRow[]; next?: string }> {
    const { pk } = conversationKey(key);
    const { items, end } = await this.table.query({
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: toItem({ ':pk': pk, ':prefix': MEMBER_PREFIX }),
      ...(after !== undefined && { ExclusiveStartKey: toItem({ pk, sk: after }) }),
    });
    const rows = items.map(rowOfItem);
    const next = end?.['sk']?.S;
    return next === undefined ? { rows } : { rows, next };
  }

  /** A conversation that has no row yet gets one that is due at once: a row without a due time would never be compared. */
  async patchConversation(key: ConversationKey, patch: ConversationPatch): Promise<void> {
    const setOnce = { worklistAt: 0, worklist: worklistOf('due', conversationKey(key)) };
    const changes = patched({ ...patch, ...heldIndexKey(patch) });
    await this.table.update(conversationKey(key), updateOf({ ...changes, setOnce }));
  }

  async countRemovals(
    key: ConversationKey,
    removals: ConversationRow['removals'],
    read: ConversationRow['removals'],
  ): Promise<boolean> {
    const output = await this.table.update(conversationKey(key), removalsUpdate(removals, read));
    return output !== undefined;
  }

  async conversationsOf(
    user: Pick<MemberKey, 'appId' | 'memberId'>,
    after?: string,
  ): Promise<{ conversations: ConversationKey[]; next?: string }> {
    const { items, end } = await this.table.query({
      IndexName: USER_INDEX,
      KeyConditionExpression: '#user = :user',
      ExpressionAttributeNames: { '#user': 'user' },
      ExpressionAttributeValues: toItem({ ':user': userText(user) }),
      Limit: USER_PAGE,
      ...(after !== undefined && { ExclusiveStartKey: userIndexKey(user, after) }),
    });
    const next = end?.['pk']?.S;
    const conversations = items.map(conversationOfItem);
    return next === undefined ? { conversations } : { conversations, next };
  }

  async claimMerge(of: Mergeable, { survivor, eventId }: Omit<MergeEdge, 'state'>): Promise<boolean> {
    const set = { survivor, eventId, state: 'claimed' };
    const { ExpressionAttributeValues: values, ...update } = updateOf({ set });
    const output = await this.table.update(mergeKey(of), {
      ...update,
      ConditionExpression: 'attribute_not_exists(#state) OR (#state = :ignored AND #eventId <> :eventId)',
      ExpressionAttributeValues: { ...values, ...toItem({ ':ignored': 'ignored' }) },
    });
    return output !== undefined;
  }

  async settleMerge(of: Mergeable, eventId: string, state: 'confirmed' | 'ignored'): Promise<boolean> {
    const { ExpressionAttributeValues: values, ...update } = updateOf({ set: { state } });
    const output = await this.table.update(mergeKey(of), {
      ...update,
      ConditionExpression: '#state = :claimed AND #eventId = :eventId',
      ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#eventId': 'eventId' },
      ExpressionAttributeValues: { ...values, ...toItem({ ':claimed': 'claimed', ':eventId': eventId }) },
    });
    return output !== undefined;
  }

  async run(window: number): Promise<{ planned: number; newlyHeld: number }> {
    return fromItem('run', (await this.table.get(runKey(window))) ?? {}, runItem);
  }

  async countPlanned(window: number, conversations: number): Promise<void> {
    await this.#count(window, { planned: conversations });
  }

  async countNewlyHeld(window: number): Promise<void> {
    await this.#count(window, { newlyHeld: 1 });
  }

  async #count(window: number, add: Readonly<Record<string, number>>): Promise<void> {
    const set = { expiresAt: Math.ceil((Date.now() + RUN_KEPT_MS) / 1000) };
    await this.table.update(runKey(window), updateOf({ set, add }));
  }
}

/** In the same write as the plan itself, so that no plan is ever held and not found. */
function heldIndexKey({ held }: ConversationPatch): object {
  if (held === undefined) return {};
  return held === null
    ? { heldList: null, heldSinceMs: null }
    : { heldList: HELD_LIST, heldSinceMs: held.heldAtMs };
}

/** Each pass appends its removals under its own time, so the last of them and how many there are tell whether another did. */
function removalsUpdate(removals: ConversationRow['removals'], read: ConversationRow['removals']): Update {
  const update = updateOf({ set: { removals } });
  const last = read?.at(-1);
  if (!read || !last) return { ...update, ConditionExpression: 'attribute_not_exists(#removals)' };
  return {
    ...update,
    ConditionExpression: `size(#removals) = :count AND #removals[${read.length - 1}].#atMs = :last`,
    ExpressionAttributeNames: { ...update.ExpressionAttributeNames, '#atMs': 'atMs' },
    ExpressionAttributeValues: {
      ...update.ExpressionAttributeValues,
      ...toItem({ ':count': read.length, ':last': last.atMs }),
    },
  };
}

/** Where a page of the index ended: the keys of the index and of the table. */
function userIndexKey(user: Pick<MemberKey, 'appId' | 'memberId'>, pk: string): Item {
  return toItem({ user: userText(user), pk, sk: `${MEMBER_PREFIX}${user.memberId}` });
}

function conversationOfItem(item: Item): ConversationKey {
  const key = conversationOf(fromItem('member', item, rowKeyItem).pk);
  if (!key) throw misfit('member', item, 'pk', 'must be C#<appId>#<conversationId>');
  return key;
}

function dueOfItem(item: Item): Due {
  const { pk, worklistAt } = fromItem('conversation', item, dueItem);
  const key = conversationOf(pk);
  if (!key) throw misfit('conversation', item, 'pk', 'must be C#<appId>#<conversationId>');
  return { key, dueAtMs: worklistAt };
}

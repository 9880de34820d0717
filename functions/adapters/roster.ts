import type { DynamoDBClient, UpdateItemCommandOutput } from '@aws-sdk/client-dynamodb';
import type { AppRow } from '../core/app.ts';
import type { ConversationRow } from '../core/conversation.ts';
import type { ConversationKey, MemberKey } from '../core/member-key.ts';
import type { Mergeable, MergeEdge } from '../core/merge.ts';
import {
  type MemberPatch,
  type MemberRow,
  type MemberState,
  type ParkedItem,
  rowAfterWish,
  type SettledWish,
  type Wish,
} from '../core/roster.ts';
import type { Version } from '../core/version.ts';
import { readAppItem } from './roster/app-item.ts';
import { fromItem } from './roster/items.ts';
import {
  appKey,
  conversationKey,
  type ItemKey,
  memberKey,
  mergeKey,
  parkedKey,
  worklistOf,
} from './roster/keys.ts';
import { patchUpdate, rowOfItem, startUpdate, wishUpdate } from './roster/member-item.ts';
import { conversationItem, mergeItem, parkedItem } from './roster/schemas.ts';
import { Table } from './roster/table.ts';
import { type Update, updateOf } from './roster/update.ts';

/**
 * The roster in DynamoDB, as the consumer uses it. Each method is one request; the SDK repeats those whose answer did
 * not come. So a write may happen twice, which a patch, a due time and a parked item bear unchanged. A repeated start
 * counts once more than it should, and a repeated wish meets itself and says that it was not written: both look like a
 * process that died at work.
 *
 * @throws StoredItemError where an item of the table does not fit.
 */
export class DynamoDBRoster {
  protected readonly table: Table;

  constructor(client: DynamoDBClient, tableName: string) {
    this.table = new Table(client, tableName);
  }

  async app(appId: string): Promise<AppRow | undefined> {
    const item = await this.table.get(appKey(appId));
    return item && readAppItem(item, this.table.name).row;
  }

  async createConversation(key: ConversationKey, dueAtMs: number): Promise<void> {
    await this.table.update(conversationKey(key), {
      ...dueUpdate(key, dueAtMs),
      ConditionExpression: 'attribute_not_exists(#worklistAt)',
    });
  }

  async putWish(
    key: MemberKey,
    wish: Wish | SettledWish,
    nowMs: number,
  ): Promise<{ written: false } | { written: true; before?: MemberRow; row: MemberRow }> {
    const output = await this.#updateMember(key, wishUpdate(key, wish, nowMs));
    if (!output) return { written: false };
    if (!output.Attributes) return { written: true, row: rowAfterWish(key, undefined, wish, nowMs) };
    const before = rowOfItem(output.Attributes);
    return { written: true, before, row: rowAfterWish(key, before, wish, nowMs) };
  }

  async member(key: MemberKey): Promise<MemberRow | undefined> {
    const item = await this.table.get(memberKey(key));
    return item && rowOfItem(item);
  }

  async patchMember(
    key: MemberKey,
    version: Version,
    patch: MemberPatch,
    state?: MemberState,
    messageId?: string,
  ): Promise<boolean> {
    return (await this.#updateMember(key, patchUpdate(version, patch, state, messageId))) !== undefined;
  }

  async countStart(
    key: MemberKey,
    version: Version,
    alone: boolean,
    state: MemberState,
  ): Promise<MemberRow | undefined> {
    const output = await this.#updateMember(key, startUpdate(version, alone, state));
    return output?.Attributes && rowOfItem(output.Attributes);
  }

  async markDue(key: ConversationKey, dueAtMs: number): Promise<void> {
    await this.table.update(conversationKey(key), {
      ...dueUpdate(key, dueAtMs),
      ConditionExpression: 'attribute_not_exists(#worklistAt) OR #worklistAt > :worklistAt',
    });
  }

  async conversation(key: ConversationKey): Promise<ConversationRow | undefined> {
    const item = await this.table.get(conversationKey(key));
    if (!item) return undefined;
    const { worklistAt, ...fields } = fromItem('conversation', item, conversationItem);
    const { appId, conversationId } = key;
    return { key: { appId, conversationId }, dueAtMs: worklistAt, ...fields };
  }

  async merge(of: Mergeable): Promise<MergeEdge | undefined> {
    const item = await this.table.get(mergeKey(of));
    return item && fromItem('merge', item, mergeItem);
  }

  async parkedItem(messageId: string): Promise<ParkedItem | undefined> {
    const item = await this.table.get(parkedKey(messageId));
    return item && !item['settledAs'] ? fromItem('parked', item, parkedItem) : undefined;
  }

  async putParkedItem(item: ParkedItem): Promise<void> {
    await this.table.put(itemOfParked(item), {
      ConditionExpression: 'attribute_not_exists(settledAs) OR settledAs <> :discarded',
      ExpressionAttributeValues: { ':discarded': { S: 'discarded' } },
    });
  }

  async #updateMember(key: MemberKey, update: Update): Promise<UpdateItemCommandOutput | undefined> {
    try {
      return await this.table.update(memberKey(key), update);
    } catch (error) {
      // DynamoDB does not say which field it could not count up; reading the row does.
      if (error instanceof Error && error.name === 'ValidationException') await this.member(key);
      throw error;
    }
  }
}

/** Puts a conversation on the worklist, as due then. */
export function dueUpdate(key: ConversationKey, dueAtMs: number): Update {
  return updateOf({ set: { worklistAt: dueAtMs, worklist: worklistOf('due', conversationKey(key)) } });
}

/** A parked item whole, with its place on the worklist. */
export function itemOfParked(item: ParkedItem): ItemKey & ParkedItem {
  const key = parkedKey(item.message.messageId);
  const worklist = { worklist: worklistOf('parked', key), worklistAt: item.parkedAtMs };
  return { ...key, ...worklist, ...item };
}

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ConversationKey } from '../core/member-key.ts';
import { fromItem, type Item, misfit, toItem } from './roster/items.ts';
import { conversationKey, conversationOf, HELD_INDEX, HELD_LIST } from './roster/keys.ts';
import { heldItem } from './roster/schemas.ts';
import { Table } from './roster/table.ts';

interface Held {
  readonly key: ConversationKey;
  readonly heldAtMs: number;
}

/** Finds the conversations whose removals wait for an operator. */
export class DynamoDBHeldConversations {
  readonly #table: Table;

  constructor(client: DynamoDBClient, tableName: string) {
    this.#table = new Table(client, tableName);
  }

  async heldConversations(limit: number, after?: Held): Promise<{ held: Held[]; next?: Held }> {
    const { items, end } = await this.#table.query({
      IndexName: HELD_INDEX,
      KeyConditionExpression: 'heldList = :list',
      ExpressionAttributeValues: toItem({ ':list': HELD_LIST }),
      Limit: limit,
      ...(after && { ExclusiveStartKey: indexKey(after) }),
    });
    const held = items.map(heldOfItem);
    return end ? { held, next: heldOfItem(end) } : { held };
  }
}

function indexKey({ key, heldAtMs }: Held): Item {
  return toItem({ ...conversationKey(key), heldList: HELD_LIST, heldSinceMs: heldAtMs });
}

function heldOfItem(item: Item): Held {
  const { pk, heldSinceMs } = fromItem('conversation', item, heldItem);
  const key = conversationOf(pk);
  if (!key) throw misfit('conversation', item, 'pk', 'must be C#<appId>#<conversationId>');
  return { key, heldAtMs: heldSinceMs };
}

import { createHash } from 'node:crypto';
import type { ConversationKey, MemberKey } from '../../core/member-key.ts';
import type { Mergeable } from '../../core/merge.ts';

/*
 * Where things stand in the roster table.
 *
 * | item         | pk                          | sk             | worklist         | worklistAt   |
 * |--------------|-----------------------------|----------------|------------------|--------------|
 * | member       | `C#<appId>#<conversationId>` | `M#<memberId>` |                  |              |
 * | conversation | `C#<appId>#<conversationId>` | `C`            | `due#<shard>`    | when due     |
 * | app          | `APPS`                       | `<appId>`      |                  |              |
 * | parked       | `P#<messageId>`              | `P`            | `parked#<shard>` | when parked  |
 * | … settled    |                              |                | `settled#<shard>` | when its copy is to go |
 * | run          | `RUNS`                       | `<window>`     |                  |              |
 * | audit        | `AUDIT#<yyyy-mm>`            | `<time>#<id>`  |                  |              |
 * | merge        | `M#<appId>#<kind>#<id>`      | `M`            |                  |              |
 *
 * A conversation with a held plan has `heldList` and `heldSinceMs` besides, by which another index finds it.
 *
 * A member row has `user`, which is `<appId>#<memberId>`: by it a third index finds a user's conversations.
 *
 * Ids of apps and conversations hold no `#`.
 */

/** The attributes that an item is found by. */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** The index of what waits to be looked at, and over how many keys each of its lists is spread so that none is hot. */
export const WORKLIST_INDEX = 'worklist';
export const WORKLIST_SHARDS = 8;

/**
 * The index of conversations with a held plan, and the one key that they all have in it: plans are held far too rarely
 * for that key to become hot.
 */
export const HELD_INDEX = 'held';
export const HELD_LIST = 'held';

/** The index of member rows by user. It holds keys alone, which never change: each row is written to it once. */
export const USER_INDEX = 'user';

export const MEMBER_PREFIX = 'M#';
export const APPS_PK = 'APPS';

/** What waits: conversations to be compared, parked changes for an operator, settled ones for the dead-letter queue's copy to go. */
export type Worklist = 'due' | 'parked' | 'settled';

export function conversationKey(key: ConversationKey): ItemKey {
  return { pk: `C#${key.appId}#${key.conversationId}`, sk: 'C' };
}

export function memberKey(key: MemberKey): ItemKey {
  return { pk: conversationKey(key).pk, sk: `${MEMBER_PREFIX}${key.memberId}` };
}

export function appKey(appId: string): ItemKey {
  return { pk: APPS_PK, sk: appId };
}

export function parkedKey(messageId: string): ItemKey {
  return { pk: `P#${messageId}`, sk: 'P' };
}

/** The message that an item of a parked change is about; undefined: it is no such item. */
export function parkedMessageOf(pk: string): string | undefined {
  return pk.startsWith('P#') ? pk.slice(2) : undefined;
}

/** Where it stands what became of a discarded user or conversation. */
export function mergeKey({ appId, kind, id }: Mergeable): ItemKey {
  return { pk: `M#${appId}#${kind}#${id}`, sk: 'M' };
}

/** The key of a user's rows in the index of users. */
export function userText({ appId, memberId }: Pick<MemberKey, 'appId' | 'memberId'>): string {
  return `${appId}#${memberId}`;
}

/** What was planned and held within one reconcile interval. */
export function runKey(window: number): ItemKey {
  return { pk: 'RUNS', sk: String(window) };
}

/** What operators did in one month (`2026-01`), in its order. */
export function auditPk(month: string): string {
  return `AUDIT#${month}`;
}

/** The worklist key of an item: its place among the shards never changes. */
export function worklistOf(list: Worklist, { pk }: ItemKey): string {
  const shard = createHash('sha256').update(pk).digest().readUInt32BE() % WORKLIST_SHARDS;
  return worklistShard(list, shard);
}

export function worklistShard(list: Worklist, shard: number): string {
  return `${list}#${shard}`;
}

/** The conversation that a partition belongs to; undefined: it is no conversation's. */
export function conversationOf(pk: string): ConversationKey | undefined {
  const [kind, appId, conversationId, ...rest] = pk.split('#');
  return kind === 'C' && appId && conversationId && rest.length === 0 ? { appId, conversationId } : undefined;
}

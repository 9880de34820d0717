import type { MemberKey } from '../core/member-key.ts';
import { conversationNode, MERGE_CHAIN_MAX, type Mergeable, userOf } from '../core/merge.ts';
import type { Roster } from './ports.ts';

/** The member that has taken a member's place, over all merges that are known; undefined: none has. */
export async function survivorOf(
  key: MemberKey,
  roster: Pick<Roster, 'merge'>,
): Promise<MemberKey | undefined> {
  const memberId = await lastOf(userOf(key), roster);
  const conversationId = await lastOf(conversationNode(key), roster);
  const isItself = memberId === key.memberId && conversationId === key.conversationId;
  return isItself ? undefined : { ...key, memberId, conversationId };
}

/** The end of a chain of merges. Confirmed edges close no circle. */
export async function lastOf(first: Mergeable, roster: Pick<Roster, 'merge'>): Promise<string> {
  let { id } = first;
  for (let step = 0; step < MERGE_CHAIN_MAX; step += 1) {
    const edge = await roster.merge({ ...first, id });
    if (edge?.state !== 'confirmed') return id;
    id = edge.survivor;
  }
  throw new Error(`a chain of more than ${MERGE_CHAIN_MAX} merges`);
}

import type { ConversationKey, MemberKey } from '../core/member-key.ts';
import type { Mergeable } from '../core/merge.ts';
import type { MemberRow, MemberState } from '../core/roster.ts';
import type { Version } from '../core/version.ts';
import { DynamoDBReconcileRoster } from './reconcile-roster.ts';
import { type Item, toItem } from './roster/items.ts';
import { conversationKey, memberKey, mergeKey } from './roster/keys.ts';
import { newRowUpdate } from './roster/member-item.ts';
import type { Update } from './roster/update.ts';
import { dueUpdate } from './roster.ts';

/** The roster in DynamoDB with what only an operator's commands do. */
export class DynamoDBOperatorRoster extends DynamoDBReconcileRoster {
  /** Writes the row of a member that has none yet; false: it has one. */
  async adoptMember(row: Omit<MemberRow, 'expiresAtMs'>): Promise<boolean> {
    return (await this.table.update(memberKey(row.key), newRowUpdate(row))) !== undefined;
  }

  /** Deletes a row that still has this version and state; says whether it did. */
  async deleteMember(key: MemberKey, version: Version, state: MemberState): Promise<boolean> {
    return this.table.delete(memberKey(key), {
      ConditionExpression: '#version = :version AND #state = :state',
      ExpressionAttributeNames: { '#version': 'version', '#state': 'state' },
      ExpressionAttributeValues: toItem({ ':version': version, ':state': state }),
    });
  }

  /** Every merge that names this one, as the discarded one or as the survivor. No index knows survivors: looks at the whole table. */
  async *mergesOf({ appId, kind, id }: Mergeable): AsyncGenerator<Mergeable> {
    const prefix = mergeKey({ appId, kind, id: '' }).pk;
    let start: Item | undefined;
    do {
      const page = await this.table.scan({
        ConsistentRead: true,
        FilterExpression: 'pk = :own OR (begins_with(pk, :prefix) AND survivor = :id)',
        ExpressionAttributeValues: toItem({ ':own': prefix + id, ':prefix': prefix, ':id': id }),
        ProjectionExpression: 'pk',
        ...(start && { ExclusiveStartKey: start }),
      });
      for (const { pk } of page.items) yield { appId, kind, id: (pk?.S ?? '').slice(prefix.length) };
      start = page.end;
    } while (start);
  }

  async deleteMerge(of: Mergeable): Promise<void> {
    await this.table.delete(mergeKey(of));
  }

  /** Approves the held removals of exactly this hash, and makes the conversation due; false: they are held no more. */
  async approveHeld(
    key: ConversationKey,
    hash: string,
    { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number },
  ): Promise<boolean> {
    const update = approvalUpdate(dueUpdate(key, nowMs), hash, untilMs);
    return (await this.table.update(conversationKey(key), update)) !== undefined;
  }
}

/** One write, so that an approval never waits for a pass that comes when it is over. */
function approvalUpdate(due: Update, hash: string, untilMs: number): Update {
  return {
    UpdateExpression: `${due.UpdateExpression}, #held.#approvedUntilMs = :until`,
    ConditionExpression: '#held.#hash = :hash',
    ExpressionAttributeNames: {
      ...due.ExpressionAttributeNames,
      '#held': 'held',
      '#hash': 'hash',
      '#approvedUntilMs': 'approvedUntilMs',
    },
    ExpressionAttributeValues: {
      ...due.ExpressionAttributeValues,
      ...toItem({ ':until': untilMs, ':hash': hash }),
    },
  };
}

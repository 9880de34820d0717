import type { ConversationKey } from '../core/member-key.ts';
import type { MemberRow } from '../core/roster.ts';
import { DynamoDBReconcileRoster } from './reconcile-roster.ts';
import { toItem } from './roster/items.ts';
import { conversationKey, memberKey } from './roster/keys.ts';
import { newRowUpdate } from './roster/member-item.ts';
import type { Update } from './roster/update.ts';
import { dueUpdate } from './roster.ts';

/** The roster in DynamoDB with what only an operator's commands do. */
export class DynamoDBOperatorRoster extends DynamoDBReconcileRoster {
  /** Writes the row of a member that has none yet; false: it has one. */
  async adoptMember(row: Omit<MemberRow, 'expiresAtMs'>): Promise<boolean> {
    return (await this.table.update(memberKey(row.key), newRowUpdate(row))) !== undefined;
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

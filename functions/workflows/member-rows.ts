import type { ConversationKey } from '../core/member-key.ts';
import type { MemberRow } from '../core/roster.ts';
import type { ConversationRows } from './ports.ts';

/** All member rows of a conversation, page by page. */
export async function allMemberRows(
  conversation: ConversationKey,
  roster: Pick<ConversationRows, 'memberRows'>,
): Promise<MemberRow[]> {
  const rows: MemberRow[] = [];
  let after: string | undefined;
  do {
    const page = await roster.memberRows(conversation, after);
    rows.push(...page.rows);
    after = page.next;
  } while (after !== undefined);
  return rows;
}

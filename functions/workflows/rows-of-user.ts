import type { IdKind, MemberKey } from '../core/member-key.ts';
import type { Mergeable } from '../core/merge.ts';
import type { MemberRow } from '../core/roster.ts';
import type { ConversationRows, Roster, Users } from './ports.ts';

type RowsRoster = Pick<Roster, 'member'> &
  Pick<Users, 'conversationsOf'> &
  Pick<ConversationRows, 'memberRows'>;

/** The rows of a user, or of a conversation, a page at a time. A user's come from an index that lags behind. */
export async function* rowsOf(
  { appId, kind, id }: Mergeable,
  idKind: IdKind,
  roster: RowsRoster,
): AsyncGenerator<readonly MemberRow[]> {
  let after: string | undefined;
  do {
    if (kind === 'conversation') {
      const page = await roster.memberRows({ appId, conversationId: id }, after);
      yield page.rows;
      after = page.next;
      continue;
    }
    const page = await roster.conversationsOf({ appId, memberId: id }, after);
    const keys = page.conversations.map((of): MemberKey => ({ ...of, idKind, memberId: id }));
    const rows = await Promise.all(keys.map((key) => roster.member(key)));
    yield rows.filter((row) => row !== undefined);
    after = page.next;
  } while (after !== undefined);
}

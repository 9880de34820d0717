import type { AppRow } from '../core/app.ts';
import type { ConversationRow } from '../core/conversation.ts';
import type { Participant } from '../core/listing.ts';
import type { ConversationKey } from '../core/member-key.ts';
import type { MemberRow } from '../core/roster.ts';
import { type ListContext, listAllParticipants, type ParticipantsRead } from './list-participants.ts';
import { allMemberRows } from './member-rows.ts';
import type { ConversationRows, Roster } from './ports.ts';

/** What is known of a conversation. */
export interface ConversationStatus {
  readonly row: ConversationRow | undefined;
  readonly members: readonly MemberStatus[];
  /** Absent: no listing was asked for. */
  readonly listing?: ParticipantsRead;
}

export interface MemberStatus {
  readonly memberId: string;
  /** Absent: the roster knows nothing of this participant. */
  readonly row?: MemberRow;
  /** Absent: not known. */
  readonly present?: boolean;
}

/** Reads what is wished, what was applied and, where a listing is asked for, who takes part. */
export async function readStatus(
  conversation: ConversationKey,
  app: AppRow,
  roster: Pick<Roster, 'conversation'> & Pick<ConversationRows, 'memberRows'>,
  listContext: ListContext | undefined,
): Promise<ConversationStatus> {
  const listing = listContext && (await listAllParticipants(conversation, app, listContext));
  const rows = await allMemberRows(conversation, roster);
  const row = await roster.conversation(conversation);
  const participants = listing?.kind === 'complete' ? listing.participants : undefined;
  return { row, members: membersOf(rows, app, participants), ...(listing && { listing }) };
}

function membersOf(
  rows: readonly MemberRow[],
  { idKind }: AppRow,
  participants: readonly Participant[] | undefined,
): MemberStatus[] {
  if (!participants) return rows.map((row) => ({ memberId: row.key.memberId, row }));
  const present = new Set(participants.flatMap((participant) => participant[idKind] ?? []));
  const known = new Set(rows.map(({ key }) => key.memberId));
  const strangers = [...present].filter((memberId) => !known.has(memberId));
  return [
    ...rows.map((row) => ({ memberId: row.key.memberId, row, present: present.has(row.key.memberId) })),
    ...strangers.map((memberId) => ({ memberId, present: true })),
  ];
}

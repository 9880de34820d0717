import type { ConversationRow } from '../functions/core/conversation.ts';
import type { MemberReport, StatusReport } from './status-report.ts';
import { columns, count, counted, shown } from './terminal.ts';

/** The status of a conversation as people read it. */
export function statusText(report: StatusReport, row: ConversationRow | undefined): string {
  const { appId, conversationId, policy, reconcile, nextDueAt, members } = report;
  const facts = [
    ['conversation', `${appId} ${conversationId}`],
    ['policy', policy],
    ['reconcile', reconcile ? 'on' : 'off'],
    ['next pass due', nextDueAt ?? 'never: no row'],
    ['last pass', lastPassText(row)],
    ['held', heldText(row)],
  ].map(([name, value]) => `${`${name}:`.padEnd(15)}${value}`);
  if (members.length === 0)
    return [...facts, '', 'nobody is wished for, and nobody is known to be present'].join('\n');
  const heading = ['MEMBER', 'WISHED', 'STATE', 'CONFIRMED', 'PRESENT', 'LAST CHANGE'];
  return [...facts, '', columns([heading, ...members.map(cells)])].join('\n');
}

function cells(member: MemberReport): string[] {
  const { memberId, wished, state = '', reason, confirmedAt = '', present, changeId, changedAt } = member;
  const change = changeId === undefined ? '' : `${shown(changeId)}${changedAt ? ` of ${changedAt}` : ''}`;
  return [
    shown(memberId),
    wished,
    reason === undefined ? state : `${state}: ${reason}`,
    confirmedAt,
    present === undefined ? '?' : present ? 'yes' : 'no',
    change,
  ];
}

function lastPassText(row: ConversationRow | undefined): string {
  if (!row?.lastPass) return 'none';
  const { finishedAtMs, listing, participants, missing, unexpected, corrected, held } = row.lastPass;
  const found = `${count(participants)} present, ${count(missing)} missing, ${count(unexpected)} unexpected`;
  const done = `${counted(corrected, 'correction')} sent, ${counted(held, 'removal')} held`;
  return `${new Date(finishedAtMs).toISOString()}: listing ${listing}, ${found}, ${done}`;
}

function heldText(row: ConversationRow | undefined): string {
  if (!row?.held) return 'nothing';
  const { hash, heldAtMs, removals, approvedUntilMs } = row.held;
  const since = `${counted(removals.length, 'removal')} since ${new Date(heldAtMs).toISOString()}, plan ${hash}`;
  return approvedUntilMs === undefined
    ? since
    : `${since}, approved until ${new Date(approvedUntilMs).toISOString()}`;
}

import type { Command } from 'commander';
import type { ParkedSummary } from '../../functions/core/parked.ts';
import { ageText } from '../ages.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { addFilterOptions, byReason, type FilterOptions, filterOf, readParked } from '../parked-filter.ts';
import { columns, counted, print, shown } from '../terminal.ts';

type ListOptions = DeploymentOptions & FilterOptions & { readonly json?: true };

const HELP = `
The list is read from the table, never from the dead-letter queue, where looking would hide what is seen. It may lag
behind by a moment. Where a message could not be read, it names no app and no member.

--json prints an array of objects: messageId, reason, detail, parkedAtMs, key (appId, conversationId, idKind, memberId),
changeId.`;

export function addParkedList(parked: Command): void {
  const command = parked
    .command('list')
    .description('list what is parked, the longest parked first')
    .option('--json', 'print a JSON array instead')
    .addHelpText('after', HELP)
    .action(list);
  addFilterOptions(command);
  addTableOptions(command);
}

async function list(options: ListOptions): Promise<void> {
  const nowMs = Date.now();
  const filter = filterOf(options, nowMs);
  const { parked } = await connectTable(options);
  const found = await readParked(filter, parked);
  if (options.json) print(JSON.stringify(found));
  else if (found.length === 0) print('nothing is parked');
  else print(`${parkedTable(found, nowMs)}\n\n${counted(found.length, 'change')} parked: ${byReason(found)}`);
}

export function parkedTable(found: readonly ParkedSummary[], nowMs: number): string {
  const lines = found.map(({ messageId, reason, parkedAtMs, key, changeId }) => [
    shown(messageId),
    reason,
    ageText(nowMs - parkedAtMs),
    key ? shown(key.appId) : '?',
    key ? shown(key.conversationId) : '?',
    key ? shown(key.memberId) : '?',
    changeId === undefined ? '?' : shown(changeId),
  ]);
  return columns([['MESSAGE', 'REASON', 'AGE', 'APP', 'CONVERSATION', 'MEMBER', 'CHANGE'], ...lines]);
}

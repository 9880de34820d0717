import { type Command, Option } from 'commander';
import type { ParkedFilter, ParkedSummary } from '../functions/core/parked.ts';
import { PARK_REASONS, type ParkReason } from '../functions/core/reasons.ts';
import { listParked } from '../functions/workflows/parked-changes.ts';
import type { ParkedChanges } from '../functions/workflows/ports.ts';
import { readAge } from './ages.ts';
import { readPathId } from './arguments.ts';
import { count, ProgressLine, UsageError } from './terminal.ts';

/** Which parked changes a command is about, as its options say. */
export interface FilterOptions {
  readonly reason?: ParkReason;
  readonly app?: string;
  readonly conversation?: string;
  readonly olderThan?: number;
  readonly newerThan?: number;
}

export function addFilterOptions(command: Command): Command {
  return command
    .addOption(new Option('--reason <reason>', 'only those parked for it').choices(Object.keys(PARK_REASONS)))
    .option('--app <app>', 'only those of this app', readPathId)
    .option('--conversation <conversation>', 'only those of this conversation; with --app', readPathId)
    .option('--older-than <age>', 'only those parked longer ago: 90s, 30m, 12h, 7d', readAge)
    .option('--newer-than <age>', 'only those parked since', readAge);
}

export function hasFilter({ reason, app, conversation, olderThan, newerThan }: FilterOptions): boolean {
  return [reason, app, conversation, olderThan, newerThan].some((option) => option !== undefined);
}

/** What was parked when the command began: what is parked anew while it runs is left alone. */
export function filterOf(options: FilterOptions, nowMs: number): ParkedFilter {
  const { reason, app, conversation, olderThan = 0, newerThan } = options;
  if (conversation !== undefined && app === undefined)
    throw new UsageError('--conversation needs --app: ids of conversations are those of an app');
  return {
    ...(reason && { reason }),
    ...(app !== undefined && { appId: app }),
    ...(conversation !== undefined && { conversationId: conversation }),
    ...(newerThan !== undefined && { sinceMs: nowMs - newerThan }),
    untilMs: nowMs - olderThan,
  };
}

/** All that is meant, the longest parked first. */
export async function readParked(
  filter: ParkedFilter,
  parked: Pick<ParkedChanges, 'shards' | 'page'>,
): Promise<ParkedSummary[]> {
  const progress = new ProgressLine();
  const found: ParkedSummary[] = [];
  for await (const page of listParked(filter, parked)) {
    found.push(...page);
    progress.show(() => `${count(found.length)} found`);
  }
  progress.clear();
  return found.toSorted((a, b) => a.parkedAtMs - b.parkedAtMs || (a.messageId < b.messageId ? -1 : 1));
}

/** How many for each reason, the most first. */
export function byReason(parked: readonly ParkedSummary[]): string {
  const groups = [...Map.groupBy(parked, ({ reason }) => reason)].toSorted(
    ([, a], [, b]) => b.length - a.length,
  );
  return groups.map(([reason, of]) => `${count(of.length)} ${reason}`).join(', ');
}

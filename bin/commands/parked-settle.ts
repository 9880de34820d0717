import type { Command } from 'commander';
import { systemClock } from '../../functions/adapters/clock.ts';
import { discard, redrive, type Settlement } from '../../functions/workflows/parked-changes.ts';
import { type SettleRun, settleAll } from '../../functions/workflows/settle-parked.ts';
import {
  addQueueOptions,
  addTableOption,
  addTableOptions,
  type ConnectedTable,
  connectEvents,
  connectRedriveQueue,
  connectTable,
  type DeploymentOptions,
} from '../deployment.ts';
import { onInterrupt } from '../interrupt.ts';
import { asOperator } from '../operator.ts';
import {
  addFilterOptions,
  byReason,
  type FilterOptions,
  filterOf,
  hasFilter,
  readParked,
} from '../parked-filter.ts';
import { complain, count, counted, describe, ProgressLine, print, shown, UsageError } from '../terminal.ts';
import { parkedTable } from './parked-list.ts';

type What = 'redrive' | 'discard';

interface SettleOptions extends DeploymentOptions, FilterOptions {
  readonly all?: true;
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const DESCRIPTIONS = {
  redrive: 'send parked changes again, once what kept them from being applied is put right',
  discard: 'give parked changes up: their members are no longer managed',
} as const;

const HELPS = {
  redrive: `
A redriven change keeps the place among its member's changes that it always had: where a newer one has decided
meanwhile, it does nothing. What still fails is parked again, as another message.`,
  discard: `
A member whose change is discarded stays as it is at the vendor, and is corrected by nobody until a new change names it.
Where a newer change has decided meanwhile, only the parked one goes. What was discarded cannot be brought back.`,
} as const;

const HELP = `
Name messages, or which ones by --reason and the other filters, or --all. What is parked while it runs is left alone.
It may be interrupted at any time, and run again: each change is settled once.

--json prints one object: meant, done, already, parkedAnew, unknown, left, and interrupted or failed (true).

Exit codes: 0 all settled · 1 not all, or not confirmed · 2 wrong usage · 130 interrupted`;

/** `end` is given the exit code. */
export function addParkedSettle(parked: Command, what: What, end: (exitCode: number) => void): void {
  const command = parked
    .command(what)
    .description(DESCRIPTIONS[what])
    .argument('[messages...]', 'their message ids')
    .option('--all', 'everything that is parked')
    .option('--yes', what === 'redrive' ? 'go on, where no message is named' : 'go on')
    .option('--dry-run', 'show which ones are meant, and settle none')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', `${HELPS[what]}\n${HELP}`)
    .action(async (messageIds: readonly string[], options: SettleOptions) =>
      end(await settle(what, messageIds, options)),
    );
  addFilterOptions(command);
  if (what === 'discard') addTableOptions(command);
  else addQueueOptions(addTableOption(command));
}

async function settle(what: What, named: readonly string[], options: SettleOptions): Promise<number> {
  refuseContradictions(named, options);
  const table = await connectTable(options);
  const messageIds = await meant(named, options, table);
  const isNamed = named.length > 0;
  if (options.dryRun || messageIds.length === 0) {
    print(
      options.json
        ? JSON.stringify(reportOf(messageIds.length, NOTHING_DONE(messageIds.length), false))
        : `${counted(messageIds.length, 'change')} to ${what}; nothing was done${options.dryRun ? ' (dry run)' : ''}`,
    );
    return 0;
  }
  if (!options.yes && !(isNamed && what === 'redrive')) {
    complain(`${counted(messageIds.length, 'change')} would be ${PAST[what]}; --yes does that`);
    return 1;
  }
  const act = await actOf(what, table, options);
  const interrupt = onInterrupt(() => {});
  const progress = new ProgressLine();
  const run = await asOperator(
    options,
    table.audit,
    { action: `parked ${what}`, target: targetOf(named, options, messageIds.length) },
    () =>
      settleAll(messageIds, act, interrupt.signal, (settled) =>
        progress.show(() => `${count(settled)} of ${count(messageIds.length)}`),
      ),
    ({ done, left }) => `${done} ${PAST[what]}, ${left} left`,
  );
  interrupt.forget();
  progress.clear();
  return tell(what, messageIds.length, run, interrupt.signal.aborted, options);
}

const PAST = { redrive: 'redriven', discard: 'discarded' } as const;

const NOTHING_DONE = (left: number): SettleRun => ({ done: 0, already: 0, parkedAnew: 0, unknown: [], left });

function refuseContradictions(named: readonly string[], options: SettleOptions): void {
  const ways = [named.length > 0, options.all === true, hasFilter(options)].filter(Boolean).length;
  if (ways === 0) throw new UsageError('which changes? Name messages, or give a filter, or --all');
  if (named.length > 0 && ways > 1)
    throw new UsageError('messages that are named go with no filter and no --all');
  if (options.all && hasFilter(options)) throw new UsageError('--all goes with no filter');
}

/** Those that are named are settled whether or not the list shows them yet. */
async function meant(
  named: readonly string[],
  options: SettleOptions,
  { parked }: ConnectedTable,
): Promise<readonly string[]> {
  if (named.length > 0) return [...new Set(named)];
  const nowMs = Date.now();
  const found = await readParked(filterOf(options, nowMs), parked);
  if (!options.json && found.length > 0) {
    if (options.dryRun) print(`${parkedTable(found, nowMs)}\n`);
    complain(`meant: ${byReason(found)}`);
  }
  return found.map(({ messageId }) => messageId);
}

async function actOf(
  what: What,
  { parked, roster }: ConnectedTable,
  options: SettleOptions,
): Promise<(messageId: string) => Promise<Settlement>> {
  const ports = { parked, roster, events: await connectEvents(), clock: systemClock };
  if (what === 'discard') return (messageId) => discard(messageId, ports);
  const queue = await connectRedriveQueue(options);
  return (messageId) => redrive(messageId, { ...ports, queue });
}

const NAMED_MAX = 20;

function targetOf(
  named: readonly string[],
  { reason, app, conversation, olderThan, newerThan }: SettleOptions,
  changes: number,
): Record<string, string | number> {
  return {
    changes,
    ...(named.length > 0 && { messages: named.slice(0, NAMED_MAX).join(' ') }),
    ...(reason && { reason }),
    ...(app !== undefined && { appId: app }),
    ...(conversation !== undefined && { conversationId: conversation }),
    ...(olderThan !== undefined && { olderThanMs: olderThan }),
    ...(newerThan !== undefined && { newerThanMs: newerThan }),
  };
}

function tell(
  what: What,
  all: number,
  run: SettleRun,
  interrupted: boolean,
  { json }: SettleOptions,
): number {
  const { done, already, parkedAnew, unknown, left, failure } = run;
  if (json) print(JSON.stringify(reportOf(all, run, interrupted)));
  else {
    const others = [
      ...(already > 0 ? [`${count(already)} settled before`] : []),
      ...(parkedAnew > 0 ? [`${count(parkedAnew)} parked anew meanwhile`] : []),
      ...(left > 0 ? [`${count(left)} left`] : []),
    ];
    print([`${counted(done, 'change')} ${PAST[what]}`, ...others].join(', '));
  }
  for (const messageId of unknown) complain(`nothing is known of a parked message ${shown(messageId)}`);
  if (failure) complain(`it ended early: ${describe(failure.error)}; run it again for the rest`);
  if (interrupted && left > 0) {
    complain('interrupted; run it again for the rest');
    return 130;
  }
  return failure || left > 0 || parkedAnew > 0 || unknown.length > 0 ? 1 : 0;
}

function reportOf(all: number, run: SettleRun, interrupted: boolean): object {
  const { failure, ...counts } = run;
  return {
    meant: all,
    ...counts,
    ...(interrupted && run.left > 0 && { interrupted: true }),
    ...(failure && { failed: true }),
  };
}

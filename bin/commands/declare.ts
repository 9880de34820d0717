import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../functions/adapters/clock.ts';
import { isInvalid } from '../../functions/core/change.ts';
import { type Declaration, type DeclarationPlan, readDeclaration } from '../../functions/core/declaration.ts';
import { examineDeclaration, sendDeclared } from '../../functions/workflows/declare-members.ts';
import type { EnqueueSummary } from '../../functions/workflows/enqueue-changes.ts';
import { declaredApp } from '../arguments.ts';
import {
  addQueueOptions,
  addTableOption,
  connectChangeQueue,
  connectTable,
  type DeploymentOptions,
} from '../deployment.ts';
import { asOperator } from '../operator.ts';
import {
  CommandError,
  complain,
  count,
  counted,
  describe,
  ProgressLine,
  print,
  shown,
  UsageError,
} from '../terminal.ts';

interface DeclareOptions extends DeploymentOptions {
  readonly allowRemovals?: number;
  readonly dryRun?: true;
  readonly json?: true;
}

const HELP = `
FILE holds one JSON object; - is standard input:
  {"appId": "…", "conversationId": "…", "members": ["…", …], "occurredAt": "2026-01-31T09:30:00.000Z"}
members are all who are to take part, by the id kind of the app. occurredAt says when the list was true; without it, now.

What differs from the roster's wishes is sent as changes, like those of any producer. Members whom a newer change decided
stay as it says, protected ones are never removed, and participants whom the roster does not know are left alone
(rollcall adopt makes them known). The same declaration may be sent again at any time.

--json prints one object: appId, conversationId, joins, leaves, protected, newer (member ids), leaveLimit, sent, unsent.

Exit codes: 0 all sent, or nothing to send · 1 not, or not all · 2 wrong usage`;

/** `end` is given the exit code. */
export function addDeclare(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('declare')
    .description("declare a conversation's complete member list; the differences become changes")
    .argument('<file>', 'a file with the declaration; - for standard input')
    .option(
      '--allow-removals <number>',
      'let so many leave, where it is more than the removal limit of those wished for',
      readCount,
    )
    .option('--dry-run', 'show the differences, and send nothing')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action(async (file: string, options: DeclareOptions) => end(await declare(file, options)));
  addTableOption(command);
  addQueueOptions(command);
}

async function declare(file: string, options: DeclareOptions): Promise<number> {
  const declaration = await readFromFile(file);
  const { roster, audit } = await connectTable(options);
  const app = await declaredApp(roster, declaration.appId);
  const plan = await examineDeclaration(declaration, app, { roster, clock: systemClock });
  if (!options.json) for (const line of planLines(plan)) print(line);
  const refusal = whyRefused(plan, options);
  if (refusal) {
    if (options.json) print(JSON.stringify(reportOf(declaration, plan, 0, plan.changes.length)));
    throw new CommandError(refusal);
  }
  const { appId, conversationId } = declaration;
  const target = { appId, conversationId, joins: plan.joins.length, leaves: plan.leaves.length };
  const { sent, unsent } =
    options.dryRun || plan.changes.length === 0
      ? NOTHING_SENT
      : await asOperator(
          options,
          audit,
          { action: 'declare', target },
          () => send(plan, options),
          (made) => `${made.sent} sent, ${made.unsent} not sent`,
        );
  print(
    options.json
      ? JSON.stringify(reportOf(declaration, plan, sent, unsent))
      : sumText(plan, options.dryRun ? undefined : sent),
  );
  return unsent > 0 ? 1 : 0;
}

const NOTHING_SENT = { sent: 0, unsent: 0 };

async function readFromFile(file: string): Promise<Declaration> {
  const text = await readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CommandError('the declaration is not JSON');
  }
  const read = readDeclaration(value);
  if (isInvalid(read)) throw new CommandError(`the declaration is not valid: ${read.field}: ${read.problem}`);
  return read;
}

async function readText(file: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${describe(error)}`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new CommandError('the declaration is not UTF-8');
  }
}

/** Undefined: it may be sent. */
function whyRefused(
  { leaves, leaveLimit }: DeclarationPlan,
  { allowRemovals = 0 }: DeclareOptions,
): string | undefined {
  if (leaves.length <= Math.max(leaveLimit, allowRemovals)) return undefined;
  return (
    `nothing was sent: ${count(leaves.length)} would leave, which is over the limit of ${count(leaveLimit)}; ` +
    `--allow-removals ${leaves.length} lets them`
  );
}

async function send(
  plan: DeclarationPlan,
  options: DeclareOptions,
): Promise<Pick<EnqueueSummary, 'sent'> & { unsent: number }> {
  const sender = await connectChangeQueue(options);
  const members = [...plan.joins, ...plan.leaves];
  const progress = new ProgressLine();
  const ports = {
    sender,
    clock: systemClock,
    onNotSent: (line: number, problem: string) => {
      progress.clear();
      complain(`${shown(members[line - 1] ?? '')}: ${problem}`);
    },
    onProgress: ({ sent }: { sent: number }) => progress.show(() => `${count(sent)} sent`),
  };
  const { sent, stopped } = await sendDeclared(plan, ports, new AbortController().signal);
  progress.clear();
  if (stopped?.why === 'unreachable')
    complain(`the queue cannot be reached: ${describe(stopped.error)}; run it again to send the rest`);
  return { sent, unsent: plan.changes.length - sent };
}

function planLines({ joins, leaves, protectedMembers, newer }: DeclarationPlan): string[] {
  return [
    ...joins.map((memberId) => `  + ${shown(memberId)}`),
    ...leaves.map((memberId) => `  - ${shown(memberId)}`),
    ...protectedMembers.map((memberId) => `  ~ ${shown(memberId)}  protected: stays`),
    ...newer.map((memberId) => `  ~ ${shown(memberId)}  a newer change decides: stays as it is`),
  ];
}

/** `sent` is undefined in a dry run. */
function sumText({ joins, leaves }: DeclarationPlan, sent: number | undefined): string {
  const sum = `${count(joins.length)} to join, ${count(leaves.length)} to leave`;
  return sent === undefined
    ? `${sum}; nothing was sent (dry run)`
    : `${sum}; ${counted(sent, 'change')} sent`;
}

function reportOf(
  { appId, conversationId }: Declaration,
  { joins, leaves, protectedMembers, newer, leaveLimit }: DeclarationPlan,
  sent: number,
  unsent: number,
): object {
  return {
    appId,
    conversationId,
    joins,
    leaves,
    protected: protectedMembers,
    newer,
    leaveLimit,
    sent,
    unsent,
  };
}

function readCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

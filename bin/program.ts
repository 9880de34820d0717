import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { addAdopt } from './commands/adopt.ts';
import { addAppList } from './commands/app-list.ts';
import { addAppSet } from './commands/app-set.ts';
import { addAppShow } from './commands/app-show.ts';
import { addApprove } from './commands/approve.ts';
import { addAudit } from './commands/audit.ts';
import { addConversationSet } from './commands/conversation-set.ts';
import { addDeclare } from './commands/declare.ts';
import { addEnqueue } from './commands/enqueue.ts';
import { addForget } from './commands/forget.ts';
import { addParked } from './commands/parked.ts';
import { addPlan } from './commands/plan.ts';
import { addStatus } from './commands/status.ts';
import { addWebhookRegister } from './commands/webhook-register.ts';
import { complain, describe, UsageError } from './terminal.ts';

const EXIT_CODES_HELP = `
Exit codes: 0 done · 1 not, or not all · 2 wrong usage · 130 interrupted`;

/** Runs the operator's and developer's command with these arguments; gives its exit code. */
export async function runRollcall(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const end = (code: number) => {
    exitCode = code;
  };
  try {
    await program(end).parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    const code = exitCodeOf(error);
    // Of a plan, 2 says that there are differences.
    return code === 2 && args[0] === 'plan' ? 1 : code;
  }
}

function program(end: (exitCode: number) => void): Command {
  const rollcall = new Command('rollcall')
    .description('Keeps the participants of group conversations as your own systems say they should be.')
    .version(version())
    .exitOverride()
    .configureOutput({ outputError: (text) => complain(text.replace(/^error: /, '').trimEnd()) })
    .addHelpText('after', EXIT_CODES_HELP);
  const app = rollcall
    .command('app')
    .description('declare apps: nothing of an undeclared app is ever applied');
  addAppSet(app, end);
  addAppList(app);
  addAppShow(app);
  addConversationSet(
    rollcall.command('conversation').description('set what holds for one conversation only'),
  );
  addWebhookRegister(rollcall.command('webhook').description("manage the vendor's webhooks"));
  addAdopt(rollcall);
  addDeclare(rollcall, end);
  addEnqueue(rollcall, end);
  addStatus(rollcall, end);
  addPlan(rollcall, end);
  addApprove(rollcall);
  addParked(rollcall, end);
  addForget(rollcall, end);
  addAudit(rollcall);
  return rollcall;
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    // It has said what is wrong already, or printed the help that was asked for.
    return error.exitCode === 0 ? 0 : 2;
  }
  complain(describe(error));
  return error instanceof UsageError ? 2 : 1;
}

import type { Command } from 'commander';
import { examineConversation } from '../../functions/workflows/examine-conversation.ts';
import { addConversationArguments, declaredApp } from '../arguments.ts';
import { connectTable } from '../deployment.ts';
import { planReport } from '../plan-report.ts';
import { planText } from '../plan-text.ts';
import { complain, print } from '../terminal.ts';
import { unlistedText } from '../unlisted.ts';
import { addVendorOptions, type VendorOptions, withVendor } from '../vendor-connection.ts';

interface PlanOptions extends VendorOptions {
  readonly json?: true;
}

const HELP = `
Compares as a reconcile pass does, and writes nothing anywhere. A line per member whose presence is not as wished:
  +  would be joined        ~  only reported, and why
  -  would be removed       !  waits for an operator, and why

Removals over the limit are held; the plan then names its hash, and the command that approves it.

--json prints one object: appId, conversationId, listing, policy, reconcile, participants, dueAtMs, differences (memberId,
action, cause, reason, notDone, timesCorrected), held (hash, removals, isRecorded).

Exit codes: 0 nothing to do · 2 differences · 1 not known, or wrong usage`;

/** `end` is given the exit code. */
export function addPlan(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('plan')
    .description('show what a reconcile pass would do with a conversation, and why')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action(async (appId: string, conversationId: string, options: PlanOptions) =>
      end(await plan({ appId, conversationId }, options)),
    );
  addConversationArguments(command);
  addVendorOptions(command);
}

async function plan(
  conversation: { readonly appId: string; readonly conversationId: string },
  options: PlanOptions,
): Promise<number> {
  const { roster } = await connectTable(options);
  const app = await declaredApp(roster, conversation.appId);
  const examined = await withVendor(options, ({ vendor, clock, calls, settings, deadline }) =>
    examineConversation(conversation, app, { ports: { roster, vendor, clock }, calls, settings, deadline }),
  );
  const report = planReport(conversation, examined);
  print(options.json ? JSON.stringify(report) : planText(report));
  const { found } = examined;
  if (found.listing !== 'complete') {
    complain(`${unlistedText(found.read)}; without all participants nothing is known of drift`);
    return 1;
  }
  return report.differences.length > 0 ? 2 : 0;
}

import type { Command } from 'commander';
import { systemClock } from '../../functions/adapters/clock.ts';
import type { HeldPlan } from '../../functions/core/conversation.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import { type ApprovingRoster, approveRemovals } from '../../functions/workflows/approve-removals.ts';
import { addConversationArguments, declaredApp } from '../arguments.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { asOperator } from '../operator.ts';
import { CommandError, complain, counted, print, shown } from '../terminal.ts';

interface ApproveOptions extends DeploymentOptions {
  readonly plan: string;
  readonly dryRun?: true;
  readonly json?: true;
}

const HELP = `
The hash names exactly these removals. The conversation is compared at once; what is then removed is what was approved
and is still wished out and present. The approval is spent by that pass, or over after one hour.

--json prints one object: appId, conversationId, hash, removals (member ids), approvedUntilMs (absent in a dry run).

Exit codes: 0 approved · 1 not: another plan is held by now, or none · 2 wrong usage`;

export function addApprove(program: Command): void {
  const command = program
    .command('approve')
    .description('release the removals of a conversation that are held, exactly as they were shown')
    .requiredOption('--plan <hash>', 'the hash that rollcall plan shows')
    .option('--dry-run', 'show the removals, and approve nothing')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action((appId: string, conversationId: string, options: ApproveOptions) =>
      approve({ appId, conversationId }, options),
    );
  addConversationArguments(command);
  addTableOptions(command);
}

async function approve(conversation: ConversationKey, options: ApproveOptions): Promise<void> {
  const { roster, audit } = await connectTable(options);
  const app = await declaredApp(roster, conversation.appId);
  const approving: ApprovingRoster = options.dryRun
    ? { conversation: (key) => roster.conversation(key), approveHeld: async () => true }
    : roster;
  const approval = await asOperator(
    options,
    audit,
    { action: 'approve', target: { ...conversation, plan: options.plan } },
    () => approveRemovals(conversation, options.plan, { roster: approving, clock: systemClock }),
    (made) => (made.kind === 'approved' ? `${made.plan.removals.length} removals` : 'not held'),
  );
  if (approval.kind === 'not_held')
    throw new CommandError(notHeldText(conversation, options.plan, approval.held));
  const { plan, untilMs } = approval;
  const removals = plan.removals.map(({ memberId }) => memberId);
  if (options.json) {
    const until = options.dryRun ? {} : { approvedUntilMs: untilMs };
    print(JSON.stringify({ ...conversation, hash: plan.hash, removals, ...until }));
  } else {
    for (const memberId of removals) print(`  - ${shown(memberId)}`);
    const what = counted(removals.length, 'removal');
    const until = new Date(untilMs).toISOString();
    print(options.dryRun ? `${what}; nothing was approved (dry run)` : `${what} approved until ${until}`);
  }
  if (!app.reconcile)
    complain('note: the app is switched off, so that nobody is removed before it is on again');
}

function notHeldText({ appId, conversationId }: ConversationKey, hash: string, held?: HeldPlan): string {
  const now = held ? `the plan that is held is ${held.hash}` : 'no removals are held';
  return `the plan ${shown(hash)} was not approved: ${now}; rollcall plan ${appId} ${conversationId} shows what would be done`;
}

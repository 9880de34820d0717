import type { Command } from 'commander';
import { policyFor } from '../../functions/core/app.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import { type ConversationStatus, readStatus } from '../../functions/workflows/show-status.ts';
import { addConversationArguments, declaredApp } from '../arguments.ts';
import { connectTable } from '../deployment.ts';
import { statusReport } from '../status-report.ts';
import { statusText } from '../status-text.ts';
import { CommandError, complain, print } from '../terminal.ts';
import { unlistedText } from '../unlisted.ts';
import { addVendorOptions, type VendorOptions, withVendor } from '../vendor-connection.ts';

interface StatusOptions extends VendorOptions {
  readonly listing: boolean;
  readonly json?: true;
}

const HELP = `
WISHED is what the newest change says, STATE where that stands, CONFIRMED when the vendor was last known to have it,
PRESENT what a listing says now (? without one), LAST CHANGE the id and time of the change that decides.

--json prints one object: appId, conversationId, policy, reconcile, nextDueAt, lastPass, held, listing, members (memberId,
wished, state, reason, confirmedAt, present, changeId, changedAt, timesCorrected).

Exit codes: 0 done · 1 not, or without the listing that was asked for · 2 wrong usage`;

/** `end` is given the exit code. */
export function addStatus(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('status')
    .description(
      'show what is wished, what was applied and who takes part, with the last change and the last pass',
    )
    .option('--no-listing', 'do not ask the vendor who takes part')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action(
      async (appId: string, conversationId: string, memberId: string | undefined, options: StatusOptions) =>
        end(await status({ appId, conversationId }, memberId, options)),
    );
  addConversationArguments(command).argument('[member]', 'only this member, by the id kind of the app');
  addVendorOptions(command);
}

async function status(
  conversation: ConversationKey,
  memberId: string | undefined,
  options: StatusOptions,
): Promise<number> {
  const { roster } = await connectTable(options);
  const app = await declaredApp(roster, conversation.appId);
  const [read, policy] = await withVendor(options, async (connection) => {
    const all = await readStatus(conversation, app, roster, options.listing ? connection : undefined);
    return [all, policyFor(all.row, app, connection.settings.policy)] as const;
  });
  const { listing } = read;
  const isListed = listing?.kind === 'complete';
  if (!read.row && read.members.length === 0 && !isListed)
    throw new CommandError(
      `the roster knows no conversation ${conversation.conversationId} of ${conversation.appId}`,
    );
  const wanted = memberId === undefined ? read : onlyMember(read, memberId, isListed);
  const report = statusReport(conversation, wanted, { policy, reconcile: app.reconcile });
  print(options.json ? JSON.stringify(report) : statusText(report, read.row));
  if (!listing || listing.kind === 'complete') return 0;
  complain(`who takes part is not known: ${unlistedText(listing)}`);
  return 1;
}

/** Whoever the roster does not know and the listing does not show is neither wished for nor present. */
function onlyMember(read: ConversationStatus, memberId: string, isListed: boolean): ConversationStatus {
  const found = read.members.filter((member) => member.memberId === memberId);
  const unknown = { memberId, ...(isListed && { present: false }) };
  return { ...read, members: found.length > 0 ? found : [unknown] };
}

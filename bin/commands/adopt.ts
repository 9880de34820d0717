import type { Command } from 'commander';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import {
  type AdoptingRoster,
  type Adoption,
  adoptConversation,
} from '../../functions/workflows/adopt-conversation.ts';
import type { Roster } from '../../functions/workflows/ports.ts';
import { addConversationArguments, declaredApp } from '../arguments.ts';
import { connectTable } from '../deployment.ts';
import { asOperator } from '../operator.ts';
import { CommandError, count, ProgressLine, print } from '../terminal.ts';
import { unlistedText } from '../unlisted.ts';
import { addVendorOptions, type VendorOptions, withVendor } from '../vendor-connection.ts';

interface AdoptOptions extends VendorOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

const HELP = `
Whoever is present is wished for from now on, until a change says otherwise: any change is newer. Members that have a row
already stay as they are, so this may be run again at any time.

Nothing is adopted unless all participants could be listed.

--json prints one object: appId, conversationId, participants, adopted, known, unnamed, dryRun.

Exit codes: 0 done · 1 not · 2 wrong usage`;

export function addAdopt(program: Command): void {
  const command = program
    .command('adopt')
    .description('take an existing conversation under management: its participants become its wished members')
    .option('--dry-run', 'count, and write nothing')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action((appId: string, conversationId: string, options: AdoptOptions) =>
      adopt({ appId, conversationId }, options),
    );
  addConversationArguments(command);
  addVendorOptions(command);
}

async function adopt(conversation: ConversationKey, options: AdoptOptions): Promise<void> {
  const { roster, audit } = await connectTable(options);
  const app = await declaredApp(roster, conversation.appId);
  const progress = new ProgressLine();
  const perform = () =>
    withVendor(options, (connection) =>
      adoptConversation(conversation, app, {
        ...connection,
        roster: options.dryRun ? onlyLooking(roster) : roster,
        onProgress: (done, all) => progress.show(() => `${count(done)} of ${count(all)} participants`),
      }),
    );
  const adoption = await asOperator(
    options,
    audit,
    { action: 'adopt', target: { ...conversation } },
    perform,
    (made) => (made.kind === 'adopted' ? `${made.adopted} adopted` : made.kind),
  );
  progress.clear();
  if (adoption.kind !== 'adopted') throw new CommandError(`nothing was adopted: ${unlistedText(adoption)}`);
  const { kind: _, ...counts } = adoption;
  const dryRun = options.dryRun ?? false;
  print(
    options.json
      ? JSON.stringify({ ...conversation, ...counts, dryRun })
      : adoptionText(adoption, app.idKind, dryRun),
  );
}

/** The dry run: all is as in a real one, but that nothing is written. */
function onlyLooking(roster: Pick<Roster, 'member'>): AdoptingRoster {
  return {
    createConversation: async () => {},
    adoptMember: async ({ key }: Pick<MemberRow, 'key'>) => (await roster.member(key)) === undefined,
  };
}

function adoptionText(
  { participants, adopted, known, unnamed }: Extract<Adoption, { kind: 'adopted' }>,
  idKind: string,
  dryRun: boolean,
): string {
  const without = unnamed === 0 ? '' : `, ${count(unnamed)} left alone for want of a ${idKind}`;
  const end = dryRun ? '; nothing was written (dry run)' : '';
  return `${count(adopted)} of ${count(participants)} participants adopted, ${count(known)} known already${without}${end}`;
}

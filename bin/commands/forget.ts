import type { Command } from 'commander';
import { systemClock } from '../../functions/adapters/clock.ts';
import {
  type ForgettingRoster,
  type Forgotten,
  forgetPerson,
} from '../../functions/workflows/forget-person.ts';
import { declaredApp, readPathId } from '../arguments.ts';
import {
  addTableOptions,
  type ConnectedTable,
  connectEvents,
  connectTable,
  type DeploymentOptions,
} from '../deployment.ts';
import { asOperator } from '../operator.ts';
import { complain, counted, print } from '../terminal.ts';

interface ForgetOptions extends DeploymentOptions {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly json?: true;
}

const HELP = `
Erased are the person's rows in all conversations of the app, parked changes that name the person (discarded first),
held plans that name the person (the next pass makes others), and merges. A change that waits for an outage to end is
given up with its row: it is not applied, and no event tells its producer. The vendor is not asked for anything: send
leaves first where the person is to be out, and forget when they are applied. A person that is forgotten is no longer
managed; a change that names the person anew makes a row anew. What remains, and for how long: docs/privacy.md.

It may be interrupted at any time, and run again.

--json prints one object: rows, deferred (changes given up with them), parked, heldPlans, merges, inFlight (rows that are
left, because their change is still on its way), dryRun.

Exit codes: 0 all erased · 1 not all, or not confirmed · 2 wrong usage`;

/** `end` is given the exit code. */
export function addForget(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('forget')
    .description('erase a person from the roster of an app, and what is parked of the person')
    .argument('<app>', "the vendor's id of the app", readPathId)
    .argument('<person>', "the person's id, of the kind by which the app names its members")
    .option('--yes', 'go on')
    .option('--dry-run', 'count, and erase nothing')
    .option('--json', 'print one JSON object instead')
    .addHelpText('after', HELP)
    .action(async (appId: string, memberId: string, options: ForgetOptions) =>
      end(await forget(appId, memberId, options)),
    );
  addTableOptions(command);
}

async function forget(appId: string, memberId: string, options: ForgetOptions): Promise<number> {
  const table = await connectTable(options);
  const { idKind, protectedMembers } = await declaredApp(table.roster, appId);
  if (!options.dryRun && !options.yes) {
    complain('what is forgotten cannot be brought back; --yes does it, --dry-run counts');
    return 1;
  }
  const ports = {
    ...(options.dryRun ? onlyLooking(table) : { ...table, events: await connectEvents() }),
    clock: systemClock,
  };
  const forgotten = await asOperator(
    options,
    table.audit,
    // Not whom: a record of who was forgotten would remember.
    { action: 'forget', target: { appId, persons: 1 } },
    () => forgetPerson({ appId, memberId }, idKind, ports),
    ({ rows, deferred, parked, inFlight }) =>
      `${rows} rows, ${deferred} deferred, ${parked} parked, ${inFlight} in flight`,
  );
  const dryRun = options.dryRun ?? false;
  print(options.json ? JSON.stringify({ ...forgotten, dryRun }) : forgottenText(forgotten, dryRun));
  if (protectedMembers.includes(memberId))
    complain(
      `note: the app still names the person among its protected members; rollcall app set ${appId} --unprotect ends that`,
    );
  if (forgotten.inFlight > 0)
    complain(
      `${counted(forgotten.inFlight, 'row')} left: their change is still on its way; run it again when it has ended`,
    );
  return forgotten.inFlight > 0 ? 1 : 0;
}

/** The dry run: all is as in a real one, but that nothing is written. */
function onlyLooking({ roster, parked }: ConnectedTable) {
  const looking: ForgettingRoster = {
    member: (key) => roster.member(key),
    conversation: (key) => roster.conversation(key),
    conversationsOf: (user, after) => roster.conversationsOf(user, after),
    memberRows: (key, after) => roster.memberRows(key, after),
    mergesOf: (user) => roster.mergesOf(user),
    patchMember: async () => true,
    patchConversation: async () => {},
    deleteMember: async () => true,
    deleteMerge: async () => {},
  };
  return {
    roster: looking,
    events: { publish: async () => {} },
    parked: {
      shards: parked.shards,
      page: (...args: Parameters<typeof parked.page>) => parked.page(...args),
      record: (messageId: string) => parked.record(messageId),
      settle: async () => true,
    },
  };
}

function forgottenText({ rows, deferred, parked, heldPlans, merges }: Forgotten, dryRun: boolean): string {
  const parts = [
    counted(rows, 'row'),
    counted(deferred, 'deferred change'),
    counted(parked, 'parked change'),
    counted(heldPlans, 'held plan'),
    counted(merges, 'merge'),
  ].join(', ');
  return dryRun ? `${parts} to erase; nothing was erased (dry run)` : `${parts} erased`;
}

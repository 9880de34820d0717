import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AppItem, AppPatch, DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { parseHost } from '../../functions/adapters/participants-api/host.ts';
import {
  DEFAULT_HOST,
  DEFAULT_REQUESTS_PER_SECOND,
  POLICIES,
  type Policy,
} from '../../functions/core/app.ts';
import { isAllowedHost } from '../../functions/core/credential.ts';
import type { IdKind } from '../../functions/core/member-key.ts';
import { readPathId } from '../arguments.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { asOperator } from '../operator.ts';
import { CommandError, complain, print, UsageError } from '../terminal.ts';
import { switchAll } from './app-set-all.ts';
import { appText } from './app-show.ts';

interface AppSetOptions extends DeploymentOptions {
  readonly idKind?: IdKind;
  readonly host?: string;
  readonly policy?: Policy | typeof OF_DEPLOYMENT;
  readonly requestsPerSecond?: number;
  readonly reconcile?: 'on' | 'off';
  readonly protect?: readonly string[];
  readonly unprotect?: readonly string[];
  readonly all?: true;
}

/** The app has no policy of its own. */
const OF_DEPLOYMENT = 'deployment';

const HELP = `
What is not given stays as it is; of a new app it is the default, and --id-kind must be given.
The id kind of a declared app never changes: one person would have two keys in the roster.
Protected members are never removed by the reconciler; a change that would remove one is parked.

--all --reconcile off stops everything that the reconciler sends, of every app that is declared by then; on lets it go on.
In a table that was restored from a backup it is off for every app until it is switched on there.

Credentials are not set here: put them into the app's secret.`;

/** `end` is given the exit code. */
export function addAppSet(app: Command, end: (exitCode: number) => void): void {
  const command = app
    .command('set')
    .description('declare an app, or change what is declared of it')
    .argument('[app]', "the vendor's id of the app", readPathId)
    .addOption(
      new Option('--id-kind <kind>', 'which id names its members').choices(['userId', 'userExternalId']),
    )
    .option('--host <url>', `the vendor's host of this app (default: ${DEFAULT_HOST})`, readHost)
    .addOption(
      new Option(
        '--policy <policy>',
        'how far drift is corrected; deployment: as for all apps (default)',
      ).choices([...POLICIES, OF_DEPLOYMENT]),
    )
    .option(
      '--requests-per-second <number>',
      `the most that the vendor is asked for this app (default: ${DEFAULT_REQUESTS_PER_SECOND})`,
      readRate,
    )
    .addOption(
      new Option('--reconcile <switch>', 'off: the reconciler sends nothing for this app').choices([
        'on',
        'off',
      ]),
    )
    .option(
      '--protect <id...>',
      'members who are never removed, besides those it knows already; whoever they are merged into is added',
    )
    .option('--unprotect <id...>', 'members who are protected no more')
    .option('--all', 'all declared apps; with --reconcile only')
    .addHelpText('after', HELP)
    .action(async (appId: string | undefined, options: AppSetOptions) => end(await set(appId, options)));
  addTableOptions(command);
}

async function set(appId: string | undefined, options: AppSetOptions): Promise<number> {
  const { all, reconcile, local: _local, table: _table, ...others } = options;
  const { apps, audit } = await connectTable(options);
  if (!all) {
    if (appId === undefined) throw new UsageError("missing required argument 'app', or --all");
    const target = { appId, ...targetOf(options) };
    await asOperator(options, audit, { action: 'app set', target }, () => setApp(appId, apps, options));
    return 0;
  }
  if (appId !== undefined || reconcile === undefined || Object.keys(others).length > 0)
    throw new UsageError('--all goes with --reconcile only, and names no app');
  return asOperator(
    options,
    audit,
    { action: 'app set', target: { all: true, reconcile } },
    () => switchAll(apps, reconcile === 'on'),
    (code) => (code === 0 ? '' : 'not all'),
  );
}

/** Members are people: of those only how many. */
function targetOf({ protect, unprotect, ...options }: AppSetOptions) {
  const { idKind, host, policy, requestsPerSecond, reconcile } = options;
  return {
    ...(idKind && { idKind }),
    ...(host !== undefined && { host }),
    ...(policy && { policy }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(reconcile && { reconcile }),
    ...(protect && { protect: protect.length }),
    ...(unprotect && { unprotect: unprotect.length }),
  };
}

async function setApp(appId: string, apps: DynamoDBAppRows, options: AppSetOptions): Promise<void> {
  const before = await apps.get(appId);
  const idKind = options.idKind ?? before?.row.idKind;
  if (!idKind) throw new UsageError(`the app ${appId} is not declared yet: --id-kind must be given`);
  // Before the policy: nobody may be removed between the two.
  if (before && idKind === before.row.idKind) await protect(appId, apps, options);
  const unsaid = before ? whileRestored(before) : options.protect && { protectedMembers: options.protect };
  if (!(await apps.put({ appId, idKind, ...unsaid, ...fieldsOf(options) }))) {
    throw new CommandError(
      `the app ${appId} is declared with the other id kind, which cannot change: one person would have two keys in the roster`,
    );
  }
  const after = await apps.get(appId);
  if (!after) throw new CommandError(`the app ${appId} was declared, and is gone already`);
  if (!options.local && !isAllowedHost(after.row.host, [])) {
    complain(
      `note: ${after.row.host} is none of the vendor's hosts; the deployment must list it in rollcall:extraHosts`,
    );
  }
  print(appText(after));
}

function fieldsOf({ host, policy, requestsPerSecond, reconcile }: AppSetOptions): Partial<AppPatch> {
  return {
    ...(host !== undefined && { host }),
    ...(policy !== undefined && { policy: policy === OF_DEPLOYMENT ? null : policy }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(reconcile !== undefined && { reconcile: reconcile === 'on' }),
  };
}

/** To change something else in a restored table must not switch the reconciler on. */
function whileRestored({ isRestored }: AppItem): Partial<AppPatch> {
  return isRestored ? { reconcile: false } : {};
}

async function protect(
  appId: string,
  apps: DynamoDBAppRows,
  { protect: added = [], unprotect: removed = [] }: AppSetOptions,
): Promise<void> {
  if (added.length > 0) await apps.protect(appId, added);
  if (removed.length > 0) await apps.unprotect(appId, removed);
}

function readHost(text: string): string {
  try {
    parseHost(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? `${error.message}.` : '');
  }
  return text.replace(/\/+$/, '');
}

function readRate(text: string): number {
  const rate = Number(text);
  if (!Number.isFinite(rate) || rate <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return rate;
}

import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseHost } from '../../functions/adapters/participants-api/host.ts';
import {
  type AppRow,
  DEFAULT_HOST,
  DEFAULT_REQUESTS_PER_SECOND,
  PATH_ID,
  POLICIES,
  type Policy,
} from '../../functions/core/app.ts';
import { isAllowedHost } from '../../functions/core/credential.ts';
import type { IdKind } from '../../functions/core/member-key.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { CommandError, complain, print, UsageError } from '../terminal.ts';
import { appText } from './app-show.ts';

interface AppSetOptions extends DeploymentOptions {
  readonly idKind?: IdKind;
  readonly host?: string;
  readonly policy?: Policy;
  readonly requestsPerSecond?: number;
  readonly reconcile?: 'on' | 'off';
}

const HELP = `
What is not given stays as it is; of a new app it is the default, and --id-kind must be given.
The id kind of a declared app never changes: one person would have two keys in the roster.
Credentials are not set here: put them into the app's secret.`;

export function addAppSet(app: Command): void {
  const command = app
    .command('set')
    .description('declare an app, or change what is declared of it')
    .argument('<app>', "the vendor's id of the app", readAppId)
    .addOption(
      new Option('--id-kind <kind>', 'which id names its members').choices(['userId', 'userExternalId']),
    )
    .option('--host <url>', `the vendor's host of this app (default: ${DEFAULT_HOST})`, readHost)
    .addOption(
      new Option('--policy <policy>', 'how far drift is corrected (default: managed)').choices(POLICIES),
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
    .addHelpText('after', HELP)
    .action(setApp);
  addTableOptions(command);
}

async function setApp(appId: string, options: AppSetOptions): Promise<void> {
  const { roster, apps } = await connectTable(options);
  const before = await roster.app(appId);
  const idKind = options.idKind ?? before?.idKind;
  if (!idKind) throw new UsageError(`the app ${appId} is not declared yet: --id-kind must be given`);
  if (!(await apps.put({ appId, idKind, ...fieldsOf(options) }))) {
    throw new CommandError(
      `the app ${appId} is declared with the other id kind, which cannot change: one person would have two keys in the roster`,
    );
  }
  const after = await roster.app(appId);
  if (!after) throw new CommandError(`the app ${appId} was declared, and is gone already`);
  if (!isAllowedHost(after.host, [])) {
    complain(
      `note: ${after.host} is none of the vendor's hosts; the deployment must list it in rollcall:extraHosts`,
    );
  }
  print(appText(after));
}

function fieldsOf({ host, policy, requestsPerSecond, reconcile }: AppSetOptions): Partial<AppRow> {
  return {
    ...(host !== undefined && { host }),
    ...(policy !== undefined && { policy }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
    ...(reconcile !== undefined && { reconcile: reconcile === 'on' }),
  };
}

function readAppId(text: string): string {
  if (!PATH_ID.test(text)) throw new InvalidArgumentError('It must be 1 to 128 letters, digits, "-" or "_".');
  return text;
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

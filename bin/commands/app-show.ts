import type { Command } from 'commander';
import type { AppRow } from '../../functions/core/app.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { CommandError, print } from '../terminal.ts';

export function addAppShow(app: Command): void {
  const command = app
    .command('show')
    .description('show what is declared of an app')
    .argument('<app>', "the vendor's id of the app")
    .option('--json', 'print the app row as JSON')
    .action(showApp);
  addTableOptions(command);
}

async function showApp(appId: string, options: DeploymentOptions & { readonly json?: true }): Promise<void> {
  const { roster } = await connectTable(options);
  const row = await roster.app(appId);
  if (!row) throw new CommandError(`the app ${JSON.stringify(appId)} is not declared`);
  print(options.json ? JSON.stringify(row) : appText(row));
}

/** An app row as people read it. */
export function appText(row: AppRow): string {
  const lines: readonly (readonly [string, string])[] = [
    ['app', row.appId],
    ['id kind', row.idKind],
    ['host', row.host],
    ['policy', row.policy],
    ['protected', `${row.protectedMembers.length} members`],
    ['requests per second', String(row.requestsPerSecond)],
    ['reconcile', row.reconcile ? 'on' : 'off'],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(21)}${value}`).join('\n');
}

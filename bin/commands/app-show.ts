import type { Command } from 'commander';
import type { AppItem } from '../../functions/adapters/app-rows.ts';
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
  const { apps } = await connectTable(options);
  const item = await apps.get(appId);
  if (!item) throw new CommandError(`the app ${JSON.stringify(appId)} is not declared`);
  print(options.json ? JSON.stringify(item.row) : appText(item));
}

/** An app row as people read it. */
export function appText(item: AppItem): string {
  const { row } = item;
  const lines: readonly (readonly [string, string])[] = [
    ['app', row.appId],
    ['id kind', row.idKind],
    ['host', row.host],
    ['policy', policyText(row)],
    ['protected', `${row.protectedMembers.length} members`],
    ['requests per second', String(row.requestsPerSecond)],
    ['reconcile', switchText(item)],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(21)}${value}`).join('\n');
}

export function policyText({ policy }: AppRow): string {
  return policy ?? '(deployment)';
}

export function switchText({ row, isRestored }: AppItem): string {
  if (isRestored) return 'off (restored)';
  return row.reconcile ? 'on' : 'off';
}

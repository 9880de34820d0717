import type { Command } from 'commander';
import type { AppItem } from '../../functions/adapters/app-rows.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { columns, print } from '../terminal.ts';
import { policyText, switchText } from './app-show.ts';

export function addAppList(app: Command): void {
  const command = app
    .command('list')
    .description('list the declared apps')
    .option('--json', 'print a JSON array of app rows')
    .action(listApps);
  addTableOptions(command);
}

async function listApps(options: DeploymentOptions & { readonly json?: true }): Promise<void> {
  const { apps } = await connectTable(options);
  const items = await apps.list();
  if (options.json) print(JSON.stringify(items.map(({ row }) => row)));
  else if (items.length === 0) print('no app is declared; see rollcall app set --help');
  else print(table(items));
}

const COLUMNS: readonly (readonly [heading: string, cell: (item: AppItem) => string])[] = [
  ['APP', ({ row }) => row.appId],
  ['ID KIND', ({ row }) => row.idKind],
  ['POLICY', ({ row }) => policyText(row)],
  ['RECONCILE', switchText],
  ['REQUESTS/S', ({ row }) => String(row.requestsPerSecond)],
  ['HOST', ({ row }) => row.host],
];

function table(items: readonly AppItem[]): string {
  const cells = items.map((item) => COLUMNS.map(([, cell]) => cell(item)));
  return columns([COLUMNS.map(([heading]) => heading), ...cells]);
}

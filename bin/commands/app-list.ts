import type { Command } from 'commander';
import type { AppRow } from '../../functions/core/app.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { print } from '../terminal.ts';

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
  const rows = await apps.list();
  if (options.json) print(JSON.stringify(rows));
  else if (rows.length === 0) print('no app is declared; see rollcall app set --help');
  else print(table(rows));
}

const COLUMNS: readonly (readonly [heading: string, cell: (row: AppRow) => string])[] = [
  ['APP', ({ appId }) => appId],
  ['ID KIND', ({ idKind }) => idKind],
  ['POLICY', ({ policy }) => policy],
  ['RECONCILE', ({ reconcile }) => (reconcile ? 'on' : 'off')],
  ['REQUESTS/S', ({ requestsPerSecond }) => String(requestsPerSecond)],
  ['HOST', ({ host }) => host],
];

function table(rows: readonly AppRow[]): string {
  const lines = [
    COLUMNS.map(([heading]) => heading),
    ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

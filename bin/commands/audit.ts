import { type Command, InvalidArgumentError } from 'commander';
import type { AuditRecord } from '../../functions/core/audit.ts';
import { readAge } from '../ages.ts';
import { addTableOptions, connectTable, type DeploymentOptions } from '../deployment.ts';
import { columns, print, printable } from '../terminal.ts';

interface AuditOptions extends DeploymentOptions {
  readonly since: number;
  readonly limit: number;
  readonly json?: true;
}

const HELP = `
A record is written before anything is done, and completed afterwards: where OUTCOME is ?, it runs still, or whoever did it
died over it. WHO is the caller's ARN as STS knows it; for the console it is the function that acted, and CloudTrail's data
events say on whose behalf. Records are kept for 400 days. No record names a person that a change is about.

--json prints an array of objects: id, atMs, action, target, who, via, ended (outcome, atMs, note).`;

export function addAudit(program: Command): void {
  const command = program
    .command('audit')
    .description('list what operators did, the latest first')
    .option('--since <age>', 'how far back: 12h, 30d', readAge, 30 * 86_400_000)
    .option('--limit <number>', 'the most to list', readLimit, 100)
    .option('--json', 'print a JSON array instead')
    .addHelpText('after', HELP)
    .action(list);
  addTableOptions(command);
}

async function list(options: AuditOptions): Promise<void> {
  const { audit } = await connectTable(options);
  const nowMs = Date.now();
  const records: AuditRecord[] = [];
  for await (const record of audit.latest(nowMs - options.since, nowMs)) {
    records.push(record);
    if (records.length === options.limit) break;
  }
  if (options.json) print(JSON.stringify(records));
  else print(records.length === 0 ? 'nobody did anything' : columns([HEADINGS, ...records.map(lineOf)]));
}

const HEADINGS = ['TIME', 'WHO', 'ACTION', 'TARGET', 'OUTCOME'];

function lineOf({ atMs, who, action, target, ended }: AuditRecord): string[] {
  const targets = Object.entries(target).map(([name, value]) => `${name}=${value}`);
  const outcome = ended ? [ended.outcome, ended.note].filter((part) => part !== '').join(': ') : '?';
  return [new Date(atMs).toISOString(), who, action, targets.join(' '), outcome].map(printable);
}

function readLimit(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

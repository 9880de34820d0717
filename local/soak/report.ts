import { type Summary, sum } from '../demo/summary.ts';
import type { Quarter } from './quarters.ts';
import type { Soaked } from './run.ts';

const [OPEN, CLOSE] = ['<!-- soak:figures -->', '<!-- /soak:figures -->'];

/** The document with these figures between its markers. @throws if it has none */
export function withFigures(document: string, figures: string): string {
  const [from, to] = [document.indexOf(OPEN), document.indexOf(CLOSE)];
  if (from < 0 || to < from) throw new Error('the document has no place for the figures');
  return `${document.slice(0, from + OPEN.length)}\n\n${figures}\n\n${document.slice(to)}`;
}

/** What a run came to, as a page shows it. */
export function markdown({ summary, quarters, failed }: Soaked, seed: number, now: Date): string {
  const verdict =
    failed.length === 0 ? 'Nothing was lost, and all stayed steady.' : `Not well: ${failed.join('; ')}.`;
  const measured = `Measured on ${now.toISOString().slice(0, 10)} with Node ${process.versions.node}, seed ${seed}.`;
  return [`${measured} ${verdict}`, table(endsOf(summary)), table(stepsOf(quarters))].join('\n\n');
}

const number = (value: number, digits = 0) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });

function endsOf(summary: Summary): string[][] {
  const faults = Object.entries(summary.faults).map(([kind, many]) => `${number(many)} ${kind}`);
  return [
    ['changes', ''],
    ['accepted', number(summary.accepted)],
    ['applied', number(summary.applied)],
    ['already so', number(summary.already)],
    ['superseded', number(summary.superseded)],
    ['parked', number(sum(summary.parked))],
    ['lost', number(summary.lost)],
    ['members compared / that differ', `${number(summary.compared)} / ${number(summary.mismatched)}`],
    ['deferred for a while', number(summary.deferred)],
    ['requests to the vendor', number(summary.vendorRequests)],
    ['faults met', faults.join(', ')],
    ['seconds', number(summary.seconds)],
  ];
}

function stepsOf(quarters: readonly Quarter[]): string[][] {
  const row = (name: string, field: keyof Quarter, digits = 0) => [
    name,
    ...quarters.map((quarter) => number(quarter[field], digits)),
  ];
  return [
    ['by quarters of the changes', ...quarters.map((_, index) => String(index + 1))],
    row('changes a second, emulators included', 'changesPerSecond'),
    row('Rollcall: CPU of the functions per change, ms', 'cpuMsPerChange', 2),
    row('Rollcall: memory of the largest function, MiB', 'rssMiB'),
    row('Rollcall: open files, most of one function', 'files'),
    row('Rollcall: of these sockets', 'sockets'),
    row('table emulator: CPU per change, ms', 'tableCpuMsPerChange', 2),
    row('table emulator: memory, MiB', 'tableRssMiB'),
    row('queues, vendor and this run: memory, MiB', 'hostRssMiB'),
  ];
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = line(head.map((_, index) => (index === 0 ? '---' : '---:')));
  return [line(head), rule, ...rows.map(line)].join('\n');
}

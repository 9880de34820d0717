import { parseArgs } from 'node:util';

export interface SoakOptions {
  readonly changes: number;
  readonly seed: number;
  readonly json: boolean;
  /** Whether the figures go into docs/soak.md. */
  readonly write: boolean;
}

export const SOAK_HELP = `Usage: npm run soak -- [options]

Sends a great many changes through the deployed system on this machine, while
the vendor throttles, fails, stalls and drops answers, and watches whether
throughput, memory, sockets and files stay as they are. Then it accounts for
every single change.

Options:
  --changes N  how many (default: 100000)
  --seed N     fixes the changes and the faults (default: 1)
  --json       print one JSON object as the last line
  --write      put the figures into docs/soak.md
  --help       show this

Exit codes: 0 all is well, 1 not, 2 wrong usage, 130 interrupted.`;

const CHANGES_MIN = 100;
const CHANGES_MAX = 1_000_000;

/** @throws Error for what it does not understand */
export function readSoakOptions(args: readonly string[]): SoakOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      changes: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { json, write } = values;
  const changes = whole('changes', values.changes, CHANGES_MIN, CHANGES_MAX);
  return { changes, seed: whole('seed', values.seed, 0, 2 ** 31), json, write };
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new Error(`--${name} must be a whole number from ${least} to ${most}, not "${text}"`);
  return value;
}

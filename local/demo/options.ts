import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly file: string;
  /** Whether it is the project's own file, of which more is known than of others. */
  readonly isExample: boolean;
  readonly seed: number;
  readonly kills: number;
  readonly json: boolean;
}

export const EXAMPLE = 'examples/changes.jsonl';

export const DEMO_HELP = `Usage: npm run demo -- [options]

Runs the deployed system on this machine against a fake vendor that throttles,
fails, stalls and drops answers, sends it a file of changes, and checks the
outcome member by member. Then it changes the vendor behind the system's back,
and checks that this is put right.

Options:
  --changes FILE  your own file of changes, one JSON object a line
                  (default: ${EXAMPLE}).
                  The vendor knows every valid id in it but those that begin
                  with missing-
  --seed N        fixes the faults (default: 1)
  --kill N        kill or freeze the consumer N times while it calls the vendor
  --json          print one JSON object as the last line
  --help          show this

Exit codes: 0 all settled and equal, 1 not, 2 wrong usage, 130 interrupted.`;

/** @throws Error for what it does not understand */
export function readDemoOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      changes: { type: 'string', default: EXAMPLE },
      seed: { type: 'string', default: '1' },
      kill: { type: 'string', default: '0' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { changes: file, seed, kill, json } = values;
  const isExample = file === EXAMPLE;
  return { file, isExample, seed: wholeNumber('seed', seed), kills: wholeNumber('kill', kill), json };
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new Error(`--${name} must be a whole number, not "${text}"`);
  return value;
}

import { parseArgs } from 'node:util';

export interface DemoOptions {
  readonly file: string;
  readonly seed: number;
  readonly kills: number;
  readonly json: boolean;
}

export const EXAMPLE = 'examples/changes.jsonl';

const HELP = `Usage: npm run demo -- [options]

Runs the deployed system on this machine against a fake vendor that throttles,
fails, stalls and drops answers, sends it a file of changes, and checks the
outcome member by member.

Options:
  --changes FILE  your own file of changes, one JSON object a line
                  (default: ${EXAMPLE})
  --seed N        fixes the faults (default: 1)
  --kill N        kill or freeze the consumer N times while it calls the vendor
  --json          print one JSON object as the last line
  --help          show this

Exit codes: 0 all settled and equal, 1 not, 2 wrong usage.`;

/** Reads the command line; ends the process for --help and for what it does not understand. */
export function readDemoOptions(args: readonly string[]): DemoOptions {
  try {
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
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const { changes, seed, kill, json } = values;
    return { file: changes, seed: wholeNumber('seed', seed), kills: wholeNumber('kill', kill), json };
  } catch (error) {
    console.error(`demo: ${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new Error(`--${name} must be a whole number, not "${text}"`);
  return value;
}

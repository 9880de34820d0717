import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  /** Put what was measured on the page, also where it is not the full run. */
  readonly write: boolean;
  /** Names of the cases to run; all if absent. */
  readonly cases?: readonly string[];
}

/** Reads the command line. @throws naming what it does not understand */
export function readOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      cases: { type: 'string' },
    },
  });
  const { json, quick, write, cases } = values;
  if (cases === undefined) return { json, quick, write };
  const chosen = cases.split(',').map((name) => name.trim());
  const unknown = chosen.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    throw new Error(`there is no case ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  return { json, quick, write, cases: chosen };
}

/** Many changes with faults, and whether all stays steady: `npm run soak -- --help` tells more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Interrupted, onInterruption } from './interruption.ts';
import { soakInput } from './soak/changes.ts';
import { readSoakOptions, SOAK_HELP, type SoakOptions } from './soak/options.ts';
import { markdown, withFigures } from './soak/report.ts';
import { soak } from './soak/run.ts';

const PAGE = new URL('../docs/soak.md', import.meta.url);
const PROGRESS_EVERY_MS = 10_000;
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: SoakOptions | 'help';
  try {
    options = readSoakOptions(args);
  } catch (error) {
    console.error(
      `soak: ${error instanceof Error ? error.message : error}\nnpm run soak -- --help tells more.`,
    );
    return 2;
  }
  if (options === 'help') {
    console.log(SOAK_HELP);
    return 0;
  }
  const signal = onInterruption();
  try {
    return await run(options, signal);
  } catch (error) {
    const { reason } = signal;
    if (!(reason instanceof Interrupted)) throw error;
    console.error('soak: interrupted, everything has been stopped');
    return reason.exitCode;
  }
}

async function run({ changes, seed, json, write }: SoakOptions, signal: AbortSignal): Promise<number> {
  const input = soakInput(changes, seed, Date.now());
  let toldMs = performance.now();
  const onProgress = (sent: number, ended: number) => {
    if (performance.now() - toldMs < PROGRESS_EVERY_MS) return;
    toldMs = performance.now();
    console.error(`${sent} of ${changes} lines sent, ${ended} changes ended`);
  };
  const soaked = await soak(input, seed, onProgress, signal);
  const figures = markdown(soaked, seed, new Date());
  console.log(figures);
  if (write) writeFileSync(PAGE, withFigures(readFileSync(PAGE, 'utf8'), figures));
  const { summary, quarters, failed } = soaked;
  const { accepted, applied, already, superseded, parked, lost, mismatched, seconds, faults } = summary;
  const ends = { accepted, applied, already, superseded, parked, lost, mismatched };
  if (json) console.log(JSON.stringify({ ...ends, seconds, faults, quarters, failed }));
  return failed.length > 0 ? 1 : 0;
}

import { type Input, readInput } from './demo/input.ts';
import { DEMO_HELP, type DemoOptions, readDemoOptions } from './demo/options.ts';
import { progressLine, table } from './demo/report.ts';
import { type Progress, tellStory } from './demo/story.ts';
import { failures, summarise } from './demo/summary.ts';
import { Interrupted, onInterruption } from './interruption.ts';

const CLEAR_LINE = '\r\u001b[2K';
const TROUBLES_SHOWN = 10;
const isTerminal = process.stderr.isTTY === true;
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: DemoOptions | 'help';
  let input: Input;
  try {
    options = readDemoOptions(args);
    if (options === 'help') {
      console.log(DEMO_HELP);
      return 0;
    }
    input = readInput(options.file, Date.now());
  } catch (error) {
    console.error(
      `demo: ${error instanceof Error ? error.message : error}\nnpm run demo -- --help tells more.`,
    );
    return 2;
  }
  const signal = onInterruption();
  try {
    return await run(input, options, signal);
  } catch (error) {
    if (isTerminal) process.stderr.write(CLEAR_LINE);
    const { reason } = signal;
    if (!(reason instanceof Interrupted)) throw error;
    console.error('demo: interrupted, everything has been stopped');
    return reason.exitCode;
  }
}

async function run(input: Input, options: DemoOptions, signal: AbortSignal): Promise<number> {
  console.error(`Rollcall on this machine: ${options.file}, seed ${options.seed}`);
  showProgress({ phase: 'starting', sent: 0, changes: 0, ended: 0, requests: 0 });
  const story = await tellStory(input, options, showProgress, signal);
  if (isTerminal) process.stderr.write(CLEAR_LINE);
  const summary = summarise(story);
  const failed = failures(story, summary, options);
  console.log(`\n${table(summary, story, failed)}`);
  if (failed.length > 0)
    for (const each of story.troubles.slice(0, TROUBLES_SHOWN)) console.error(`trouble: ${each}`);
  if (options.json) console.log(JSON.stringify(summary));
  return failed.length > 0 ? 1 : 0;
}

function showProgress(progress: Progress): void {
  if (isTerminal)
    process.stderr.write(CLEAR_LINE + progressLine(progress).slice(0, (process.stderr.columns ?? 80) - 1));
}

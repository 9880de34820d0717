import { readInput } from './demo/input.ts';
import { EXAMPLE, readDemoOptions } from './demo/options.ts';
import { failures, progressLine, summarise, table } from './demo/report.ts';
import { type Progress, tellStory } from './demo/story.ts';

const options = readDemoOptions(process.argv.slice(2));
const isTerminal = process.stderr.isTTY === true;
const input = readInput(options.file, Date.now());
console.error(
  `${input.lines.length} lines of ${options.file}, seed ${options.seed}: starting the deployed system on this machine`,
);

const story = await tellStory(input, options, showProgress);
if (isTerminal) process.stderr.write('\r\u001b[K');
const summary = summarise(story);
const failed = failures(story, summary, options.file === EXAMPLE);
console.log(table(summary, failed));
if (options.json) console.log(JSON.stringify(summary));
process.exitCode = failed.length > 0 ? 1 : 0;

function showProgress(progress: Progress): void {
  if (isTerminal)
    process.stderr.write(`\r\u001b[K${progressLine(progress).slice(0, (process.stderr.columns ?? 80) - 1)}`);
}

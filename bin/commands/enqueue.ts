import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../functions/adapters/clock.ts';
import { linesOf } from '../../functions/adapters/lines.ts';
import { BODY_MAX_BYTES } from '../../functions/core/outgoing-change.ts';
import {
  type EnqueueSummary,
  enqueueChanges,
  type Stopped,
} from '../../functions/workflows/enqueue-changes.ts';
import type { ChangeSender } from '../../functions/workflows/ports.ts';
import { addQueueOptions, connectChangeQueue, type DeploymentOptions } from '../deployment.ts';
import { onInterrupt } from '../interrupt.ts';
import { complain, count, describe, ProgressLine, print, UsageError } from '../terminal.ts';

interface EnqueueOptions extends DeploymentOptions {
  readonly dryRun?: true;
  readonly asOf?: number;
  readonly json?: true;
}

const HELP = `
FILE holds one change per line, as schemas/change.v1.schema.json describes it; - is standard input. Lines that are no
valid change are named and left out, the others are sent: those of one member in their order, the rest as they come.

The same file may be sent again at any time. Within five minutes the queue itself drops what it has seen; after that
each change meets itself or a newer one in the roster, and nothing changes.

--json prints one object as the last line: lines, valid, refused, sent, unsent, seconds; where it stopped early also
stopped (interrupted or unreachable) and fromLine: all lines before that one have been dealt with.

Exit codes: 0 all sent · 1 some refused or not sent · 2 wrong usage · 130 interrupted`;

/** `end` is given the exit code. */
export function addEnqueue(program: Command, end: (exitCode: number) => void): void {
  const command = program
    .command('enqueue')
    .description('validate changes and put them on the change queue')
    .argument('<file>', 'a file of changes, one JSON object per line; - for standard input')
    .option('--dry-run', 'validate only')
    .option(
      '--as-of <time>',
      'move every occurredAt by the time that has passed since then (to replay an old file)',
      readTime,
    )
    .option('--json', 'print one JSON object instead of a sentence')
    .addHelpText('after', HELP)
    .action(async (file: string, options: EnqueueOptions) => end(await enqueue(file, options)));
  addQueueOptions(command);
}

async function enqueue(file: string, options: EnqueueOptions): Promise<number> {
  const startedAtMs = performance.now();
  const sender = options.dryRun ? TAKES_ALL : await connectChangeQueue(options);
  const input = await openInput(file);
  const progress = new ProgressLine();
  const interrupt = onInterrupt(() => input.destroy());
  const ports = {
    sender,
    clock: systemClock,
    onNotSent: (line: number, problem: string) => {
      progress.clear();
      complain(`line ${line}: ${problem}`);
    },
    onProgress: ({ sent, refused }: { sent: number; refused: number }) =>
      progress.show(() => `${count(sent)} sent, ${count(refused)} refused`),
  };
  const moveByMs = options.asOf === undefined ? 0 : Date.now() - options.asOf;
  const { signal } = interrupt;
  const lines = untilDestroyed(linesOf(input, BODY_MAX_BYTES), signal);
  const summary = await enqueueChanges(lines, ports, { moveByMs, signal });
  interrupt.forget();
  progress.clear();
  const seconds = (performance.now() - startedAtMs) / 1_000;
  print(
    options.json ? JSON.stringify(summaryJson(summary, seconds, options)) : summaryText(summary, options),
  );
  if (summary.stopped) complain(stoppedText(summary.stopped));
  return exitCode(summary);
}

/** The dry run: all is as in a real one, but that nothing leaves. */
const TAKES_ALL: ChangeSender = {
  sendChanges: async (changes) => changes.map(() => ({ sent: true })),
};

async function openInput(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  try {
    const handle = await open(file);
    if (!(await handle.stat()).isDirectory()) return handle.createReadStream();
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${describe(error)}`);
  }
  throw new UsageError(`${file} is a directory`);
}

async function* untilDestroyed<Item>(items: AsyncIterable<Item>, signal: AbortSignal): AsyncGenerator<Item> {
  try {
    yield* items;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function summaryText({ lines, sent, refused, unsent }: EnqueueSummary, { dryRun }: EnqueueOptions): string {
  if (dryRun) return `${count(lines - refused)} valid, ${count(refused)} refused; nothing was sent (dry run)`;
  const left = unsent === 0 ? '' : `, ${count(unsent)} not sent`;
  return `${count(sent)} sent, ${count(refused)} refused${left}`;
}

function summaryJson(summary: EnqueueSummary, seconds: number, { dryRun }: EnqueueOptions): object {
  const { lines, refused, sent, unsent, stopped } = summary;
  return {
    lines,
    valid: lines - refused,
    refused,
    sent: dryRun ? 0 : sent,
    unsent: dryRun ? 0 : unsent,
    seconds: Math.round(seconds * 1_000) / 1_000,
    ...(stopped && { stopped: stopped.why, fromLine: stopped.fromLine }),
  };
}

function stoppedText(stopped: Stopped): string {
  const rest = `all lines before line ${stopped.fromLine} have been dealt with; to send the rest, run it again`;
  switch (stopped.why) {
    case 'interrupted':
      return `interrupted: ${rest}`;
    case 'unreachable':
      return `the queue cannot be reached: ${describe(stopped.error)}\n  ${rest}`;
    default:
      return stopped satisfies never;
  }
}

function exitCode({ refused, unsent, stopped }: EnqueueSummary): number {
  if (stopped?.why === 'interrupted') return 130;
  return stopped || refused > 0 || unsent > 0 ? 1 : 0;
}

function readTime(text: string): number {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('It must be a time like 2026-01-31T09:30:00.000Z.');
  return ms;
}

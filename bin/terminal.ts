import { styleText } from 'node:util';

export { shown } from '../functions/core/shown.ts';

/** Wrong usage: the command line itself cannot be right. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Something that the user can put right. Exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}

/** Colours go to terminals only, and to none where NO_COLOR is set. */
export function complain(text: string): void {
  const prefix = styleText('red', 'rollcall:', { stream: process.stderr });
  process.stderr.write(`${prefix} ${text}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A number as people read it: 12,345. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** So many of something: 1 removal, 12,345 removals. */
export function counted(number: number, singular: string): string {
  return `${count(number)} ${singular}${number === 1 ? '' : 's'}`;
}

/** Lines of cells, each column as wide as its widest cell. */
export function columns(lines: readonly (readonly string[])[]): string {
  const widthOf = (column: number) => Math.max(...lines.map((line) => line[column]?.length ?? 0));
  const widths = lines[0]?.map((_, column) => widthOf(column)) ?? [];
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A text as it can safely be shown, spaces and all: what a terminal might obey, or nobody could see, is escaped. */
export function printable(text: string): string {
  return text.replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];

/** What went wrong, in one line; with its stack only where it is a fault of this program. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (BUGS.some((kind) => error instanceof kind)) return error.stack ?? error.message;
  // A host with several addresses fails with one error for each of them, and no message of its own.
  if (error instanceof AggregateError && error.message === '') return describe(error.errors[0]);
  if (error instanceof UsageError || error instanceof CommandError) return error.message;
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

const PROGRESS_EVERY_MS = 100;
const CLEAR_LINE = '\r\u001b[2K';

/** One line at the bottom of a terminal that tells how far it is; nothing where standard error is no terminal. */
export class ProgressLine {
  #shown = false;
  #shownAtMs = 0;

  show(text: () => string): void {
    const nowMs = performance.now();
    if (!process.stderr.isTTY || nowMs - this.#shownAtMs < PROGRESS_EVERY_MS) return;
    this.#shownAtMs = nowMs;
    this.#shown = true;
    process.stderr.write(CLEAR_LINE + text());
  }

  /** To be called before anything else is printed. */
  clear(): void {
    if (this.#shown) process.stderr.write(CLEAR_LINE);
    this.#shown = false;
  }
}

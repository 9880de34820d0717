/**
 * Something that reads what others wrote. A probe gives it one text and throws a `Finding` where what is promised of it
 * does not hold; any other error that comes out is one that nobody documented.
 */
export interface Target {
  readonly name: string;
  /** Valid texts, to be mutated. */
  readonly corpus: readonly string[];
  readonly probe: (input: string) => void | Promise<void>;
  /** Ends what the probe has started. */
  readonly close?: () => void;
}

/** A promise that an input breaks. Its message says which, and what was seen. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** Stands in the corpus, and is planted, wherever a person's id or a secret could stand: it must never be repeated. */
export const MARK = 'P3RS0N';

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Finding(what);
}

/** What is told of a bad input must not repeat what stood in it, and must stay short enough to be read. */
export function tellsNothing(text: string): void {
  holds(!text.includes(MARK), `repeats a value: ${text.slice(0, 300)}`);
  holds(text.length <= 2_000, `${text.length} characters to say what is wrong`);
}

export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

import { hashText, Random } from '../simulation/random.ts';
import { mutant } from './mutate.ts';
import { Finding, type Target } from './target.ts';

/** No input is longer than 64 KiB: what takes longer than this with one grows faster than its input. */
const CPU_MAX_MS = 500;

export interface Found {
  readonly target: string;
  /** The number that makes this input again. */
  readonly seed: number;
  readonly problem: string;
  readonly input: string;
}

/** The input that a number stands for, always the same. */
export function inputOf(target: Target, seed: number): string {
  return mutant(target.corpus, new Random(hashText(target.name, seed)));
}

/** What is wrong with an input; undefined: nothing. */
export async function problemWith(target: Target, input: string): Promise<string | undefined> {
  try {
    // Twice, where it is slow: the first time may have met the compiler, or a garbage collection.
    const cpuMs = await cpuMsOf(target, input);
    if (cpuMs > CPU_MAX_MS && (await cpuMsOf(target, input)) > CPU_MAX_MS)
      return `takes ${cpuMs} ms of a core`;
    return undefined;
  } catch (error) {
    if (error instanceof Finding) return error.message;
    return `throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
}

async function cpuMsOf({ probe }: Target, input: string): Promise<number> {
  const before = process.cpuUsage();
  await probe(input);
  const { user, system } = process.cpuUsage(before);
  return Math.round((user + system) / 1_000);
}

/** Probes the inputs of so many numbers, the first of them included. */
export async function fuzz(target: Target, from: number, count: number): Promise<Found[]> {
  const found: Found[] = [];
  for (let seed = from; seed < from + count; seed += 1) {
    const input = inputOf(target, seed);
    const problem = await problemWith(target, input);
    if (problem !== undefined) found.push({ target: target.name, seed, problem, input });
  }
  return found;
}

const SHRINK_MAX_MS = 20_000;

/** The input without whatever can be left out of it; what is left still has a problem that begins in the same way. */
export async function shrunk(target: Target, { input, problem }: Found): Promise<string> {
  const kind = problem.slice(0, 12);
  const untilMs = performance.now() + SHRINK_MAX_MS;
  let smallest = input;
  for (let size = smallest.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at + size <= smallest.length && performance.now() < untilMs; ) {
      const smaller = smallest.slice(0, at) + smallest.slice(at + size);
      if ((await problemWith(target, smaller))?.startsWith(kind)) smallest = smaller;
      else at += size;
    }
  }
  return smallest;
}

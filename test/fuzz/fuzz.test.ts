import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fuzz, inputOf, problemWith, shrunk } from './fuzz.ts';
import { Finding, MARK, type Target, tellsNothing } from './target.ts';
import { TARGETS } from './targets.ts';

const INPUTS = 400;
/** Over real sockets. */
const INPUTS_ON_THE_WIRE = 100;
const REGRESSIONS = join(import.meta.dirname, 'regressions');

afterAll(() => {
  for (const { close } of TARGETS) close?.();
});

/** Inputs that were found to break something once, and what there is to say of each in its file's name. */
function regressionsOf({ name }: Target): { file: string; input: string }[] {
  const folder = join(REGRESSIONS, name);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => ({
    file,
    input: JSON.parse(readFileSync(join(folder, file), 'utf8')) as string,
  }));
}

describe.each(TARGETS)('$name', (target) => {
  test('takes each text of its corpus', async () => {
    for (const text of target.corpus) expect(await problemWith(target, text)).toBeUndefined();
  });

  test('never throws, repeats or dawdles, whatever it is given', { timeout: 60_000 }, async () => {
    expect(await fuzz(target, 0, target.name === 'wire' ? INPUTS_ON_THE_WIRE : INPUTS)).toEqual([]);
  });

  test('is not broken again by what broke it once', async () => {
    for (const { file, input } of regressionsOf(target))
      expect({ file, problem: await problemWith(target, input) }).toEqual({ file, problem: undefined });
  });
});

describe('the fuzzer', () => {
  const broken = (probe: Target['probe']): Target => ({ name: 'broken', corpus: ['{"a":"b"}'], probe });

  test('makes the same input of the same number, and others of others', () => {
    const [target] = TARGETS;
    const inputs = Array.from({ length: 50 }, (_, seed) => target && inputOf(target, seed));
    expect(Array.from({ length: 50 }, (_, seed) => target && inputOf(target, seed))).toEqual(inputs);
    expect(new Set(inputs).size).toBeGreaterThan(30);
  });

  test('finds a reader that throws, and makes what it found small', async () => {
    const target = broken((text) => void JSON.parse(text));
    const [found] = await fuzz(target, 0, 100);
    expect(found?.problem).toMatch(/^throws SyntaxError/);
    expect(found && (await shrunk(target, found)).length).toBeLessThan(4);
  });

  test('finds a reader that repeats what it read', async () => {
    const found = await fuzz(broken(tellsNothing), 0, 300);
    expect(found.some(({ problem }) => problem.includes(MARK))).toBe(true);
  });

  test('finds an expression that backtracks', { timeout: 120_000 }, async () => {
    const target = broken((text) => void text.replace(/[ .!0a-]+$/, ''));
    const slow = `${'.'.repeat(60_000)}x`;
    expect(await problemWith(target, slow)).toMatch(/^takes \d+ ms/);
  });

  test('tells a finding from an error that nobody documented', async () => {
    const finding = broken(() => {
      throw new Finding('so it is');
    });
    expect(await problemWith(finding, '')).toBe('so it is');
  });
});

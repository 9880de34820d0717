/** Gives everything that reads what others wrote a great many bad texts: `npm run fuzz -- --help` tells more. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Found, fuzz, inputOf, problemWith, shrunk } from './fuzz.ts';
import type { Target } from './target.ts';
import { TARGETS } from './targets.ts';

const USAGE = `Gives everything that reads what others wrote mutations of valid texts.

  npm run fuzz -- --seconds 60              all targets in turn, for a minute
  npm run fuzz -- --target message          one of them
  npm run fuzz -- --target message --replay 123   show what the input of this number does
  --seed S    begin with the inputs of another seed (default 1)

Targets: ${TARGETS.map(({ name }) => name).join(', ')}
What is found is written, as small as it gets, to test/fuzz/regressions, where the tests try it from then on.`;

const BLOCK = 200;
const FOUND_MAX = 5;
/** What is kept for no reason adds up; what only waits for the garbage collector does not. */
const HEAP_GROWTH_MAX_MIB = 128;
const REGRESSIONS = join(import.meta.dirname, 'regressions');

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    target: { type: 'string' },
    replay: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const targets = TARGETS.filter(({ name }) => values.target === undefined || name === values.target);

if (values.help || targets.length === 0) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else if (values.replay !== undefined) {
  await replay(Number(values.replay));
} else {
  await fuzzFor(Number(values.seconds) * 1_000, Number(values.seed));
}
for (const { close } of TARGETS) close?.();

async function fuzzFor(forMs: number, seed: number): Promise<void> {
  const untilMs = performance.now() + forMs;
  const heapBefore = heapMiB();
  const found: Found[] = [];
  let inputs = 0;
  // Seeds far apart: no number is tried twice within a run of any length.
  for (
    let from = seed * 100_000_000;
    performance.now() < untilMs && found.length < FOUND_MAX;
    from += BLOCK
  ) {
    for (const target of targets) {
      const here = await fuzz(target, from, BLOCK);
      inputs += BLOCK;
      found.push(...here.slice(0, 1));
    }
  }
  for (const each of found) await tell(each);
  const growth = heapMiB() - heapBefore;
  const hasGrown = growth > HEAP_GROWTH_MAX_MIB;
  if (hasGrown) console.log(`\nThe heap has grown by ${growth} MiB`);
  console.log(`\n${inputs} inputs to ${targets.length} targets, seed ${seed}: ${found.length} found`);
  process.exitCode = found.length > 0 || hasGrown ? 1 : 0;
}

async function tell(found: Found): Promise<void> {
  const { target: name, seed, problem } = found;
  console.log(`\n${name}: ${problem}`);
  console.log(`  npm run fuzz -- --target ${name} --replay ${seed}`);
  const smallest = await shrunk(targetOf(name), found);
  const folder = join(REGRESSIONS, name);
  mkdirSync(folder, { recursive: true });
  // As JSON: a file of text would lose half a surrogate pair.
  writeFileSync(join(folder, `found-${seed}.json`), `${JSON.stringify(smallest)}\n`);
  console.log(`  ${smallest.length} characters: ${JSON.stringify(smallest).slice(0, 500)}`);
}

function targetOf(name: string): Target {
  const target = TARGETS.find((each) => each.name === name);
  if (!target) throw new Error(`there is no target ${name}`);
  return target;
}

async function replay(seed: number): Promise<void> {
  for (const target of targets) {
    const input = inputOf(target, seed);
    console.log(`${target.name}, ${input.length} characters: ${JSON.stringify(input).slice(0, 2_000)}`);
    console.log((await problemWith(target, input)) ?? 'nothing is wrong with it');
  }
}

function heapMiB(): number {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}

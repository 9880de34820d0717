import { parseArgs } from 'node:util';
import { crashEverywhere } from './crash-points.ts';
import { generateScenario } from './generate-scenario.ts';
import { SHORT_SCENARIOS } from './short-scenarios.ts';
import { simulate } from './simulate.ts';

/** Where something did not hold, or that nothing was found. */
export type Finding =
  | { readonly caught: true; readonly rule: string; readonly where: string; readonly tried: number }
  | { readonly caught: false; readonly tried: number };

/** Most bugs are found by these; the crash points come next, and then the other seeds. */
const FIRST_SEEDS = 100;

async function findViolation(seeds: number): Promise<Finding> {
  const first = await trySeeds(1, Math.min(FIRST_SEEDS, seeds));
  if (first.caught) return first;
  const crashed = await tryCrashPoints(first.tried);
  return crashed.caught ? crashed : trySeeds(FIRST_SEEDS + 1, seeds, crashed.tried);
}

async function trySeeds(from: number, to: number, triedBefore = 0): Promise<Finding> {
  let tried = triedBefore;
  for (let seed = from; seed <= to; seed += 1) {
    tried += 1;
    const [violation] = (await simulate(generateScenario(seed))).violations;
    if (violation) return { caught: true, rule: violation.rule, where: `seed ${seed}`, tried };
  }
  return { caught: false, tried };
}

/** Dies at every call of the short scenarios. */
async function tryCrashPoints(triedBefore: number): Promise<Finding> {
  let tried = triedBefore;
  for (const [name, scenario] of Object.entries(SHORT_SCENARIOS)) {
    const { failures, runs } = await crashEverywhere(scenario);
    tried += runs;
    const [violation] = failures[0]?.violations ?? [];
    if (violation) return { caught: true, rule: violation.rule, where: `crash points: ${name}`, tried };
  }
  return { caught: false, tried };
}

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '600' } } });
console.log(JSON.stringify(await findViolation(Number(values.seeds))));

import { parseArgs } from 'node:util';
import { crashEverywhere } from './crash-points.ts';
import { generateScenario } from './generate-scenario.ts';
import { SHORT_SCENARIOS } from './short-scenarios.ts';
import { simulate } from './simulate.ts';

/** Where something did not hold, or that nothing was found. */
export type Finding =
  | { readonly caught: true; readonly rule: string; readonly where: string; readonly tried: number }
  | { readonly caught: false; readonly tried: number };

/** Runs seeds one after the other, and then dies at every call of the short scenarios, until a promise does not hold. */
async function findViolation(seeds: number): Promise<Finding> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const [violation] = (await simulate(generateScenario(seed))).violations;
    if (violation) return { caught: true, rule: violation.rule, where: `seed ${seed}`, tried: seed };
  }
  let tried = seeds;
  for (const [name, scenario] of Object.entries(SHORT_SCENARIOS)) {
    const { failures, runs } = await crashEverywhere(scenario);
    tried += runs;
    const [violation] = failures[0]?.violations ?? [];
    if (violation) return { caught: true, rule: violation.rule, where: `crash points: ${name}`, tried };
  }
  return { caught: false, tried };
}

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '100' } } });
console.log(JSON.stringify(await findViolation(Number(values.seeds))));

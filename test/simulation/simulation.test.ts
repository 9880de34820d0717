import { expect, it } from 'vitest';
import { generateScenario } from './generate-scenario.ts';
import { isUndisturbed, simulate } from './simulate.ts';

const SEEDS = Array.from({ length: 120 }, (_, index) => index + 1);

it('keeps every promise under the faults of a hundred seeds', async () => {
  for (const seed of SEEDS) {
    const { violations } = await simulate(generateScenario(seed));
    expect(violations, `npm run simulate -- --trace --from ${seed}`).toEqual([]);
  }
});

it('gives every seed at least twenty changes, two consumers and five faults that strike', async () => {
  for (const seed of SEEDS.slice(0, 60)) {
    const scenario = generateScenario(seed);
    const { faults, changes } = await simulate(scenario);
    expect(scenario.consumers).toBeGreaterThanOrEqual(2);
    expect(changes, `seed ${seed}`).toBeGreaterThanOrEqual(20);
    expect(faults, `seed ${seed}`).toBeGreaterThanOrEqual(5);
  }
});

it('runs the same seed the same way every time', async () => {
  for (const seed of SEEDS.slice(0, 10)) {
    const first = await simulate(generateScenario(seed));
    const second = await simulate(generateScenario(seed));
    expect(second).toEqual(first);
  }
});

it('makes one request per member whose state changes where nothing goes wrong', async () => {
  const undisturbed = SEEDS.map((seed) => ({ ...generateScenario(seed), faults: [] })).filter(isUndisturbed);
  expect(undisturbed.length).toBeGreaterThan(10);
  for (const scenario of undisturbed) {
    const { violations } = await simulate(scenario);
    expect(violations, `seed ${scenario.seed} without its faults`).toEqual([]);
  }
});

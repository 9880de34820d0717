import { beforeAll, expect, it } from 'vitest';
import { Coverage } from './coverage.ts';
import { generateScenario } from './generate-scenario.ts';
import { isUndisturbed } from './scenario-facts.ts';
import { type RunResult, simulate } from './simulate.ts';

const SEEDS = Array.from({ length: 60 }, (_, index) => index + 1);

/** What the faults and operators of a seed must bring about again and again. */
const RECONCILED = [
  'approved and gone',
  'drift healed: join of a member under managed',
  'drift healed: leave of a member under managed',
  'drift healed: leave of a stranger under exact',
  'left and reported: held',
  'left and reported: policy',
  'operator: approved',
  'operator: switched off',
  'removals held',
];

const results: RunResult[] = [];
beforeAll(async () => {
  for (const seed of SEEDS) results.push(await simulate(generateScenario(seed)));
}, 60_000);

it('keeps every promise under the faults of sixty seeds', () => {
  for (const { seed, violations } of results)
    expect(violations, `npm run simulate -- --trace --from ${seed}`).toEqual([]);
});

it('gives every seed at least twenty changes, two consumers and five faults that strike', () => {
  for (const { seed, changes, faults } of results) {
    expect(generateScenario(seed).consumers).toBeGreaterThanOrEqual(2);
    expect(changes, `seed ${seed}`).toBeGreaterThanOrEqual(20);
    expect(faults, `seed ${seed}`).toBeGreaterThanOrEqual(5);
  }
});

it('comes by whatever reconciling can come to', () => {
  const coverage = new Coverage();
  for (const result of results) coverage.add(result.coverage);
  const { reconcile } = coverage.toJSON();
  for (const name of RECONCILED) expect(reconcile?.[name], name).toBeGreaterThan(0);
});

it('runs the same seed the same way every time', async () => {
  for (const first of results.slice(0, 5)) {
    expect(await simulate(generateScenario(first.seed))).toEqual(first);
  }
});

it('makes one request per member whose state changes where nothing goes wrong', async () => {
  const undisturbed = SEEDS.map((seed) => ({ ...generateScenario(seed), faults: [], operators: [] })).filter(
    isUndisturbed,
  );
  expect(undisturbed.length).toBeGreaterThan(10);
  for (const scenario of undisturbed) {
    const { violations } = await simulate(scenario);
    expect(violations, `seed ${scenario.seed} without its faults`).toEqual([]);
  }
});

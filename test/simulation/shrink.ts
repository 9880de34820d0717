import type { Scenario } from './scenario.ts';

/** Which of a scenario's changes and faults stay, by their place. */
export interface Kept {
  readonly changes: readonly number[];
  readonly faults: readonly number[];
}

export function everything({ changes, faults }: Scenario): Kept {
  return { changes: [...changes.keys()], faults: [...faults.keys()] };
}

/** The scenario with only these changes and faults. */
export function keeping(scenario: Scenario, kept: Kept): Scenario {
  return {
    ...scenario,
    changes: scenario.changes.filter((_, index) => kept.changes.includes(index)),
    faults: scenario.faults.filter((_, index) => kept.faults.includes(index)),
  };
}

/** Leaves out as many changes and faults as it can while the scenario still fails. */
export async function shrink(
  scenario: Scenario,
  fails: (smaller: Scenario) => Promise<boolean>,
): Promise<Kept> {
  let kept = everything(scenario);
  for (;;) {
    const before = kept.changes.length + kept.faults.length;
    kept = {
      ...kept,
      changes: await fewest(kept.changes, (changes) => fails(keeping(scenario, { ...kept, changes }))),
    };
    kept = {
      ...kept,
      faults: await fewest(kept.faults, (faults) => fails(keeping(scenario, { ...kept, faults }))),
    };
    if (kept.changes.length + kept.faults.length === before) return kept;
  }
}

/** Tries without ever smaller parts of the list. */
async function fewest(
  all: readonly number[],
  fails: (fewer: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let rest = all;
  for (let size = Math.ceil(all.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < rest.length; ) {
      const without = rest.filter((_, index) => index < from || index >= from + size);
      if (await fails(without)) rest = without;
      else from += size;
    }
  }
  return rest;
}

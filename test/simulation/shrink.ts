import type { Scenario } from './scenario.ts';

/** Which of a scenario's changes, faults and operators' acts stay, by their place. */
export interface Kept {
  readonly changes: readonly number[];
  readonly faults: readonly number[];
  readonly operators: readonly number[];
}

const PARTS = ['changes', 'faults', 'operators'] as const;

export function everything({ changes, faults, operators }: Scenario): Kept {
  return { changes: [...changes.keys()], faults: [...faults.keys()], operators: [...operators.keys()] };
}

/** The scenario with these only. */
export function keeping(scenario: Scenario, kept: Kept): Scenario {
  return {
    ...scenario,
    changes: scenario.changes.filter((_, index) => kept.changes.includes(index)),
    faults: scenario.faults.filter((_, index) => kept.faults.includes(index)),
    operators: scenario.operators.filter((_, index) => kept.operators.includes(index)),
  };
}

/** Leaves out as much as it can while the scenario still fails. */
export async function shrink(
  scenario: Scenario,
  fails: (smaller: Scenario) => Promise<boolean>,
): Promise<Kept> {
  let kept = everything(scenario);
  for (;;) {
    const before = sizeOf(kept);
    for (const part of PARTS) {
      const rest: Kept = kept;
      const fewer = await fewest(rest[part], (some) => fails(keeping(scenario, { ...rest, [part]: some })));
      kept = { ...rest, [part]: fewer };
    }
    if (sizeOf(kept) === before) return kept;
  }
}

function sizeOf(kept: Kept): number {
  return PARTS.reduce((sum, part) => sum + kept[part].length, 0);
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

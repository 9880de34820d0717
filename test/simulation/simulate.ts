import type { Scenario } from './scenario.ts';
import { isUndisturbed } from './scenario-facts.ts';
import type { Violation } from './violations.ts';
import { World, type WorldOptions } from './world.ts';

export interface RunResult {
  readonly seed: number;
  readonly steps: number;
  readonly faults: number;
  readonly changes: number;
  readonly violations: readonly Violation[];
  readonly traceHash: number;
  readonly coverage: Record<string, Record<string, number>>;
  readonly trace: readonly string[];
}

const MINUTE_MS = 60_000;

/** Runs a scenario: first with its faults, then in calm until everything must have healed, then in silence. */
export async function simulate(scenario: Scenario, options: WorldOptions = {}): Promise<RunResult> {
  const world = new World(scenario, options);
  world.start();
  const { scheduler } = world;
  const startMs = scheduler.nowMs;
  await scheduler.runUntil(startMs + scenario.calmFromMs);
  world.faults.end();
  await scheduler.runUntil(startMs + healedAtMs(scenario));
  world.oracle.judge(startMs + scenario.calmFromMs);
  const quietFromMs = scheduler.nowMs;
  await scheduler.runUntil(quietFromMs + 1.5 * scenario.timings.reconcileIntervalMs);
  world.oracle.judgeQuiet(quietFromMs);
  if (isUndisturbed(scenario) && !options.onCall && !world.hasPoison) world.oracle.requests.judgeEconomy();
  return {
    seed: scenario.seed,
    steps: scheduler.steps,
    faults: world.faults.struck,
    changes: world.oracle.accepted.all.length,
    violations: world.oracle.violations.all,
    traceHash: world.trace.hash,
    coverage: world.coverage.toJSON(),
    trace: world.trace.lines,
  };
}

/** When the last straggler has arrived, what it lost has been noticed, and two passes have repaired it. */
function healedAtMs({ calmFromMs, faults, operators, timings, apps }: Scenario): number {
  const stragglersMs = Math.max(
    0,
    ...faults.map((fault) => (fault.kind === 'call' || fault.kind === 'vendor' ? fault.forMs : 0)),
  );
  const isAnyFailing = apps.some(
    ({ failingMembers, conversations }) =>
      failingMembers.length > 0 || conversations.some(({ capacity }) => capacity !== undefined),
  );
  const healMs =
    timings.stuckAfterMs +
    3 * timings.reconcileIntervalMs +
    30 * MINUTE_MS +
    (isAnyFailing ? timings.parkAfterMs : 0);
  const lastActMs = operators.map((act) => act.atMs + (act.kind === 'approve' ? act.actsAfterMs : 0));
  return Math.max(calmFromMs + stragglersMs, ...lastActMs) + healMs;
}

import { callSite } from './call-sites.ts';
import type { CallFault } from './fault-plan.ts';
import type { CallFaultHow, Scenario } from './scenario.ts';
import { simulate } from './simulate.ts';
import type { Violation } from './violations.ts';

/** Longer than the function's own time and than the visibility of its messages. */
const ZOMBIE_MS = 10 * 60_000;
const HOWS: readonly CallFaultHow[] = ['die_before', 'die_after', 'freeze_before', 'freeze_after'];

/** What did not hold after dying at so many-th call; call 0: nobody died. */
interface Failure {
  readonly call: number;
  readonly how: string;
  readonly violations: readonly Violation[];
}

export interface CrashPoints {
  readonly sites: ReadonlySet<string>;
  readonly runs: number;
  readonly failures: readonly Failure[];
}

/** The planner and the reconciler go on for ever: what they do again is the same as the first time. */
const REPEATS_TRIED = {
  'apply-changes': 2,
  'plan-reconciles': 1,
  'reconcile-conversation': 1,
  operator: 2,
} as const;

/** Runs a scenario once for each of its calls and each way to die there, and says what did not hold. */
export async function crashEverywhere(scenario: Scenario): Promise<CrashPoints> {
  const { sites, calls, violations } = await rehearse(scenario);
  const failures = violations.length > 0 ? [{ call: 0, how: 'none', violations }] : [];
  for (const call of calls) {
    for (const how of HOWS) {
      const crashed = await crashAt(scenario, call, { how, forMs: ZOMBIE_MS });
      if (crashed.length > 0) failures.push({ call, how, violations: crashed });
    }
  }
  return { sites, runs: 1 + calls.length * HOWS.length, failures };
}

/** One run without a crash: which calls there are, and where each was made. */
async function rehearse(scenario: Scenario) {
  const timesBySite = new Map<string, number>();
  const calls: number[] = [];
  let call = 0;
  const { violations } = await simulate(scenario, {
    onCall: ({ functionName }, { method }) => {
      call += 1;
      const site = callSite(method);
      const times = (timesBySite.get(site) ?? 0) + 1;
      timesBySite.set(site, times);
      if (times <= REPEATS_TRIED[functionName]) calls.push(call);
      return undefined;
    },
  });
  return { sites: new Set(timesBySite.keys()), calls, violations };
}

/** Everything up to the call goes as in the rehearsal, so the call is the same one. */
export async function crashAt(
  scenario: Scenario,
  at: number,
  fault: CallFault,
  keepTrace = false,
): Promise<readonly Violation[]> {
  let call = 0;
  const onCall = () => {
    call += 1;
    return call === at ? fault : undefined;
  };
  const { violations, trace } = await simulate(scenario, { onCall, keepTrace });
  if (keepTrace) console.log(trace.join('\n'));
  return violations;
}

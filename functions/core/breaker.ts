import type { Timings } from './timings.ts';

/** Keeps the calls of one app back while they cannot succeed. Its state is a value; time comes from outside. */
export interface Breaker {
  /** Failures since the last success, each of a kind that speaks of the app and not of one member. */
  readonly failures: number;
  /** Open until then; afterwards one call at a time may try. Absent: closed. */
  readonly openUntilMs?: number;
  readonly lastSuccessMs?: number;
}

export const CLOSED: Breaker = { failures: 0 };

/** So many failures in a row with no success between them are an outage of the app. */
const FAILURES_TO_OPEN = 8;

export type BreakerSignal = 'success' | 'failure' | 'refused';

/** `refused`: the credential does not work, so nothing of this app can: opens at once. */
export function afterSignal(
  breaker: Breaker,
  signal: BreakerSignal,
  nowMs: number,
  timings: Timings,
): Breaker {
  if (signal === 'success') return { failures: 0, lastSuccessMs: nowMs };
  const failures = breaker.failures + 1;
  const opens = signal === 'refused' || failures >= FAILURES_TO_OPEN;
  return {
    ...breaker,
    failures,
    ...(opens && { openUntilMs: nowMs + timings.breakerOpenMs }),
  };
}

export interface Pass {
  readonly passes: boolean;
  /** It is the one try of an open breaker: what it needs should be fetched anew. */
  readonly isTry: boolean;
  readonly breaker: Breaker;
}

/** Whether a call may go out now. Taking the one try of an open breaker closes the door behind it. */
export function tryPass(breaker: Breaker, nowMs: number, timings: Timings): Pass {
  if (breaker.openUntilMs === undefined) return { passes: true, isTry: false, breaker };
  if (nowMs < breaker.openUntilMs) return { passes: false, isTry: false, breaker };
  return { passes: true, isTry: true, breaker: { ...breaker, openUntilMs: nowMs + timings.breakerOpenMs } };
}

/** Whether the app has lately answered somebody: then what fails, fails alone. */
export function appAnswers(breaker: Breaker, nowMs: number, timings: Timings): boolean {
  return breaker.lastSuccessMs !== undefined && nowMs - breaker.lastSuccessMs < timings.deferAfterMs;
}

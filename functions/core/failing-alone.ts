import type { MemberRow } from './roster.ts';
import type { Timings } from './timings.ts';

/** How long a wish has failed while its app answered for others, as fields of its row; `null` clears them. */
export interface FailingAlone {
  readonly failingAloneSinceMs: number | null;
  readonly failedAloneAtMs: number | null;
}

export const NOT_ALONE: FailingAlone = { failingAloneSinceMs: null, failedAloneAtMs: null };

type Failing = Pick<MemberRow, 'failingAloneSinceMs' | 'failedAloneAtMs'>;

/** A pause between two failures counts for so much of the time after which a change is parked, and no more. */
const PAUSE_COUNTS_AT_MOST = 1 / 4;

export function failingAloneOf({ failingAloneSinceMs, failedAloneAtMs }: Failing): FailingAlone {
  return { failingAloneSinceMs: failingAloneSinceMs ?? null, failedAloneAtMs: failedAloneAtMs ?? null };
}

/**
 * Another failure now. Where nobody tried for long (the reconciler was switched off, or away) the beginning moves with
 * the time that does not count: no change is parked that was hardly tried.
 */
export function failedOnceMore(
  { failingAloneSinceMs, failedAloneAtMs = failingAloneSinceMs }: Failing,
  nowMs: number,
  { parkAfterMs }: Pick<Timings, 'parkAfterMs'>,
): Required<Failing> {
  if (failingAloneSinceMs === undefined || failedAloneAtMs === undefined)
    return { failingAloneSinceMs: nowMs, failedAloneAtMs: nowMs };
  const pauseMs = nowMs - failedAloneAtMs;
  const untriedMs = Math.max(0, pauseMs - Math.round(parkAfterMs * PAUSE_COUNTS_AT_MOST));
  return { failingAloneSinceMs: failingAloneSinceMs + untriedMs, failedAloneAtMs: nowMs };
}

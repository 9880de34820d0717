import * as z from 'zod/mini';

const wholeAboveZero = z.number().check(z.int(), z.positive());
const ms = (defaultMs: number) => z._default(wholeAboveZero, defaultMs);

/** How long things may take. The defaults are for deployments; a local run shortens them. All in milliseconds. */
export const timingsSchema = z.object({
  /** First wait before a message is delivered again; doubles with each delivery. */
  retryBaseMs: ms(1_000),
  /** Longest wait between deliveries. */
  retryMaxMs: ms(60_000),
  /** How long calls are repeated inside one invocation before the queue takes over. */
  retryInsideMs: ms(5_000),
  /** After so long a change stops coming back by itself and waits in the roster. */
  deferAfterMs: ms(5 * 60_000),
  /** What fails alone for so long, while its app's other calls succeed, is parked. */
  parkAfterMs: ms(24 * 3_600_000),
  /** A user may be created a moment after it was wished into a conversation. */
  userGraceMs: ms(60_000),
  /** How long an open breaker keeps calls of its app back before one may try. */
  breakerOpenMs: ms(30_000),
  /** How long credentials and app rows are kept before they are read again. */
  cacheMs: ms(5 * 60_000),
  /** Time-out of one request to the vendor. */
  requestTimeoutMs: ms(10_000),
  /** When the front door answers at the latest, counted from when the function began on the request. */
  answerWithinMs: ms(650),
  /** How often a conversation is compared; also how long a confirmed wish needs no call. */
  reconcileIntervalMs: ms(3_600_000),
  /** In flight for longer than this, a wish has lost its message: no delivery takes so long. */
  stuckAfterMs: ms(30 * 60_000),
  /** First wait before a conversation with deferred changes is looked at again; grows to the reconcile interval. */
  deferredIntervalMs: ms(60_000),
});

export type Timings = z.infer<typeof timingsSchema>;

/** A change from further in the future than this would win for ever. */
export const FUTURE_LIMIT_MS = 5 * 60_000;
/** Older than this, the row of a leave that it contradicts may be forgotten. */
export const CHANGE_MAX_AGE_MS = 30 * 24 * 3_600_000;
/** How long the row of a confirmed leave is kept at least: a day longer than any change that could contradict it. */
export const LEAVE_KEPT_MS = 31 * 24 * 3_600_000;

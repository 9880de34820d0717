/**
 * Keeps the requests of one process for one app at a rate that the vendor accepts.
 *
 * Two limits hold. The process never exceeds its share of the configured budget. Where the vendor allows less, nobody
 * says how much, and each process sees only its own answers while others come and go beside it. What it can measure is
 * its goodput: successes a second while it was busy. A rate limiter lets through what it allows, however many ask, so
 * whoever asks for no more than what got through is soon refused no longer.
 *
 * - A refusal (429) lowers the rate to a little under the goodput, but by a small step only: refusals come in swarms,
 *   and one alone says little. The next request leaves a full interval after it.
 * - Calm raises the rate again: hardly at first, where the limit has just been found and each probe costs a refused
 *   request, then ever faster, so that any limit that was lifted is found within half a minute. It grows with time and
 *   not with requests, so that slow processes gain on fast ones.
 * - Before its first refusal a process knows nothing: it begins gently and gains with every success.
 *
 * Retry-After has no part in this. It is honoured for the request that it answers: its sender waits so long, and only
 * then asks for a turn again. Holding all others back as well would multiply the time that a backlog takes, because a
 * limiter that refuses one request in fifty says "one second" each time. What it means for the others, to go slower,
 * the refusal itself has told. And where nothing gets through at all, every request in hand is told to wait, and what
 * comes anew goes ever more slowly, down to one a second.
 */

/** Kept free below any known limit: limiters count by their own clocks, and requests bunch up on their way. */
const HEADROOM = 0.98;
/** Slots missed for less than this are made up for: so long a process may be between one batch and the next. */
const CATCH_UP_MS = 50;
/** The same for slots that are further apart than that: a timer may fire so late. */
const LATE_TIMER_MS = 5;
/** The first rate, and the factor it gains with each success until the first refusal. */
const START_PER_SECOND = 50;
const START_GROWTH = 1.2;
/** What one refusal leaves of the rate at least. */
const SMALLEST_REST = 0.9;
/** Never slower than this, unless the share is: somebody has to find out that the vendor accepts requests again. */
const SLOWEST_PER_SECOND = 1;
/** How long an answer counts in the goodput: its weight falls to 1/e in this time. */
const GOODPUT_MEMORY_MS = 2_000;
/** So much calm raises the rate by e, half of it by an eighth, twice as much a thousandfold and more. */
const CALM_MS = 12_000;
/** Beyond this and two intervals, time between answers is idle: it says nothing about the rate. */
const BUSY_GAP_MS = 100;

/** Make one for each app and process. Rates are in requests per millisecond inside, where nothing else is said. */
export class Pacer {
  readonly #limit: number;
  #base: number;
  #refused = false;
  #calmMs = 0;
  #successes = 0;
  /** Above zero, so that there is a goodput from the first answer on. */
  #busyMs = 1;
  #lastSlotMs = Number.NEGATIVE_INFINITY;
  #lastAnswerMs: number | undefined;
  /** A clock of its own that never goes back: the sum of all steps forward of the times passed in. */
  #timeMs = 0;
  #lastNowMs: number | undefined;

  /** @param sharePerSecond what this process may use of the app's budget, in requests per second, above 0 and finite */
  constructor(sharePerSecond: number) {
    if (!(sharePerSecond > 0 && Number.isFinite(sharePerSecond))) {
      throw new RangeError(`a pacer needs a finite rate above 0, not ${sharePerSecond}`);
    }
    this.#limit = (sharePerSecond * HEADROOM) / 1_000;
    this.#base = Math.min(this.#limit, START_PER_SECOND / 1_000);
  }

  /** The rate kept at present, in requests per second. */
  get requestsPerSecond(): number {
    return this.#rate() * 1_000;
  }

  /**
   * Asks for a request's turn. 0: the turn is taken, send now. Otherwise nothing is taken: ask again after so many
   * milliseconds. Nobody holds a later slot, so whoever waits feels a new rate at once, and whoever gives up leaves no
   * gap. Let the requests that wait stand in line and only the first of them ask.
   */
  take(nowMs: number): number {
    this.#advance(nowMs);
    this.#lastAnswerMs ??= this.#timeMs;
    const intervalMs = 1 / this.#rate();
    const earliestMs = this.#timeMs - Math.max(LATE_TIMER_MS, CATCH_UP_MS - intervalMs);
    const slotMs = Math.max(this.#lastSlotMs + intervalMs, earliestMs);
    if (slotMs > this.#timeMs) return Math.ceil(slotMs - this.#timeMs);
    this.#lastSlotMs = slotMs;
    return 0;
  }

  /** The vendor's rate limiter let a request through, whatever the answer was. No answer at all is not reported. */
  succeeded(nowMs: number): void {
    const busyMs = this.#measure(nowMs, 1);
    if (this.#refused) this.#calmMs += busyMs;
    else this.#base = Math.min(this.#limit, this.#base * START_GROWTH);
  }

  /** The vendor refused a request for its rate (429). To be tried again it takes a turn like any other. */
  throttled(nowMs: number): void {
    this.#measure(nowMs, 0);
    const rate = this.#rate();
    const goodput = (this.#successes / this.#busyMs) * HEADROOM;
    const slowest = Math.min(this.#limit, SLOWEST_PER_SECOND / 1_000);
    this.#base = Math.max(slowest, rate * SMALLEST_REST, Math.min(rate, goodput));
    this.#refused = true;
    this.#calmMs = 0;
    this.#lastSlotMs = Math.max(this.#lastSlotMs, this.#timeMs);
  }

  #rate(): number {
    return Math.min(this.#limit, this.#base * Math.exp((this.#calmMs / CALM_MS) ** 3));
  }

  /** Counts an answer; returns the busy time since the one before it. */
  #measure(nowMs: number, successes: 0 | 1): number {
    this.#advance(nowMs);
    const sinceMs = this.#timeMs - (this.#lastAnswerMs ?? this.#timeMs);
    const busyMs = Math.min(sinceMs, BUSY_GAP_MS + 2 / this.#rate());
    const kept = Math.exp(-busyMs / GOODPUT_MEMORY_MS);
    this.#successes = this.#successes * kept + successes;
    this.#busyMs = this.#busyMs * kept + busyMs;
    this.#lastAnswerMs = this.#timeMs;
    return busyMs;
  }

  #advance(nowMs: number): void {
    this.#timeMs += Math.max(0, nowMs - (this.#lastNowMs ?? nowMs));
    this.#lastNowMs = nowMs;
  }
}

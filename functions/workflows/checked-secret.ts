import { Allowance } from '../core/allowance.ts';
import type { Clock } from './ports.ts';

/** What a check against a secret came to. `tooOften`: nobody can say without a read that is not allowed right now. */
export type Checked<Match, Value> =
  | { readonly kind: 'right'; readonly match: Match }
  | { readonly kind: 'wrong'; readonly value: Value }
  | { readonly kind: 'noSuchSecret' }
  | { readonly kind: 'tooOften' };

/** Gives the secret's value; undefined where there is no such secret. Throws where it cannot be read. */
export type ReadSecret<Value> = (name: string, signal: AbortSignal) => Promise<Value | undefined>;

interface Kept<Value> {
  readonly value: Value;
  readonly untilMs: number;
  readonly rereads: Allowance;
}

/** Reads for one secret whose check failed: so many at once, then one every so often. */
const REREADS_MOST = 5;
const REREAD_EVERY_MS = 10_000;
/** The same for all names together of which nothing is known: most of them somebody made up. */
const STRANGERS_MOST = 100;
const STRANGER_EVERY_MS = 100;
/** Where a secret that is kept cannot be read again, the next attempt is so far away. */
const SERVE_ON_MS = 10_000;

/**
 * Checks requests against secrets that are kept for a while. A refusal is final for who sent the request, so it is given
 * only on a read that began after the request came: a secret that was rotated a moment ago refuses nobody. What strangers
 * can make us read is bounded; beyond that the answer is to come again, never a refusal.
 */
export class CheckedSecrets<Value> {
  readonly #read: ReadSecret<Value>;
  readonly #keepMs: number;
  readonly #clock: Pick<Clock, 'nowMs'>;
  /** Only of secrets that exist: as many as there are apps, whatever names are tried. */
  readonly #kept = new Map<string, Kept<Value>>();
  readonly #strangers = new Allowance(STRANGERS_MOST, STRANGER_EVERY_MS);

  constructor(read: ReadSecret<Value>, keepMs: number, clock: Pick<Clock, 'nowMs'>) {
    this.#read = read;
    this.#keepMs = keepMs;
    this.#clock = clock;
  }

  /** @param match what a value that is right gives, and undefined where it is wrong */
  async check<Match>(
    name: string,
    match: (value: Value) => Match | undefined,
    signal: AbortSignal,
  ): Promise<Checked<Match, Value>> {
    const kept = this.#kept.get(name);
    const known = kept && match(kept.value);
    const isFresh = kept !== undefined && this.#clock.nowMs() < kept.untilMs;
    if (isFresh && known !== undefined) return { kind: 'right', match: known };
    if ((isFresh || !kept) && !this.#mayRead(kept)) return { kind: 'tooOften' };
    try {
      return await this.#checkAnew(name, match, signal);
    } catch (error) {
      // Also where it is wrong, or strangers would have us try again with every request.
      if (kept) {
        const untilMs = Math.max(kept.untilMs, this.#clock.nowMs() + SERVE_ON_MS);
        this.#kept.set(name, { ...kept, untilMs });
      }
      if (known === undefined) throw error;
      return { kind: 'right', match: known };
    }
  }

  #mayRead(kept: Kept<Value> | undefined): boolean {
    return (kept?.rereads ?? this.#strangers).take(this.#clock.nowMs());
  }

  async #checkAnew<Match>(
    name: string,
    match: (value: Value) => Match | undefined,
    signal: AbortSignal,
  ): Promise<Checked<Match, Value>> {
    const value = await this.#read(name, signal);
    if (value === undefined) {
      this.#kept.delete(name);
      return { kind: 'noSuchSecret' };
    }
    const rereads = this.#kept.get(name)?.rereads ?? new Allowance(REREADS_MOST, REREAD_EVERY_MS);
    this.#kept.set(name, { value, untilMs: this.#clock.nowMs() + this.#keepMs, rereads });
    const right = match(value);
    return right === undefined ? { kind: 'wrong', value } : { kind: 'right', match: right };
  }
}

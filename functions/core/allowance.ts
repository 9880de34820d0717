/** So many at once, and then one every so often: a bound for what strangers can make us do. */
export class Allowance {
  readonly #most: number;
  readonly #everyMs: number;
  #left: number;
  #atMs: number | undefined;

  constructor(most: number, everyMs: number) {
    this.#most = most;
    this.#everyMs = everyMs;
    this.#left = most;
  }

  /** Takes one, if there is one; a refusal takes nothing. A clock that goes back only makes it wait. */
  take(nowMs: number): boolean {
    const passedMs = Math.max(0, nowMs - (this.#atMs ?? nowMs));
    this.#atMs = nowMs;
    this.#left = Math.min(this.#most, this.#left + passedMs / this.#everyMs);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/** A timer whose clock can be stopped: what it measures does not run on while a process is frozen. */
export class PausableTimer {
  readonly #onElapsed: () => void;
  #remainingMs: number;
  #startedAtMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(afterMs: number, onElapsed: () => void) {
    this.#remainingMs = afterMs;
    this.#onElapsed = onElapsed;
  }

  run(): void {
    if (this.#timer !== undefined) return;
    this.#startedAtMs = performance.now();
    this.#timer = setTimeout(this.#onElapsed, this.#remainingMs);
  }

  pause(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#remainingMs = Math.max(0, this.#remainingMs - (performance.now() - this.#startedAtMs));
  }
}

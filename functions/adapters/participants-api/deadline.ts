/** How long calls may take, and who may end them earlier. */
export interface CallOptions {
  /** Milliseconds for the whole call, from its start to the last byte of its answer, a repeat included. */
  readonly timeoutMs?: number;
  /** Ends the call early. What was sent by then may be carried out all the same. */
  readonly signal?: AbortSignal;
}

/**
 * Ends one call: when its time is up, or when its caller says so. Its timer is released with the call, which that of
 * `AbortSignal.timeout` cannot be: thousands of calls a second would each leave one behind until it fires.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #timeoutMs: number;
  readonly #end = () => this.#controller.abort(new Error('ended by the caller'));

  constructor(timeoutMs: number, outer: AbortSignal | undefined) {
    this.#timeoutMs = milliseconds('timeoutMs', timeoutMs);
    this.#outer = outer;
    if (outer?.aborted) this.#end();
    outer?.addEventListener('abort', this.#end, { once: true });
    this.#timer = setTimeout(() => this.#controller.abort(this.#timedOut()), timeoutMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** To be called once the call is over. */
  release(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#end);
  }

  #timedOut(): Error {
    return new Error(`no whole answer within ${this.#timeoutMs} ms`);
  }
}

/** The longest that a timer can wait; longer ones fire at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export function milliseconds(field: string, value: number): number {
  if (!(Number.isInteger(value) && value >= 1 && value <= TIMER_MAX_MS)) {
    throw new TypeError(`${field}: must be a whole number of milliseconds from 1 to ${TIMER_MAX_MS}`);
  }
  return value;
}

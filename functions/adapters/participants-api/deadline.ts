/** How long calls may take, and who may end them earlier. */
export interface CallOptions {
  /** Milliseconds for the whole call, from its start to the last byte of its answer, a repeat included. */
  readonly timeoutMs?: number;
  /** Ends the call early. What was sent by then may be carried out all the same. */
  readonly signal?: AbortSignal;
}

/** Ends one call: when its time is up, or when its caller says so. Without the cost of an AbortSignal for each call. */
export class Deadline {
  readonly #timer: NodeJS.Timeout;
  readonly #outer: AbortSignal | undefined;
  readonly #endedByCaller = () => this.#end(new Error('ended by the caller'));
  #over: Error | undefined;
  #whenOver: ((reason: Error) => void) | undefined;

  constructor(timeoutMs: number, outer: AbortSignal | undefined) {
    milliseconds('timeoutMs', timeoutMs);
    this.#outer = outer;
    if (outer?.aborted) this.#endedByCaller();
    outer?.addEventListener('abort', this.#endedByCaller, { once: true });
    this.#timer = setTimeout(() => this.#end(new Error(`no whole answer within ${timeoutMs} ms`)), timeoutMs);
  }

  /** Why the call must end; undefined as long as it need not. */
  get over(): Error | undefined {
    return this.#over;
  }

  /** What to do when the call must end; what was to be done before is forgotten. */
  whenOver(then: (reason: Error) => void): void {
    this.#whenOver = then;
  }

  /** To be called once the call is over. */
  release(): void {
    clearTimeout(this.#timer);
    this.#outer?.removeEventListener('abort', this.#endedByCaller);
  }

  #end(reason: Error): void {
    this.#over ??= reason;
    this.#whenOver?.(this.#over);
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

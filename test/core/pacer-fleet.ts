import { Pacer } from '../../functions/core/pacer.ts';

/** A rate limit of the vendor: whether a request that arrives at `nowMs` passes. */
export type RateLimit = (nowMs: number) => boolean;

/** A fleet of processes, each with a pacer of its own, that works off one queue of changes in virtual time. */
export interface FleetOptions {
  readonly vendor: RateLimit;
  /** Each process's share of the configured budget, in requests per second. */
  readonly share: number;
  /** `batches`: a process takes ten changes at once, and the next ten when all are done. `steady`: so many at any time. */
  readonly work: 'batches' | { readonly inFlight: number };
  readonly changes: number;
  readonly seed: number;
  /** When each process starts, and when it takes no further work. */
  readonly lives: readonly { readonly fromMs: number; readonly untilMs: number }[];
  /** The Retry-After of each refusal; the refused request waits so long before it asks for a turn. */
  readonly retryAfterMs?: number;
}

export interface FleetResult {
  readonly seconds: number;
  readonly requests: number;
  readonly refused: number;
  /** From when a change was taken from the queue until it was applied; in order of size. */
  readonly waitsMs: readonly number[];
  /** When each change was applied. */
  readonly appliedAtMs: readonly number[];
}

const BATCH = 10;

/** Deterministic numbers from 0 to 1 (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets a tenth of a second's requests through at once, and then as many as flow in. */
export function tokenBucket(perSecond: (nowMs: number) => number): RateLimit {
  const capacity = perSecond(0) / 10;
  let tokens = capacity;
  let filledAtMs = 0;
  return (nowMs) => {
    tokens = Math.min(capacity, tokens + ((nowMs - filledAtMs) * perSecond(nowMs)) / 1_000);
    filledAtMs = nowMs;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}

/** Counts anew with each window; windows begin when the vendor likes. */
export function fixedWindow(perSecond: number, windowMs: number, phaseMs: number): RateLimit {
  let window = Number.NEGATIVE_INFINITY;
  let passed = 0;
  return (nowMs) => {
    const current = Math.floor((nowMs + phaseMs) / windowMs);
    if (current !== window) passed = 0;
    window = current;
    passed += 1;
    return passed <= (perSecond * windowMs) / 1_000;
  };
}

/** Things to do, each at its time. */
class Agenda {
  nowMs = 0;
  readonly #entries: { readonly atMs: number; readonly run: () => void }[] = [];

  in(delayMs: number, run: () => void): void {
    const atMs = this.nowMs + delayMs;
    let index = this.#entries.length;
    while (index > 0 && (this.#entries[index - 1]?.atMs ?? 0) <= atMs) index -= 1;
    this.#entries.splice(index, 0, { atMs, run });
  }

  run(): void {
    for (let next = this.#entries.pop(); next !== undefined; next = this.#entries.pop()) {
      this.nowMs = next.atMs;
      next.run();
    }
  }
}

/** Requests of one process leave in the order in which they asked; only the first in line asks the pacer. */
class Line {
  readonly pacer: Pacer;
  readonly #agenda: Agenda;
  readonly #lateMs: () => number;
  readonly #waiting: (() => void)[] = [];
  #sleeping = false;

  constructor(pacer: Pacer, agenda: Agenda, lateMs: () => number) {
    this.pacer = pacer;
    this.#agenda = agenda;
    this.#lateMs = lateMs;
  }

  turn(leave: () => void): void {
    this.#waiting.push(leave);
    if (!this.#sleeping) this.#serve();
  }

  #serve(): void {
    while (this.#waiting.length > 0) {
      const waitMs = this.pacer.take(this.#agenda.nowMs);
      if (waitMs > 0) {
        this.#sleeping = true;
        this.#agenda.in(waitMs + this.#lateMs(), () => {
          this.#sleeping = false;
          this.#serve();
        });
        return;
      }
      this.#waiting.shift()?.();
    }
  }
}

/** Runs a fleet until its queue is empty. A request takes 20 ms: 10 there and 10 back, each give or take 5. */
export function runFleet(options: FleetOptions): FleetResult {
  return new Fleet(options).run();
}

class Fleet {
  readonly #options: FleetOptions;
  readonly #random: () => number;
  readonly #agenda = new Agenda();
  readonly #waitsMs: number[] = [];
  readonly #appliedAtMs: number[] = [];
  #queued: number;
  #requests = 0;
  #refused = 0;

  constructor(options: FleetOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
    this.#queued = options.changes;
  }

  run(): FleetResult {
    for (const life of this.#options.lives) this.#agenda.in(life.fromMs, () => this.#start(life.untilMs));
    this.#agenda.run();
    return {
      seconds: (this.#appliedAtMs.at(-1) ?? 0) / 1_000,
      requests: this.#requests,
      refused: this.#refused,
      waitsMs: this.#waitsMs.sort((one, other) => one - other),
      appliedAtMs: this.#appliedAtMs,
    };
  }

  #start(untilMs: number): void {
    const { work, share } = this.#options;
    const line = new Line(new Pacer(share), this.#agenda, () => 2 * this.#random());
    if (work === 'batches') this.#work(line, BATCH, untilMs);
    else for (let slot = 0; slot < work.inFlight; slot += 1) this.#work(line, 1, untilMs);
  }

  /** Takes `size` changes, and again when all of them are done. */
  #work(line: Line, size: number, untilMs: number): void {
    const count = this.#agenda.nowMs < untilMs ? Math.min(size, this.#queued) : 0;
    this.#queued -= count;
    const betweenMs = size === 1 ? 0 : 2 + 6 * this.#random();
    let open = count;
    const done = () => {
      open -= 1;
      if (open === 0) this.#agenda.in(betweenMs, () => this.#work(line, size, untilMs));
    };
    for (let change = 0; change < count; change += 1) this.#apply(line, this.#agenda.nowMs, done);
  }

  #apply(line: Line, takenAtMs: number, done: () => void): void {
    line.turn(() => {
      this.#requests += 1;
      this.#agenda.in(this.#wayMs(), () => {
        const passed = this.#options.vendor(this.#agenda.nowMs);
        this.#agenda.in(this.#wayMs(), () => {
          if (passed) this.#applied(line, takenAtMs, done);
          else this.#throttled(line, takenAtMs, done);
        });
      });
    });
  }

  #applied(line: Line, takenAtMs: number, done: () => void): void {
    line.pacer.succeeded(this.#agenda.nowMs);
    this.#waitsMs.push(this.#agenda.nowMs - takenAtMs);
    this.#appliedAtMs.push(this.#agenda.nowMs);
    done();
  }

  #throttled(line: Line, takenAtMs: number, done: () => void): void {
    this.#refused += 1;
    line.pacer.throttled(this.#agenda.nowMs);
    this.#agenda.in(this.#options.retryAfterMs ?? 0, () => this.#apply(line, takenAtMs, done));
  }

  #wayMs(): number {
    return 5 + 10 * this.#random();
  }
}

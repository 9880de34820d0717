import type { Random } from './random.ts';

interface Task {
  readonly atMs: number;
  readonly tie: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * Virtual time: runs tasks one by one, in the order of their time; chance decides between tasks of the same
 * millisecond. Between two tasks every promise that can go on does so, so a run never depends on the machine.
 */
export class Scheduler {
  readonly #heap: Task[] = [];
  readonly #random: Random;
  #nowMs: number;
  #order = 0;
  steps = 0;

  constructor(startMs: number, random: Random) {
    this.#nowMs = startMs;
    this.#random = random;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): void {
    this.#order += 1;
    const task = {
      atMs: Math.max(this.#nowMs, Math.round(atMs)),
      tie: this.#random.next(),
      order: this.#order,
      run,
    };
    this.#heap.push(task);
    this.#rise(this.#heap.length - 1);
  }

  after(ms: number, run: () => void): void {
    this.at(this.#nowMs + ms, run);
  }

  /** Runs every task up to and including this time, and leaves the clock there. */
  runUntil(untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const step = () => {
        try {
          const task = this.#heap[0];
          if (!task || task.atMs > untilMs) {
            this.#nowMs = untilMs;
            resolve();
            return;
          }
          this.#pop();
          this.#nowMs = task.atMs;
          this.steps += 1;
          task.run();
        } catch (error) {
          reject(error);
          return;
        }
        // Ticks come only when no microtask is left: by then every promise has gone as far as it can.
        queueMicrotask(() => process.nextTick(step));
      };
      queueMicrotask(() => process.nextTick(step));
    });
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (!last || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const child = this.#isBefore(right, left) ? right : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #swapIfBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (!a || !b || !this.#isBefore(one, other)) return false;
    this.#heap[one] = b;
    this.#heap[other] = a;
    return true;
  }

  #isBefore(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (!a || !b) return a !== undefined;
    if (a.atMs !== b.atMs) return a.atMs < b.atMs;
    return a.tie === b.tie ? a.order < b.order : a.tie < b.tie;
  }
}

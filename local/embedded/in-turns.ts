import type { Invocable, InvocationOutcome } from './events.ts';

/** Lets so many invocations of a function run at once; the others wait for their turn. */
export class InTurns implements Invocable {
  readonly #target: Invocable;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(target: Invocable, most: number) {
    this.#target = target;
    this.#free = most;
  }

  async invoke(event: unknown): Promise<InvocationOutcome> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await this.#target.invoke(event);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

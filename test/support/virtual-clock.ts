import type { Clock } from '../../functions/workflows/ports.ts';
import { NOW } from './builders.ts';

/** A clock that stands still but for sleeps, which pass at once. Chance is always the same. */
export class VirtualClock implements Clock {
  /** How long each sleep was. */
  readonly sleepsMs: number[] = [];
  #nowMs = NOW;

  nowMs(): number {
    return this.#nowMs;
  }

  async sleep(ms: number): Promise<void> {
    this.sleepsMs.push(ms);
    this.#nowMs += ms;
  }

  random(): number {
    return 0;
  }

  /** Lets time pass in which nobody sleeps. */
  pass(ms: number): void {
    this.#nowMs += ms;
  }
}

import type { World } from './world.ts';

/** A promise that did not hold. */
export interface Violation {
  readonly rule: string;
  readonly detail: string;
  readonly atMs: number;
}

/** Collects what did not hold, and shows it in the trace where it happened. */
export class Violations {
  readonly all: Violation[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  add(rule: string, detail: string): void {
    const { scheduler, trace } = this.#world;
    trace.add(scheduler.nowMs, 'ORACLE', `${rule}: ${detail}`);
    this.all.push({ rule, detail, atMs: scheduler.nowMs });
  }
}

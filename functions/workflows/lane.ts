import { Pacer } from '../core/pacer.ts';
import type { Clock } from './ports.ts';

/** The requests of one app stand in line here for the pacer's turns. */
export class Lane {
  readonly perSecond: number;
  readonly pacer: Pacer;
  /** The end of the line; undefined: nobody stands in it. */
  #last: Promise<void> | undefined;

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.pacer = new Pacer(perSecond);
  }

  /** Waits for a turn. 0: it is taken, send now. Otherwise it would come only after `untilMs`, in so many milliseconds. */
  async turn(clock: Pick<Clock, 'nowMs' | 'sleep'>, untilMs: number): Promise<number> {
    if (this.#last === undefined && this.pacer.take(clock.nowMs()) === 0) return 0;
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    try {
      for (;;) {
        const waitMs = this.pacer.take(clock.nowMs());
        if (waitMs === 0 || clock.nowMs() + waitMs >= untilMs) return waitMs;
        await clock.sleep(waitMs);
      }
    } finally {
      if (this.#last === promise) this.#last = undefined;
      resolve();
    }
  }
}

import { Pacer } from '../core/pacer.ts';
import type { Clock } from './ports.ts';

/** The requests of one app stand in line here for the pacer's turns. */
export class Lane {
  readonly perSecond: number;
  readonly pacer: Pacer;
  #last: Promise<void> = Promise.resolve();

  constructor(perSecond: number) {
    this.perSecond = perSecond;
    this.pacer = new Pacer(perSecond);
  }

  /** Waits for a turn. 0: it is taken, send now. Otherwise it would come only after `untilMs`, in so many milliseconds. */
  async turn(clock: Pick<Clock, 'nowMs' | 'sleep'>, untilMs: number): Promise<number> {
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
      resolve();
    }
  }
}

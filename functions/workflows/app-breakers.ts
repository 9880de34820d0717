import {
  afterSignal,
  appAnswers,
  type Breaker,
  type BreakerSignal,
  CLOSED,
  tryPass,
} from '../core/breaker.ts';
import type { Timings } from '../core/timings.ts';
import type { Clock, Telemetry } from './ports.ts';

/** The breaker of each app: an outage of one must hold up no other. */
export class AppBreakers {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #timings: Timings;
  readonly #breakers = new Map<string, Breaker>();
  /** By app; ends when the one try of its open breaker does. */
  readonly #trials = new Map<string, Promise<void>>();

  constructor(clock: Clock, telemetry: Telemetry, timings: Timings) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#timings = timings;
  }

  /** Whether the app has lately answered. */
  appAnswers(appId: string): boolean {
    return appAnswers(this.#of(appId), this.#clock.nowMs(), this.#timings);
  }

  /**
   * One attempt, if the app's breaker lets it pass; undefined: it does not. During the one try of an open breaker the
   * others wait for what it shows.
   */
  async pass<Outcome>(
    appId: string,
    untilMs: number,
    attempt: (isTry: boolean) => Promise<Outcome>,
  ): Promise<Outcome | undefined> {
    for (;;) {
      const nowMs = this.#clock.nowMs();
      const { passes, isTry, breaker } = tryPass(this.#of(appId), nowMs, this.#timings);
      if (passes) {
        this.#breakers.set(appId, breaker);
        const attempted = attempt(isTry);
        return isTry ? this.#watched(appId, attempted) : attempted;
      }
      const trial = this.#trials.get(appId);
      if (!trial || nowMs >= untilMs) return undefined;
      await trial;
    }
  }

  /** To be told of what every attempt showed of its app. */
  signal(appId: string, signal: BreakerSignal): void {
    const before = this.#of(appId);
    const after = afterSignal(before, signal, this.#clock.nowMs(), this.#timings);
    this.#breakers.set(appId, after);
    if (before.openUntilMs === undefined && after.openUntilMs !== undefined) {
      this.#telemetry.emit({ name: 'breaker_opened', appId });
    }
  }

  async #watched<Outcome>(appId: string, attempted: Promise<Outcome>): Promise<Outcome> {
    const trial = attempted.then(
      () => {},
      () => {},
    );
    this.#trials.set(appId, trial);
    await trial;
    if (this.#trials.get(appId) === trial) this.#trials.delete(appId);
    return attempted;
  }

  #of(appId: string): Breaker {
    return this.#breakers.get(appId) ?? CLOSED;
  }
}

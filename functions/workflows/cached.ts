import type { Clock } from './ports.ts';

/**
 * Keeps what was read for so long. Readers that come while a read is under way share it. When a later read fails, what
 * was read before serves on: a cache must not turn somebody's short outage into ours.
 */
export class Cached<Value> {
  readonly #kept = new Map<string, { value: Value; atMs: number }>();
  readonly #reading = new Map<string, Promise<Value>>();
  readonly #read: (name: string) => Promise<Value>;
  readonly #keepMs: number;
  readonly #clock: Pick<Clock, 'nowMs'>;

  constructor(read: (name: string) => Promise<Value>, keepMs: number, clock: Pick<Clock, 'nowMs'>) {
    this.#read = read;
    this.#keepMs = keepMs;
    this.#clock = clock;
  }

  async get(name: string): Promise<Value> {
    const kept = this.#kept.get(name);
    if (!kept) return this.refresh(name);
    if (this.#clock.nowMs() - kept.atMs < this.#keepMs) return kept.value;
    return this.refresh(name).catch(() => kept.value);
  }

  /** Reads again now, whatever is kept. */
  refresh(name: string): Promise<Value> {
    const underWay = this.#reading.get(name);
    if (underWay) return underWay;
    const reading = this.#read(name)
      .then((value) => {
        this.#kept.set(name, { value, atMs: this.#clock.nowMs() });
        return value;
      })
      .finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }
}

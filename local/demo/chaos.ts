import type { LocalFunction } from '../embedded/local-function.ts';
import type { Fault } from '../fake-vendor/faults.ts';

/** Longer than a message of the local stage stays hidden: whoever wakes then has lost it to another. */
const FROZEN_MS = 19_000;
const PAUSE_MS = 700;

/** Every fourth of the victims is frozen and wakes as a zombie; the others are killed. */
const FREEZE_EVERY = 4;

/** Kills and freezes the consumer while it waits for the vendor. */
export class Chaos {
  kills = 0;
  freezes = 0;
  readonly #wanted: number;
  readonly #random: () => number;
  readonly #thawed: Promise<void>[] = [];
  #consumer: LocalFunction | undefined;
  #nextMs = 0;

  constructor(wanted: number, random: () => number) {
    this.#wanted = wanted;
    this.#random = random;
  }

  /** From now on the consumer is in danger. */
  begin(consumer: LocalFunction): void {
    this.#consumer = consumer;
    this.#schedule();
  }

  /** To be told of every request that reaches the vendor; strikes while it is in flight. */
  onRequest = (): Fault | undefined => {
    if (!this.#consumer || this.kills + this.freezes >= this.#wanted || Date.now() < this.#nextMs)
      return undefined;
    this.#schedule();
    const isFreeze = (this.kills + this.freezes + 1) % FREEZE_EVERY === 0;
    if (isFreeze) this.#freezeOne(this.#consumer);
    // Whichever process made this request is among those that are at work.
    else if (this.#consumer.kill() > 0) this.kills += 1;
    return undefined;
  };

  /** Whether every victim has been struck. */
  get isOver(): boolean {
    return this.kills + this.freezes >= this.#wanted;
  }

  /** Settles when nobody is frozen any more. */
  async thawed(): Promise<void> {
    await Promise.all(this.#thawed);
  }

  #freezeOne(consumer: LocalFunction): void {
    const victim = consumer.processes.find(({ requestId, frozen }) => requestId !== undefined && !frozen);
    if (!victim) return;
    victim.freeze();
    this.freezes += 1;
    this.#thawed.push(new Promise((resolve) => setTimeout(() => resolve(victim.thaw()), FROZEN_MS)));
  }

  #schedule(): void {
    this.#nextMs = Date.now() + PAUSE_MS * (0.5 + this.#random());
  }
}

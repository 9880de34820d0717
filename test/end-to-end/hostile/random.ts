import { seededRandom } from '../../../local/seeded-random.ts';

/** Chance that repeats itself under the same seed. */
export class Random {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seededRandom(seed);
  }

  /** A whole number from 0 on. */
  below(end: number): number {
    return Math.floor(this.#next() * end);
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('there is nothing to pick from');
    return item;
  }

  word(): string {
    return this.below(2 ** 31).toString(36);
  }

  /** Any bytes, as latin1. */
  text(most: number): string {
    return Array.from({ length: this.below(most) }, () => String.fromCharCode(this.below(256))).join('');
  }
}

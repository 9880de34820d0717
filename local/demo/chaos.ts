import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionProcess } from '../embedded/function-process.ts';
import type { LocalFunction } from '../embedded/local-function.ts';
import type { Call } from '../fake-vendor/operations.ts';

/** Longer than a message of the local stage stays hidden: whoever wakes then has lost it to another. */
const FROZEN_MS = 19_000;
/** Every fourth of the victims is frozen and wakes as a zombie; the others are killed. */
const FREEZE_EVERY = 4;
/** Five starts alone that nobody finished park a change, and rightly so: none of these may come close to that. */
const STRIKES_PER_MEMBER_MAX = 2;
/** How soon the vendor must see a caller's connection end. */
const CUT_WITHIN_MS = 1_000;

export interface ChaosPlan {
  /** How many processes are to be killed or frozen. */
  readonly strikes: number;
  /** How many calls to expect at least: the strikes are spread over them. */
  readonly calls: number;
  readonly random: () => number;
}

/** The vendor, as far as it shows what a strike has hit. */
export interface StruckVendor {
  stats(): { readonly inFlight: number };
}

/**
 * Kills and freezes the consumer while it waits for the vendor. Which calls it strikes at, counted from the first, the
 * random numbers alone decide; where several processes are at work, it takes the next call at which one is, so that
 * there is no doubt whose call it was.
 */
export class Chaos {
  kills = 0;
  freezes = 0;
  readonly #plan: ChaosPlan;
  readonly #struck = new Map<string, number>();
  readonly #zombies: Promise<void>[] = [];
  #under: { readonly consumer: LocalFunction; readonly vendor: StruckVendor } | undefined;
  #calls = 0;
  #nextAt = Number.POSITIVE_INFINITY;
  #striking = false;

  constructor(plan: ChaosPlan) {
    this.#plan = plan;
  }

  /** From now on the consumer is in danger. */
  begin(consumer: LocalFunction, vendor: StruckVendor): void {
    this.#under = { consumer, vendor };
    this.#planNext();
  }

  /** No more strikes. */
  end(): void {
    this.#under = undefined;
  }

  /** To be told of every request that reaches the vendor, which answers it only afterwards. */
  onRequest = async ({ operation, appId, conversationId, body }: Call): Promise<undefined> => {
    // Joins and leaves come from the consumer alone; listings do not.
    if (operation === 'list' || !this.#under) return;
    this.#calls += 1;
    if (this.#calls < this.#nextAt || this.#striking || this.isOver) return;
    const { consumer, vendor } = this.#under;
    const atWork = consumer.processes.filter(({ requestId, frozen }) => requestId !== undefined && !frozen);
    const [victim] = atWork;
    const member = JSON.stringify([appId, conversationId, body]);
    const times = this.#struck.get(member) ?? 0;
    if (!victim || atWork.length > 1 || times >= STRIKES_PER_MEMBER_MAX) return;
    this.#striking = true;
    this.#struck.set(member, times + 1);
    if ((this.kills + this.freezes + 1) % FREEZE_EVERY === 0) this.#freeze(victim);
    else await this.#kill(victim, vendor);
    this.#striking = false;
    this.#planNext();
  };

  /** Whether every victim has been struck. */
  get isOver(): boolean {
    return this.kills + this.freezes >= this.#plan.strikes;
  }

  /** Settles when nobody is frozen any more, and all who were have ended what they were at. */
  async thawed(): Promise<void> {
    await Promise.all(this.#zombies);
  }

  /** Counts only where the vendor sees that the caller it has not yet answered is gone. */
  async #kill(victim: FunctionProcess, vendor: StruckVendor): Promise<void> {
    const { inFlight } = vendor.stats();
    const untilMs = performance.now() + CUT_WITHIN_MS;
    victim.kill();
    await victim.ended;
    while (vendor.stats().inFlight >= inFlight && performance.now() < untilMs) await sleep(1);
    if (vendor.stats().inFlight < inFlight) this.kills += 1;
  }

  /** Freezes at once, before the vendor has answered. */
  #freeze(victim: FunctionProcess): void {
    const { requestId } = victim;
    victim.freeze();
    this.freezes += 1;
    this.#zombies.push(thawLater(victim, requestId));
  }

  #planNext(): void {
    const { calls, strikes, random } = this.#plan;
    this.#nextAt = this.#calls + Math.ceil((calls / (strikes + 1)) * (0.5 + random()));
  }
}

async function thawLater(victim: FunctionProcess, requestId: string | undefined): Promise<void> {
  // Whoever ends this process does not wait for the thaw.
  await sleep(FROZEN_MS, undefined, { ref: false });
  victim.thaw();
  while (victim.requestId === requestId && requestId !== undefined) await sleep(20);
}

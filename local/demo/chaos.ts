import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionProcess } from '../embedded/function-process.ts';
import type { LocalFunction } from '../embedded/local-function.ts';
import type { Call } from '../fake-vendor/operations.ts';

/** Longer than a message of the local stage stays hidden: whoever wakes then has lost it to another. */
const FROZEN_MS = 19_000;
/** Every fourth of the victims is frozen and wakes as a zombie; the others are killed. */
const FREEZE_EVERY = 4;
/** How soon, and how often looked for, the vendor must see the end of a connection whose process is dead. */
const CUT_WITHIN_MS = 1_000;
const POLL_MS = 5;
/** Longer than the consumer waits for an answer: whoever still waits then is frozen. */
const PATIENCE_MS = 700;
/** Five starts alone that nobody finished park a change, and rightly so: none of these may come close to that. */
const STRIKES_PER_MEMBER_MAX = 2;

export interface ChaosPlan {
  /** How many processes are to be killed or frozen. */
  readonly strikes: number;
  /** How many calls to expect at least: the strikes are spread over them. */
  readonly calls: number;
  readonly random: () => number;
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Whoever ends this process does not wait for a thaw. */
async function unheldSleep(ms: number): Promise<void> {
  await sleep(ms, undefined, { ref: false });
}

/**
 * Kills and freezes the consumer while it waits for the vendor. At which calls, counted from the first, the random
 * numbers alone decide. A strike counts only where the vendor has seen that it hit the caller it had not yet answered.
 */
export class Chaos {
  kills = 0;
  freezes = 0;
  readonly #plan: ChaosPlan;
  readonly #sleep: (ms: number) => Promise<void>;
  readonly #struck = new Map<string, number>();
  readonly #zombies: Promise<void>[] = [];
  #consumer: Pick<LocalFunction, 'processes'> | undefined;
  #calls = 0;
  #nextAt = Number.POSITIVE_INFINITY;
  #striking = false;

  constructor(plan: ChaosPlan) {
    this.#plan = plan;
    this.#sleep = plan.sleep ?? unheldSleep;
  }

  /** From now on the consumer is in danger. */
  begin(consumer: Pick<LocalFunction, 'processes'>): void {
    this.#consumer = consumer;
    this.#planNext();
  }

  /** No more strikes. */
  end(): void {
    this.#consumer = undefined;
  }

  /** To be told of every request that reaches the vendor, which answers it only afterwards. */
  onRequest = async (call: Call): Promise<undefined> => {
    // Joins and leaves come from the consumer alone; listings do not.
    if (call.operation === 'list' || call.operation === 'webhooks' || !this.#consumer) return;
    this.#calls += 1;
    if (this.#calls < this.#nextAt || this.#striking || this.isOver) return;
    const atWork = this.#consumer.processes.filter(({ requestId, frozen }) => requestId && !frozen);
    const member = JSON.stringify([call.conversationId, call.body]);
    const times = this.#struck.get(member) ?? 0;
    if (atWork.length === 0 || times >= STRIKES_PER_MEMBER_MAX) return;
    this.#striking = true;
    this.#struck.set(member, times + 1);
    const isFreeze = (this.kills + this.freezes + 1) % FREEZE_EVERY === 0;
    const hasHit = isFreeze ? await this.#freeze(atWork, call) : await this.#kill(atWork, call);
    this.#striking = false;
    // What has missed is tried again at the next call.
    if (hasHit) this.#planNext();
  };

  /** Whether every victim has been struck. */
  get isOver(): boolean {
    return this.kills + this.freezes >= this.#plan.strikes;
  }

  /** Settles when nobody is frozen any more, and all who were have ended what they were at. */
  async thawed(): Promise<void> {
    await Promise.all(this.#zombies);
  }

  /** Whichever process has made this call is among those that are at work. */
  async #kill(atWork: readonly FunctionProcess[], call: Call): Promise<boolean> {
    for (const victim of atWork) victim.kill();
    for (let waitedMs = 0; !call.isCallerGone() && waitedMs < CUT_WITHIN_MS; waitedMs += POLL_MS)
      await this.#sleep(POLL_MS);
    if (call.isCallerGone()) this.kills += 1;
    return call.isCallerGone();
  }

  /** Freezes one of them, and sees who loses patience: a process that is frozen does not. */
  async #freeze(atWork: readonly FunctionProcess[], call: Call): Promise<boolean> {
    const victim = atWork[this.#calls % atWork.length];
    const requestId = victim?.requestId;
    if (!victim || !requestId) return false;
    victim.freeze();
    await this.#sleep(PATIENCE_MS);
    if (call.isCallerGone()) {
      victim.thaw();
      return false;
    }
    this.freezes += 1;
    this.#zombies.push(this.#thawLater(victim, requestId));
    return true;
  }

  async #thawLater(victim: FunctionProcess, requestId: string): Promise<void> {
    await this.#sleep(FROZEN_MS);
    victim.thaw();
    while (victim.requestId === requestId) await this.#sleep(POLL_MS);
  }

  #planNext(): void {
    const { calls, strikes, random } = this.#plan;
    this.#nextAt = this.#calls + Math.ceil((calls / (strikes + 1)) * (0.5 + random()));
  }
}

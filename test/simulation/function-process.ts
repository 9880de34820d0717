import type { Clock } from '../../functions/workflows/ports.ts';
import type { CallFault } from './fault-plan.ts';
import type { Random } from './random.ts';
import type { FunctionName } from './scenario.ts';
import type { World } from './world.ts';

/** One request that a port's method makes. */
export interface Wire<Answer> {
  readonly port: string;
  readonly method: string;
  /** What it is about, for the trace. */
  readonly detail?: string;
  /** Milliseconds that the request and the answer travel, at least and at most. */
  readonly legMs: readonly [number, number];
  /** Takes effect where the request arrives. Throws what the caller shall see; undefined: no answer ever comes. */
  effect(): { readonly answer: Answer } | undefined;
  /** What the caller sees where the request fails or its answer is lost. Absent: an error. */
  readonly onFault?: { readonly fail: Answer; readonly lose: Answer };
  /** After so long the caller gives up and takes this for an answer. */
  readonly timeout?: { readonly ms: number; readonly answer: Answer };
}

/** One invocation: its messages, and when it began. */
export interface Work {
  readonly messages: readonly { readonly messageId: string; readonly body: string }[];
  readonly startedAtMs: number;
}

type Settle<Answer> = (resolve: (answer: Answer) => void, reject: (error: unknown) => void) => void;

const NEVER = new Promise<never>(() => {});

/**
 * A function's process: runs until it dies, and may be frozen and wake much later, when what it waited for has long been
 * answered. A dead one's requests that have left take effect all the same.
 */
export class FunctionProcess {
  readonly name: string;
  readonly functionName: FunctionName;
  readonly clock: Clock;
  onDeath: () => void = () => {};
  /** What it was last given to do. */
  work: Work = { messages: [], startedAtMs: 0 };
  /** Whether something befell it, or a request of its, since then. */
  hasMetFault = false;
  #state: 'running' | 'frozen' | 'dead' = 'running';
  #waiting: (() => void)[] = [];
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World, functionName: FunctionName, name: string) {
    this.#world = world;
    this.functionName = functionName;
    this.name = name;
    this.#random = world.random.fork(name);
    this.clock = {
      nowMs: () => world.scheduler.nowMs,
      sleep: (ms) =>
        new Promise((resolve) => world.scheduler.after(Math.max(0, ms), () => this.#deliver(resolve))),
      random: () => this.#random.next(),
    };
  }

  get isFrozen(): boolean {
    return this.#state === 'frozen';
  }

  get isDead(): boolean {
    return this.#state === 'dead';
  }

  /** A new invocation. */
  begin(messages: Work['messages']): void {
    this.work = { messages, startedAtMs: this.#world.scheduler.nowMs };
    this.hasMetFault = false;
    this.trace(`gets ${messages.map(({ messageId }) => messageId).join(' ')}`);
  }

  die(why: string): void {
    if (this.isDead) return;
    this.trace(`dies (${why})`);
    this.#world.hasLostEvents = true;
    this.#state = 'dead';
    this.#waiting = [];
    this.onDeath();
  }

  freeze(forMs: number): void {
    if (this.#state !== 'running') return;
    this.trace(`is frozen for ${forMs} ms`);
    this.#state = 'frozen';
    this.#world.scheduler.after(forMs, () => this.#thaw());
  }

  trace(what: string): void {
    this.#world.trace.add(this.#world.scheduler.nowMs, this.name, what);
  }

  /** Makes a request and waits for its answer, unless a fault of the plan comes between. */
  call<Answer>(wire: Wire<Answer>): Promise<Answer> {
    if (this.isDead) return NEVER;
    const { coverage, faults, onCall } = this.#world;
    coverage.count('calls', `${this.functionName} ${wire.port}.${wire.method}`);
    const fault = onCall?.(this, wire) ?? faults.atCall(this.functionName, wire.port);
    this.hasMetFault ||= fault !== undefined;
    this.#world.hasLostEvents ||= fault !== undefined;
    this.trace(`${wire.port}.${wire.method} ${wire.detail ?? ''}${fault ? ` !${fault.how}` : ''}`);
    if (fault?.how === 'die_before') {
      this.die('before the call');
      return NEVER;
    }
    if (fault?.how === 'freeze_before') this.freeze(fault.forMs);
    return new Promise((resolve, reject) => {
      this.#deliver(() => this.#depart(wire, fault, resolve, reject));
      if (fault?.how === 'die_during') this.die('during the call');
    });
  }

  #depart<Answer>(
    wire: Wire<Answer>,
    fault: CallFault | undefined,
    resolve: (answer: Answer) => void,
    reject: (error: unknown) => void,
  ): void {
    const { scheduler } = this.#world;
    let heard = false;
    const { timeout } = wire;
    if (timeout) {
      scheduler.after(timeout.ms, () =>
        this.#deliver(() => {
          heard = true;
          resolve(timeout.answer);
        }),
      );
    }
    scheduler.after(this.#leg(wire), () => {
      const settle = this.#arrive(wire, fault);
      if (!settle) return;
      scheduler.after(this.#leg(wire), () => this.#deliver(() => heard || settle(resolve, reject)));
    });
  }

  /** The request takes effect, or fails to; gives what its answer will do. */
  #arrive<Answer>(wire: Wire<Answer>, fault: CallFault | undefined): Settle<Answer> | undefined {
    if (fault?.how === 'fail') return failing(wire, 'fail');
    const settle = takeEffect(wire, fault?.how === 'repeat');
    if (fault?.how === 'die_after') this.die('after the call');
    if (fault?.how === 'freeze_after') this.freeze(fault.forMs);
    return fault?.how === 'lose' ? failing(wire, 'lose') : settle;
  }

  #leg({ legMs: [least, most] }: Wire<unknown>): number {
    return this.#random.skewed(least, most);
  }

  #deliver(go: () => void): void {
    if (this.isDead) return;
    if (this.isFrozen) this.#waiting.push(go);
    else go();
  }

  #thaw(): void {
    if (!this.isFrozen) return;
    this.trace('wakes');
    this.#state = 'running';
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) this.#deliver(go);
  }
}

function failing<Answer>({ onFault }: Wire<Answer>, how: 'fail' | 'lose'): Settle<Answer> {
  if (onFault) return (resolve) => resolve(onFault[how]);
  return (_, reject) => reject(new WireError(how === 'fail' ? 'the request failed' : 'the answer was lost'));
}

function takeEffect<Answer>(wire: Wire<Answer>, twice: boolean): Settle<Answer> | undefined {
  try {
    if (twice) wire.effect();
    const effected = wire.effect();
    return effected && ((resolve) => resolve(effected.answer));
  } catch (error) {
    return (_, reject) => reject(error);
  }
}

/** What a client throws where it does not know whether its request took effect. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

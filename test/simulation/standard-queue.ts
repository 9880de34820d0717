import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface StandardMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
}

interface Held {
  readonly messageId: string;
  readonly body: string;
  readonly sentAtMs: number;
  receiveCount: number;
  visibleAtMs: number;
  receiptHandle: string | undefined;
}

/** A standard SQS queue: no order, and now and then a message comes twice. */
export class StandardQueue {
  readonly #held = new Map<string, Held>();
  readonly #visibilityMs: number;
  readonly #maxReceiveCount: number;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  #sent = 0;
  onVisible: () => void = () => {};

  constructor(visibilityMs: number, maxReceiveCount: number, scheduler: Scheduler, random: Random) {
    this.#visibilityMs = visibilityMs;
    this.#maxReceiveCount = maxReceiveCount;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** Everything on it, hidden or not. */
  held(): readonly { readonly body: string }[] {
    return [...this.#held.values()];
  }

  get size(): number {
    return this.#held.size;
  }

  send(body: string): void {
    const copies = this.#random.chance(0.02) ? 2 : 1;
    this.#sent += 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const messageId = `reconcile-${this.#sent}`;
      const held = {
        messageId,
        body,
        sentAtMs: this.#scheduler.nowMs,
        receiveCount: 0,
        visibleAtMs: this.#scheduler.nowMs,
        receiptHandle: undefined,
      };
      this.#held.set(`${messageId}/${copy}`, held);
    }
    this.onVisible();
  }

  receive(most: number): StandardMessage[] {
    const nowMs = this.#scheduler.nowMs;
    const visible = [...this.#held].filter(([, message]) => message.visibleAtMs <= nowMs);
    return this.#random
      .shuffled(visible)
      .slice(0, most)
      .flatMap(([copy, message]) => {
        if (message.receiveCount >= this.#maxReceiveCount) {
          this.#held.delete(copy);
          return [];
        }
        message.receiveCount += 1;
        message.visibleAtMs = nowMs + this.#visibilityMs;
        message.receiptHandle = `${copy}/${message.receiveCount}`;
        this.#scheduler.at(message.visibleAtMs, () => this.onVisible());
        const { messageId, receiptHandle, body, sentAtMs, receiveCount } = message;
        return [{ messageId, receiptHandle, body, sentAtMs, receiveCount }];
      });
  }

  delete(receiptHandle: string): boolean {
    for (const [copy, message] of this.#held) {
      if (message.receiptHandle === receiptHandle) return this.#held.delete(copy);
    }
    return false;
  }
}

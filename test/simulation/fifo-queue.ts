import type { QueueMessage } from '../../functions/core/message.ts';
import { WireError } from './function-process.ts';
import type { Random } from './random.ts';
import type { Scheduler } from './scheduler.ts';

export interface Outgoing {
  readonly body: string;
  readonly groupId: string;
  readonly deduplicationId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Held extends Outgoing {
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly sequenceNumber: string;
  receiveCount: number;
  visibleAtMs: number;
  receiptHandle: string | undefined;
}

export interface FifoQueueOptions {
  readonly name: string;
  readonly visibilityMs: number;
  readonly redrive?: { readonly maxReceiveCount: number; readonly deadLetterQueue: FifoQueue };
}

/** SQS remembers a deduplication id for so long, whatever becomes of its message. */
const DEDUPLICATION_MS = 5 * 60_000;
/** The longest that a message can be hidden, counted from its receipt. */
const HIDDEN_MAX_MS = 12 * 3_600_000;

/** An SQS FIFO queue in high-throughput mode, as AWS documents it. */
export class FifoQueue {
  readonly #options: FifoQueueOptions;
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #groups = new Map<string, Held[]>();
  readonly #deduplication = new Map<string, { messageId: string; untilMs: number }>();
  #receipts = 0;
  #sent = 0;
  #sequence = 0;
  /** Told when something may have become receivable. */
  onVisible: () => void = () => {};

  constructor(options: FifoQueueOptions, scheduler: Scheduler, random: Random) {
    this.#options = options;
    this.#scheduler = scheduler;
    this.#random = random;
  }

  /** A repeated deduplication id is accepted and nothing arrives. */
  send(outgoing: Outgoing): {
    readonly messageId: string;
    readonly isNew: boolean;
    readonly sequenceNumber: string;
  } {
    const nowMs = this.#scheduler.nowMs;
    const key = JSON.stringify([outgoing.groupId, outgoing.deduplicationId]);
    const known = this.#deduplication.get(key);
    if (known && nowMs < known.untilMs)
      return { messageId: known.messageId, isNew: false, sequenceNumber: '' };
    this.#sent += 1;
    const messageId = `${this.#options.name}-${this.#sent}`;
    this.#deduplication.set(key, { messageId, untilMs: nowMs + DEDUPLICATION_MS });
    return { ...this.#enqueue({ ...outgoing, messageId }), isNew: true };
  }

  /**
   * Messages that can be received now, in the order of their groups. What is hidden blocks what stands behind it in its
   * group, and nothing else.
   */
  receive(most: number): QueueMessage[] {
    const received: QueueMessage[] = [];
    for (const group of this.#random.shuffled([...this.#groups.values()])) {
      for (const message of [...group]) {
        if (received.length === most || message.visibleAtMs > this.#scheduler.nowMs) break;
        if (!this.#movedToDeadLetterQueue(message)) received.push(this.#handOut(message));
      }
    }
    return received;
  }

  /** Says whether the message is gone: an expired receipt handle deletes nothing. */
  delete(receiptHandle: string): boolean {
    const message = this.#inFlight(receiptHandle);
    if (message) this.#remove(message);
    return message !== undefined;
  }

  /** Where the receipt handle has expired nothing changes. @throws WireError where the time is out of bounds. */
  hide(receiptHandle: string, ms: number): void {
    const message = this.#inFlight(receiptHandle);
    if (!message) return;
    if (!Number.isInteger(ms) || ms < 0 || ms > HIDDEN_MAX_MS)
      throw new WireError(`cannot hide for ${ms} ms`);
    // SQS counts whole seconds.
    message.visibleAtMs = this.#scheduler.nowMs + Math.ceil(ms / 1000) * 1000;
    this.#announce(message);
  }

  /** Until when a message in flight is hidden; undefined: its receipt handle has expired. */
  hiddenUntilMs(receiptHandle: string): number | undefined {
    return this.#inFlight(receiptHandle)?.visibleAtMs;
  }

  /** Some message in flight becomes visible before its time. */
  redeliverOne(): boolean {
    const inFlight = this.held().filter(({ visibleAtMs }) => visibleAtMs > this.#scheduler.nowMs);
    if (inFlight.length === 0) return false;
    const message = this.#random.pick(inFlight);
    message.visibleAtMs = this.#scheduler.nowMs;
    this.#announce(message);
    return true;
  }

  /** Everything that is on the queue, visible or not. */
  held(): Held[] {
    return [...this.#groups.values()].flat();
  }

  #enqueue(outgoing: Outgoing & { messageId: string }) {
    this.#sequence += 1;
    const message: Held = {
      ...outgoing,
      sentAtMs: this.#scheduler.nowMs,
      sequenceNumber: String(18_880_000_000_000_000_000n + BigInt(this.#sequence)),
      receiveCount: 0,
      visibleAtMs: this.#scheduler.nowMs,
      receiptHandle: undefined,
    };
    this.#groups.set(outgoing.groupId, [...(this.#groups.get(outgoing.groupId) ?? []), message]);
    this.onVisible();
    return { messageId: message.messageId, sequenceNumber: message.sequenceNumber };
  }

  #handOut(message: Held): QueueMessage {
    this.#receipts += 1;
    message.receiveCount += 1;
    message.receiptHandle = `${message.messageId}/${this.#receipts}`;
    message.visibleAtMs = this.#scheduler.nowMs + this.#options.visibilityMs;
    this.#announce(message);
    const { messageId, receiptHandle, body, groupId, sentAtMs, sequenceNumber, receiveCount, attributes } =
      message;
    return { messageId, receiptHandle, body, groupId, sentAtMs, sequenceNumber, receiveCount, attributes };
  }

  #movedToDeadLetterQueue(message: Held): boolean {
    const { redrive } = this.#options;
    if (!redrive || message.receiveCount < redrive.maxReceiveCount) return false;
    this.#remove(message);
    redrive.deadLetterQueue.#enqueue(message);
    return true;
  }

  #inFlight(receiptHandle: string): Held | undefined {
    const held = this.held().find((message) => message.receiptHandle === receiptHandle);
    return held && held.visibleAtMs > this.#scheduler.nowMs ? held : undefined;
  }

  #remove(message: Held): void {
    const rest = (this.#groups.get(message.groupId) ?? []).filter((each) => each !== message);
    if (rest.length === 0) this.#groups.delete(message.groupId);
    else this.#groups.set(message.groupId, rest);
    // What stood behind it may be received now.
    this.onVisible();
  }

  #announce(message: Held): void {
    this.#scheduler.at(message.visibleAtMs, () => this.onVisible());
  }
}

import type { Deadline } from '../../functions/workflows/vendor-calls.ts';
import { FunctionProcess } from './function-process.ts';
import type { Random } from './random.ts';
import type { FunctionName } from './scenario.ts';
import type { World } from './world.ts';

interface Delivered {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
}

export interface SourceQueue<Message extends Delivered> {
  onVisible: () => void;
  receive(most: number): Message[];
  delete(receiptHandle: string): boolean;
}

/** A started function: what its process keeps from one batch to the next. */
export type Handler<Message> = (batch: readonly Message[], deadline: Deadline) => Promise<readonly string[]>;

export interface EventSourceOptions<Message extends Delivered> {
  readonly functionName: FunctionName;
  readonly queue: SourceQueue<Message>;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  /** Starts the function in a new process; the handler says which messages it wants again. */
  start(process: FunctionProcess): Handler<Message>;
  onStarted(): void;
  onDeleted?(message: Message): void;
  /** The function wants these again. */
  onReported?(process: FunctionProcess, messages: readonly Message[]): void;
}

interface Slot<Message> {
  warm: { readonly process: FunctionProcess; readonly handler: Handler<Message> } | undefined;
  isBusy: boolean;
  isPolling: boolean;
}

/**
 * Lambda's event-source mapping: several pollers, batches that mix groups, and the partial batch response. What the
 * response does not list is deleted; a process that dies or runs out of time deletes nothing.
 */
export class EventSource<Message extends Delivered> {
  readonly #world: World;
  readonly #options: EventSourceOptions<Message>;
  readonly #random: Random;
  readonly #slots: Slot<Message>[];
  #started = 0;

  constructor(world: World, options: EventSourceOptions<Message>) {
    this.#world = world;
    this.#options = options;
    this.#random = world.random.fork(`event source ${options.functionName}`);
    this.#slots = Array.from({ length: options.concurrency }, () => ({
      warm: undefined,
      isBusy: false,
      isPolling: false,
    }));
    options.queue.onVisible = () => this.#wake();
  }

  #wake(): void {
    for (const slot of this.#slots) {
      if (slot.isBusy || slot.isPolling) continue;
      slot.isPolling = true;
      this.#world.scheduler.after(this.#random.int(1, 40), () => this.#poll(slot));
    }
  }

  #poll(slot: Slot<Message>): void {
    slot.isPolling = false;
    const most = this.#random.chance(0.7)
      ? this.#options.batchSize
      : this.#random.int(1, this.#options.batchSize);
    const batch = this.#options.queue.receive(most);
    if (batch.length > 0) this.#invoke(slot, batch);
  }

  #invoke(slot: Slot<Message>, batch: readonly Message[]): void {
    const { scheduler } = this.#world;
    slot.isBusy = true;
    slot.warm ??= this.#start();
    const { process, handler } = slot.warm;
    const endsAtMs = scheduler.nowMs + this.#options.timeoutMs;
    let isOver = false;
    const end = (answer: readonly string[] | undefined) => {
      if (isOver) return;
      isOver = true;
      this.#end(slot, process, batch, answer);
    };
    process.begin(batch);
    process.onDeath = () => {
      slot.warm = undefined;
      end(undefined);
    };
    scheduler.at(endsAtMs, () => {
      if (isOver) return;
      slot.warm = undefined;
      // A frozen sandbox cannot be told: it wakes later and goes on, for nobody.
      if (!process.isFrozen) process.die('out of time');
      end(undefined);
    });
    handler(batch, { remainingMs: () => endsAtMs - scheduler.nowMs }).then(end, (error: unknown) => {
      process.trace(`throws ${String(error)}`);
      end(undefined);
    });
  }

  #start() {
    this.#started += 1;
    const { functionName } = this.#options;
    this.#options.onStarted();
    const process = new FunctionProcess(
      this.#world,
      functionName,
      `${functionName.split('-')[0]}-${this.#started}`,
    );
    return { process, handler: this.#options.start(process) };
  }

  #end(
    slot: Slot<Message>,
    process: FunctionProcess,
    batch: readonly Message[],
    answer: readonly string[] | undefined,
  ): void {
    slot.isBusy = false;
    const again = batch.filter(({ messageId }) => answer?.includes(messageId));
    this.#options.onReported?.(process, again);
    const known = new Set(batch.map(({ messageId }) => messageId));
    const isWholeFailure = answer === undefined || answer.some((messageId) => !known.has(messageId));
    if (!isWholeFailure && !this.#world.faults.isAcknowledgementLost()) {
      for (const message of batch) {
        if (answer.includes(message.messageId)) continue;
        if (this.#options.queue.delete(message.receiptHandle)) this.#options.onDeleted?.(message);
      }
    }
    // Now and then an idle process is taken away.
    if (this.#random.chance(0.1)) slot.warm = undefined;
    this.#wake();
  }
}

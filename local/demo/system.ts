import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { LocalStack } from '../local-stack.ts';
import { messagesOn, readRows } from './evidence.ts';

const POLL_MS = 200;

/**
 * The emulators end connections that were idle for five seconds, as they are between the chapters, and on a machine that
 * is busy a request may meet that end.
 */
const UNKEPT = { requestHandler: { httpAgent: { keepAlive: false } } };

/** So long nothing may change before a wait is given up. */
const STANDSTILL_MS = 90_000;

/** Something was waited for, and nothing moved any more. */
export class Standstill extends Error {
  override readonly name = 'Standstill';
}

/** The running system, and what it takes to look at it. */
export class System {
  readonly stack: LocalStack;
  readonly signal: AbortSignal;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;

  /** @param signal makes every wait throw its reason */
  constructor(stack: LocalStack, signal: AbortSignal) {
    const { clientConfigs } = stack.embedded;
    this.stack = stack;
    this.signal = signal;
    this.sqs = new SQSClient({ ...clientConfigs.sqs, ...UNKEPT });
    this.dynamodb = new DynamoDBClient({ ...clientConfigs.dynamodb, ...UNKEPT });
  }

  /** Whether nothing is under way any more: no event, no message on any queue that is consumed, no wish that waits. */
  async isQuiet(): Promise<boolean> {
    if (this.stack.vendor.stats().webhooks.waiting > 0) return false;
    if ((await this.queued()) > 0) return false;
    const rows = await readRows(this.dynamodb, this.stack.tableName);
    const isWaiting = [...rows.values()].some(({ state }) => state === 'pending' || state === 'deferred');
    return !isWaiting && (await this.queued()) === 0;
  }

  /** How many messages are on the queues that are consumed. */
  async queued(): Promise<number> {
    const queues = [...this.stack.embedded.eventSources.values()].map(({ queue }) => queue.ref);
    const counts = await Promise.all(queues.map((url) => messagesOn(url, this.sqs)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /**
   * Waits until it is so. `progress` is any text that changes while there is still hope.
   * @throws Standstill
   */
  async until(what: string, isSo: () => Promise<boolean>, progress: () => string = () => ''): Promise<void> {
    let last = progress();
    let sinceMs = performance.now();
    while (!(await isSo())) {
      if (last !== progress()) {
        last = progress();
        sinceMs = performance.now();
      }
      if (performance.now() - sinceMs > STANDSTILL_MS) throw new Standstill(`waited in vain for ${what}`);
      await sleep(POLL_MS, undefined, { signal: this.signal });
    }
  }

  close(): void {
    this.sqs.destroy();
    this.dynamodb.destroy();
  }
}

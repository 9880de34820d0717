import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { readBatchResponse } from './batch-response.ts';
import { clientConfig } from './endpoints.ts';
import { asError, type Invocable, type Report } from './events.ts';
import type { LocalResource } from './local-resource.ts';
import { toSqsRecord } from './sqs-record.ts';

/** What SQS gives out or deletes at most in one request. */
const MOST_PER_REQUEST = 10;
/** How long one receive waits, and so how long it may take until a source that is switched off has come to rest. */
const WAIT_SECONDS = 1;
const PAUSE_AFTER_ERROR_MS = 200;

/** The properties of an event source that make a difference here; one that is not listed is refused. */
export const eventSourceSchema = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  BatchSize: z.number().default(10),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
  ScalingConfig: z.object({ MaximumConcurrency: z.number() }).optional(),
  Enabled: z.boolean().default(true),
  MetricsConfig: z.unknown().optional(),
  Tags: z.unknown().optional(),
});

export interface EventSourceSettings {
  readonly logicalId: string;
  readonly queue: LocalResource;
  readonly endpoint: string;
  readonly region: string;
  readonly batchSize: number;
  readonly windowMs: number;
  readonly reportsItemFailures: boolean;
  /** How many batches are worked on at once. */
  readonly concurrency: number;
  /** Whether it is enabled from the start. */
  readonly enabled: boolean;
}

/**
 * Takes batches from a queue to a function, as Lambda's event sources do: what the function does not report as failed
 * is deleted; everything else comes again when its visibility ends. Which messages may be worked on at the same time
 * (one batch per message group) is up to the queue.
 */
export class EventSource {
  readonly #settings: EventSourceSettings;
  readonly #function: Invocable;
  readonly #report: Report;
  readonly #client: SQSClient;
  readonly #stopping = new AbortController();
  readonly #loops = new Set<Promise<void>>();
  /** What the loops that run look at; each time the source is enabled there is a new one. */
  #run: { active: boolean } | undefined;

  constructor(settings: EventSourceSettings, target: Invocable, report: Report) {
    this.#settings = settings;
    this.#function = target;
    this.#report = report;
    this.#client = new SQSClient(clientConfig(settings.endpoint, settings.region));
  }

  get logicalId(): string {
    return this.#settings.logicalId;
  }

  /** Where its messages come from. */
  get queue(): LocalResource {
    return this.#settings.queue;
  }

  /** What the template says about it: enables it, or leaves it switched off. */
  start(): void {
    if (this.#settings.enabled) this.enable();
  }

  enable(): void {
    if (this.#run !== undefined) return;
    const run = { active: true };
    this.#run = run;
    for (let count = 0; count < this.#settings.concurrency; count++) {
      const loop = this.#loop(run).finally(() => this.#loops.delete(loop));
      this.#loops.add(loop);
    }
  }

  /** Takes no more batches, and waits for those under way: a second, and as long as the function takes. */
  async disable(): Promise<void> {
    if (this.#run !== undefined) this.#run.active = false;
    this.#run = undefined;
    await Promise.all(this.#loops);
  }

  /** Ends at once. What is under way is left to the queue: its messages come again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.disable();
    this.#client.destroy();
  }

  async #loop(run: { readonly active: boolean }): Promise<void> {
    while (run.active) {
      try {
        const messages = await this.#receiveBatch();
        if (messages.length > 0) await this.#deliver(messages);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        this.#report({ kind: 'trouble', where: this.logicalId, error: asError(error) });
        await sleep(PAUSE_AFTER_ERROR_MS);
      }
    }
  }

  /** A batch is what one receive gives, unless a batching window says to wait for more. */
  async #receiveBatch(): Promise<Message[]> {
    const { batchSize, windowMs } = this.#settings;
    const batch = await this.#receive(batchSize, WAIT_SECONDS);
    const closesAtMs = Date.now() + windowMs;
    while (batch.length > 0 && batch.length < batchSize && Date.now() < closesAtMs) {
      batch.push(...(await this.#receive(batchSize - batch.length, WAIT_SECONDS)));
    }
    return batch;
  }

  async #receive(most: number, waitSeconds: number): Promise<Message[]> {
    const request = new ReceiveMessageCommand({
      QueueUrl: this.#settings.queue.ref,
      MaxNumberOfMessages: Math.min(most, MOST_PER_REQUEST),
      WaitTimeSeconds: waitSeconds,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.#client.send(request, { abortSignal: this.#stopping.signal });
    return Messages;
  }

  async #deliver(messages: readonly Message[]): Promise<void> {
    const { queue, region, reportsItemFailures } = this.#settings;
    const Records = messages.map((message) => toSqsRecord(message, queue.arn, region));
    const outcome = await this.#function.invoke({ Records });
    const ids = new Set(Records.map(({ messageId }) => messageId));
    const settlement = readBatchResponse(outcome, ids, reportsItemFailures);
    const done =
      settlement.kind === 'settled'
        ? Records.filter(({ messageId }) => !settlement.failedIds.has(messageId))
        : [];
    await this.#delete(done.map(({ receiptHandle }) => receiptHandle));
    this.#report({
      kind: 'batchSettled',
      eventSourceId: this.logicalId,
      records: Records.length,
      deleted: done.length,
      wholeBatch: settlement.kind === 'settled' ? undefined : settlement.why,
    });
  }

  async #delete(receiptHandles: readonly string[]): Promise<void> {
    for (let start = 0; start < receiptHandles.length; start += MOST_PER_REQUEST) {
      const part = receiptHandles.slice(start, start + MOST_PER_REQUEST);
      const Entries = part.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      const { Failed = [] } = await this.#client.send(
        new DeleteMessageBatchCommand({ QueueUrl: this.#settings.queue.ref, Entries }),
      );
      for (const { Code, Message } of Failed) {
        this.#report({
          kind: 'trouble',
          where: this.logicalId,
          error: new Error(`delete: ${Code} ${Message}`),
        });
      }
    }
  }
}

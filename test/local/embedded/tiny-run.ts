/** An embedded run of the tiny stack. */
import { rmSync } from 'node:fs';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Embedded, startEmbedded } from '../../../local/embedded/embedded.ts';
import type { LocalFunction } from '../../../local/embedded/local-function.ts';
import { Recorder } from './recorder.ts';
import { writeTinyStack } from './tiny-stack.ts';

export class TinyRun {
  readonly recorder = new Recorder();
  readonly #assemblyDir = writeTinyStack();
  #embedded: Embedded | undefined;
  #sqs: SQSClient | undefined;
  #sent = 0;

  async start(): Promise<void> {
    this.#embedded = await startEmbedded({
      assemblyDir: this.#assemblyDir,
      environment: { EXTRA: 'given' },
      report: this.recorder.report,
    });
    this.#sqs = new SQSClient(this.#embedded.clientConfigs.sqs);
  }

  async stop(): Promise<void> {
    this.#sqs?.destroy();
    await this.#embedded?.stop();
    rmSync(this.#assemblyDir, { recursive: true });
  }

  get embedded(): Embedded {
    return present(this.#embedded);
  }

  get consumer(): LocalFunction {
    return present(this.embedded.functions.get('Consumer'));
  }

  /** Sends messages, ten at most, of one group. */
  async send(group: string, ...bodies: string[]): Promise<void> {
    const Entries = bodies.map((MessageBody, index) => ({
      Id: String(index),
      MessageBody,
      MessageGroupId: group,
      MessageDeduplicationId: String(this.#sent++),
    }));
    const QueueUrl = this.embedded.output('QueueUrl');
    await this.#sqs?.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }

  /** Bodies of each batch, as the function saw them. */
  get batches(): unknown[] {
    return this.recorder.logged.flatMap(({ batch }) => (batch === undefined ? [] : [batch]));
  }

  get settled() {
    return this.recorder.of('batchSettled');
  }

  /** Waits until so many messages have been deleted. */
  async untilDeleted(count: number): Promise<void> {
    await this.recorder.until(() => this.settled.reduce((sum, { deleted }) => sum + deleted, 0) >= count);
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the tiny stack is not running, or has no such part');
  return value;
}

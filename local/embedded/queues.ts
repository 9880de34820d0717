import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import * as z from 'zod';
import { clientConfig } from './endpoints.ts';
import { correctFauxqs } from './queue-corrections.ts';
import type { Template } from './template.ts';

export interface QueueServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Starts the emulator of SQS on 127.0.0.1. */
export async function startQueueServer(port = 0): Promise<QueueServer> {
  await correctFauxqs();
  const app = buildApp({ logger: false });
  app.addHook('preHandler', (request, _reply, done) => {
    if (request.headers['x-amz-target'] === 'AmazonSQS.ReceiveMessage') giveOnlyWhatIsAsked(request.body);
    done();
  });
  const endpoint = await app.listen({ port, host: '127.0.0.1' });
  return { endpoint, stop: () => app.close() };
}

/** SQS gives out the message attributes that were asked for, and fauxqs all of them unless some were. */
function giveOnlyWhatIsAsked(receive: unknown): void {
  const request = receive as { MessageAttributeNames?: string[] };
  request.MessageAttributeNames ??= ['no attribute has this name'];
}

const setting = z.union([z.string(), z.number(), z.boolean()]).transform(String).optional();
const policy = z
  .looseObject({})
  .transform((value) => JSON.stringify(value))
  .optional();

/** The properties of a queue that SQS takes as attributes, which are texts. */
const queueSchema = z.object({
  FifoQueue: setting,
  ContentBasedDeduplication: setting,
  DeduplicationScope: setting,
  FifoThroughputLimit: setting,
  VisibilityTimeout: setting,
  DelaySeconds: setting,
  MaximumMessageSize: setting,
  MessageRetentionPeriod: setting,
  ReceiveMessageWaitTimeSeconds: setting,
  RedrivePolicy: policy,
  RedriveAllowPolicy: policy,
});

/** Creates the stack's queues, those without a dead-letter queue first, since others may name them as theirs. */
export async function createQueues(template: Template, endpoint: string, region: string): Promise<void> {
  const client = new SQSClient(clientConfig(endpoint, region));
  const queues = template.idsOfType('AWS::SQS::Queue').map((id) => ({
    QueueName: template.get(id).name,
    Attributes: definedOnly(template.properties(id, queueSchema)),
  }));
  const [sources, others] = partition(queues, ({ Attributes }) => Attributes['RedrivePolicy'] !== undefined);
  for (const queue of [...others, ...sources]) await client.send(new CreateQueueCommand(queue));
  client.destroy();
}

function definedOnly(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

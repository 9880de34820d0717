import { createHash } from 'node:crypto';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { clientConfig, queueUrl } from '../../../local/embedded/endpoints.ts';
import { EventSource, type EventSourceSettings } from '../../../local/embedded/event-source.ts';
import type { InvocationOutcome } from '../../../local/embedded/events.ts';
import { type QueueServer, startQueueServer } from '../../../local/embedded/queues.ts';
import { Recorder } from './recorder.ts';

let server: QueueServer;
let client: SQSClient;
let queues = 0;

beforeAll(async () => {
  server = await startQueueServer();
  client = new SQSClient(clientConfig(server.endpoint, 'us-east-1'));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

type Answer = (records: readonly SQSRecord[], delivery: number) => InvocationOutcome;

const done: InvocationOutcome = { kind: 'returned', value: null };
const crashed: InvocationOutcome = { kind: 'crashed', exitCode: 1, signal: null };

/** A queue and an event source of it whose function answers this. */
async function source(
  { onTestFinished }: TestContext,
  answer: Answer,
  {
    fifo = true,
    dlqArn = '',
    ...settings
  }: Partial<EventSourceSettings> & { fifo?: boolean; dlqArn?: string } = {},
) {
  const name = `queue-${queues++}${fifo ? '.fifo' : ''}`;
  const [url, arn] = [queueUrl(server.endpoint, name), `arn:aws:sqs:us-east-1:000000000000:${name}`];
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dlqArn, maxReceiveCount: 2 });
  const Attributes = { VisibilityTimeout: '1', ...(dlqArn === '' ? {} : { RedrivePolicy }) };
  await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));

  const recorder = new Recorder();
  const batches: SQSRecord[][] = [];
  const invoke = async (event: unknown) =>
    answer(batches[batches.push((event as SQSEvent).Records) - 1] ?? [], batches.length);
  const queue = { logicalId: 'Queue', type: '', name, arn, ref: url };
  const common = {
    logicalId: 'Source',
    queue,
    endpoint: server.endpoint,
    region: 'us-east-1',
    enabled: true,
  };
  const usual = { batchSize: 10, windowMs: 0, reportsItemFailures: true, concurrency: 1 };
  const made = new EventSource({ ...common, ...usual, ...settings }, { invoke }, recorder.report);
  onTestFinished(() => made.stop());
  const settled = () => recorder.of('batchSettled');
  return {
    source: made,
    arn,
    batches,
    settled,
    bodies: () => batches.map((records) => records.map(({ body }) => body)),
    untilSettled: (count: number) => recorder.until(() => settled().length >= count),
    async send(body: string, more: Partial<SendMessageCommandInput> = {}) {
      const ids = fifo
        ? { MessageGroupId: 'g', MessageDeduplicationId: createHash('md5').update(body).digest('hex') }
        : {};
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body, ...ids, ...more }));
    },
    async left(): Promise<number> {
      const request = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
      const { Attributes = {} } = await client.send(request);
      const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes;
      return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    },
  };
}

describe.concurrent('an event source', () => {
  test('deletes a batch but for what is reported, which comes again when its visibility ends', async (context) => {
    const { untilSettled, ...tested } = await source(context, (records, delivery) => {
      const itemIdentifier = records[1]?.messageId;
      return delivery === 1 ? { kind: 'returned', value: { batchItemFailures: [{ itemIdentifier }] } } : done;
    });
    for (const body of ['one', 'two', 'three']) await tested.send(body);
    const sentAtMs = Date.now();
    tested.source.start();
    await untilSettled(2);
    expect(Date.now() - sentAtMs).toBeGreaterThan(900);
    expect(tested.bodies()).toEqual([['one', 'two', 'three'], ['two']]);
    expect(tested.settled().map(({ records, deleted }) => [records, deleted])).toEqual([
      [3, 2],
      [1, 1],
    ]);
    expect(await tested.left()).toBe(0);
  });

  test('deletes nothing of a batch that failed whole, and it all comes again', async (context) => {
    const { untilSettled, ...tested } = await source(context, (_, delivery) =>
      delivery === 1 ? crashed : done,
    );
    for (const body of ['one', 'two']) await tested.send(body);
    tested.source.start();
    await untilSettled(2);
    expect(tested.bodies()).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(tested.settled()[0]).toMatchObject({ deleted: 0, wholeBatch: 'the process ended with 1' });
    expect(tested.batches[1]?.[0]?.attributes.ApproximateReceiveCount).toBe('2');
  });

  test('has what nobody gets through end on the dead-letter queue', async (context) => {
    const parked = await source(context, () => done);
    const { untilSettled, ...tested } = await source(context, () => crashed, { dlqArn: parked.arn });
    await tested.send('poison');
    tested.source.start();
    await untilSettled(2);
    parked.source.start();
    await parked.untilSettled(1);
    expect(parked.bodies()).toEqual([['poison']]);
    expect(await tested.left()).toBe(0);
  });

  test('gathers a batch for as long as its window says', async (context) => {
    const settings = { fifo: false, windowMs: 500, batchSize: 3 };
    const { untilSettled, ...tested } = await source(context, () => done, settings);
    tested.source.start();
    for (const body of ['one', 'two', 'three']) await tested.send(body);
    await untilSettled(1);
    expect(tested.bodies()).toEqual([['one', 'two', 'three']]);
  });

  test('delivers nothing while it is disabled', async (context) => {
    const { untilSettled, ...tested } = await source(context, () => done, { enabled: false });
    tested.source.start();
    tested.source.enable();
    await tested.source.disable();
    await tested.send('one');
    expect(await tested.left()).toBe(1);
    expect(tested.batches).toEqual([]);
    tested.source.enable();
    await untilSettled(1);
    expect(await tested.left()).toBe(0);
  });

  test('hands over records that look as on Lambda', async (context) => {
    const { untilSettled, ...tested } = await source(context, () => done);
    await tested.send('body', {
      MessageDeduplicationId: 'd',
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'a text' },
        bytes: { DataType: 'Binary', BinaryValue: Buffer.from('some bytes') },
      },
    });
    tested.source.start();
    await untilSettled(1);
    const epochMs = expect.stringMatching(/^1\d{12}$/);
    const lists = { stringListValues: [], binaryListValues: [] };
    expect(tested.batches[0]).toEqual([
      {
        messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        receiptHandle: expect.any(String),
        body: 'body',
        attributes: {
          ApproximateReceiveCount: '1',
          ApproximateFirstReceiveTimestamp: epochMs,
          SentTimestamp: epochMs,
          SenderId: expect.any(String),
          SequenceNumber: expect.stringMatching(/^\d{20}$/),
          MessageGroupId: 'g',
          MessageDeduplicationId: 'd',
        },
        messageAttributes: {
          text: { stringValue: 'a text', dataType: 'String', ...lists },
          bytes: { binaryValue: 'c29tZSBieXRlcw==', dataType: 'Binary', ...lists },
        },
        md5OfBody: createHash('md5').update('body').digest('hex'),
        md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventSource: 'aws:sqs',
        eventSourceARN: tested.arn,
        awsRegion: 'us-east-1',
      },
    ]);
  });
});

import { SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, describe, expect, it } from 'vitest';
import { SQSChangeQueue } from '../../functions/adapters/change-queue.ts';
import { ATTRIBUTE, storedMessage } from '../../functions/core/message.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import type { ChangeQueue } from '../../functions/workflows/ports.ts';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { NOW, queueMessage } from '../support/builders.ts';
import { type DeadLetter, MemoryChangeQueue } from '../support/memory-change-queue.ts';
import { answer, scriptedServer } from '../support/scripted-server.ts';
import { sqsQueues } from '../support/sqs-queues.ts';

const queues = sqsQueues();

function parkedItem(overrides: Partial<ParkedItem> = {}): ParkedItem {
  const message = storedMessage(queueMessage('{"id":"ü😀', { attributes: { source: 'crm' } }));
  return { message, reason: 'invalid', detail: 'body: is not JSON', parkedAtMs: NOW, ...overrides };
}

async function dlqOf(url: string): Promise<DeadLetter[]> {
  return (await queues.receive(url)).map(({ Body = '', Attributes, MessageAttributes = {} }) => ({
    body: Body,
    groupId: Attributes?.MessageGroupId ?? '',
    attributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { StringValue = '' }]) => [name, StringValue]),
    ),
  }));
}

interface Subject {
  readonly queue: ChangeQueue;
  deadLetters(): Promise<DeadLetter[]>;
}

const inMemory = async (): Promise<Subject> => {
  const queue = new MemoryChangeQueue();
  return { queue, deadLetters: async () => [...queue.deadLetters.values()] };
};
const inSQS = async (): Promise<Subject> => {
  const deadLetterQueueUrl = await queues.create();
  const queue = new SQSChangeQueue(queues.client, { queueUrl: await queues.create(), deadLetterQueueUrl });
  return { queue, deadLetters: () => dlqOf(deadLetterQueueUrl) };
};

describe.each([
  ['memory', inMemory],
  ['SQS', inSQS],
])('the change queue in %s', (_, make) => {
  it('parks the body untouched, in its group, with the reason and the first arrival', async () => {
    const { queue, deadLetters } = await make();
    const item = parkedItem();
    await queue.sendToDeadLetterQueue(item);
    expect(await deadLetters()).toEqual([
      {
        body: '{"id":"ü😀',
        groupId: item.message.groupId,
        attributes: {
          source: 'crm',
          [ATTRIBUTE.firstSentAtMs]: String(NOW - 1_000),
          [ATTRIBUTE.firstSequenceNumber]: '18870000000000000001',
          [ATTRIBUTE.reason]: 'invalid',
          [ATTRIBUTE.detail]: 'body: is not JSON',
          [ATTRIBUTE.parkedMessageId]: 'message-1',
        },
      },
    ]);
  });

  it('parks a message once, however often it is told to', async () => {
    const { queue, deadLetters } = await make();
    await queue.sendToDeadLetterQueue(parkedItem());
    await queue.sendToDeadLetterQueue(parkedItem());
    expect(await deadLetters()).toHaveLength(1);
  });

  it('parks messages of one group that differ', async () => {
    const { queue, deadLetters } = await make();
    for (const messageId of ['one', 'two']) {
      await queue.sendToDeadLetterQueue(parkedItem({ message: { ...parkedItem().message, messageId } }));
    }
    expect((await deadLetters()).map(({ attributes }) => attributes[ATTRIBUTE.parkedMessageId])).toEqual([
      'one',
      'two',
    ]);
  });
});

describe('parking in SQS', () => {
  it('takes a message of the largest size with as many attributes as there may be', async () => {
    const { queue, deadLetters } = await inSQS();
    const attributes = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`a-${index}`, 'x'.repeat(100)]),
    );
    const message = storedMessage(queueMessage('x'.repeat(64 * 1024), { attributes }));
    await queue.sendToDeadLetterQueue(parkedItem({ message, detail: 'y'.repeat(10_000) }));
    const [letter] = await deadLetters();
    expect(letter?.body).toBe(message.body);
    expect(Object.keys(letter?.attributes ?? {})).toHaveLength(10);
    expect(letter?.attributes[ATTRIBUTE.detail]).toBe('y'.repeat(500));
  });

  it('makes a detail that SQS would refuse one that it takes', async () => {
    const { queue, deadLetters } = await inSQS();
    await queue.sendToDeadLetterQueue(parkedItem({ detail: 'a\u0000b\uffff\ud800c😀\n' }));
    expect((await deadLetters())[0]?.attributes[ATTRIBUTE.detail]).toBe('a\ufffdb\ufffd\ufffdc😀\n');
  });

  it('leaves out a detail that is empty', async () => {
    const { queue, deadLetters } = await inSQS();
    await queue.sendToDeadLetterQueue(parkedItem({ detail: '' }));
    expect((await deadLetters())[0]?.attributes).not.toHaveProperty(ATTRIBUTE.detail);
  });
});

describe('a delay in SQS', () => {
  let url: string;
  let queue: SQSChangeQueue;
  beforeEach(async () => {
    url = await queues.create();
    queue = new SQSChangeQueue(queues.client, { queueUrl: url, deadLetterQueueUrl: url });
  });

  it('brings the message back when it is over, and not before', async () => {
    await queues.send(url, 'body', 'group');
    const [first] = await queues.receive(url);
    const receiptHandle = first?.ReceiptHandle ?? '';
    await queue.delay({ receiptHandle }, 20_000);
    expect(await queues.receive(url)).toEqual([]);
    await queue.delay({ receiptHandle }, 0);
    expect(await queues.receive(url)).toMatchObject([
      { Body: 'body', Attributes: { ApproximateReceiveCount: '2' } },
    ]);
  });

  it('of a message that is no longer hidden is no failure', async () => {
    await queues.send(url, 'body', 'group');
    const [first] = await queues.receive(url);
    const receiptHandle = first?.ReceiptHandle ?? '';
    await queue.delay({ receiptHandle }, 0);
    await queue.delay({ receiptHandle }, 5_000);
    expect(await queues.receive(url)).toHaveLength(1);
  });

  it('fails where the queue does not exist', async () => {
    const nowhere = new SQSChangeQueue(queues.client, {
      queueUrl: `${url}-no`,
      deadLetterQueueUrl: `${url}-no`,
    });
    await expect(nowhere.delay({ receiptHandle: 'x' }, 0)).rejects.toThrow();
    await expect(nowhere.sendToDeadLetterQueue(parkedItem())).rejects.toThrow();
  });
});

describe('what a delay asks of SQS', () => {
  async function asked(afterMs: number): Promise<unknown> {
    const { host, requests } = await scriptedServer((response) => answer(response, 200, {}));
    const client = new SQSClient(clientConfig(host, 'eu-west-1'));
    await new SQSChangeQueue(client, { queueUrl: `${host}/q`, deadLetterQueueUrl: host }).delay(
      { receiptHandle: 'h' },
      afterMs,
    );
    client.destroy();
    return JSON.parse(requests[0]?.body ?? '').VisibilityTimeout;
  }

  it.each([
    [0, 0],
    [1, 1],
    [1_000, 1],
    [1_001, 2],
    [-5, 0],
    [365 * 24 * 3_600_000, 42_300],
  ])('for %i ms is %i whole seconds', async (afterMs, seconds) => {
    expect(await asked(afterMs)).toBe(seconds);
  });
});

describe('a receipt handle whose time is over', () => {
  async function delayMeeting(type: string, message: string): Promise<void> {
    const { host } = await scriptedServer((response) => answer(response, 400, { __type: type, message }));
    const client = new SQSClient(clientConfig(host, 'eu-west-1'));
    const queue = new SQSChangeQueue(client, { queueUrl: `${host}/q`, deadLetterQueueUrl: host });
    await queue.delay({ receiptHandle: 'h' }, 0).finally(() => client.destroy());
  }

  it.each([
    ['com.amazonaws.sqs#MessageNotInflight', 'not in flight'],
    ['com.amazonaws.sqs#ReceiptHandleIsInvalid', 'The input receipt handle is invalid.'],
    [
      'com.amazonaws.sqs#InvalidParameterValueException',
      'Value h for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.',
    ],
  ])('is no failure when SQS calls it %s', async (type, message) => {
    await expect(delayMeeting(type, message)).resolves.toBeUndefined();
  });

  it.each([
    [
      'com.amazonaws.sqs#InvalidParameterValueException',
      'Value 99999 for parameter VisibilityTimeout is invalid.',
    ],
    ['com.amazonaws.sqs#AccessDeniedException', 'not allowed'],
  ])('is not what %s says', async (type, message) => {
    await expect(delayMeeting(type, message)).rejects.toThrow(message);
  });
});

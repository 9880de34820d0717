import { describe, expect, it } from 'vitest';
import { SQSChangeQueue } from '../../functions/adapters/change-queue.ts';
import { SQSDeadLetterQueue } from '../../functions/adapters/dead-letter-queue.ts';
import { SQSRedriveQueue } from '../../functions/adapters/redrive-queue.ts';
import { ATTRIBUTE, storedMessage } from '../../functions/core/message.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { NOW, queueMessage } from '../support/builders.ts';
import { sqsQueues } from '../support/sqs-queues.ts';

const queues = sqsQueues();

function item(overrides: Partial<ParkedItem> = {}): ParkedItem {
  const message = storedMessage(queueMessage('{"id":"ü😀', { attributes: { source: 'crm' } }));
  return { message, reason: 'rejected', detail: 'HTTP 422', parkedAtMs: NOW, ...overrides };
}

describe('a redrive to SQS', () => {
  it('has the body untouched, its group, the first arrival and which parked message it is', async () => {
    const url = await queues.create();
    await new SQSRedriveQueue(queues.client, url).redrive(item());
    const [message] = await queues.receive(url);
    expect(message).toMatchObject({
      Body: '{"id":"ü😀',
      Attributes: { MessageGroupId: item().message.groupId },
      MessageAttributes: {
        source: { StringValue: 'crm' },
        [ATTRIBUTE.firstSentAtMs]: { StringValue: String(NOW - 1_000) },
        [ATTRIBUTE.firstSequenceNumber]: { StringValue: '18870000000000000001' },
        [ATTRIBUTE.parkedMessageId]: { StringValue: 'message-1' },
      },
    });
    expect(message?.MessageAttributes).not.toHaveProperty([ATTRIBUTE.reason]);
  });

  it('comes once however often it is repeated, and again where it was parked anew', async () => {
    const url = await queues.create();
    const queue = new SQSRedriveQueue(queues.client, url);
    await queue.redrive(item());
    await queue.redrive(item());
    const first = await queues.receive(url);
    expect(first).toHaveLength(1);
    await new SQSDeadLetterQueue(queues.client, url).delete({
      ...queueMessage(),
      receiptHandle: first[0]?.ReceiptHandle ?? '',
    });
    await queue.redrive(item({ parkedAtMs: NOW + 1 }));
    expect(await queues.receive(url)).toHaveLength(1);
  });

  it('throws where the queue is not there', async () => {
    const nowhere = new SQSRedriveQueue(queues.client, (await queues.create()).replace('queue-', 'nowhere-'));
    await expect(nowhere.redrive(item())).rejects.toThrow();
  });
});

describe('the dead-letter queue in SQS', () => {
  it('gives what was parked, with all that is known of it, and hides it', async () => {
    const deadLetterQueueUrl = await queues.create();
    const changes = new SQSChangeQueue(queues.client, {
      queueUrl: await queues.create(),
      deadLetterQueueUrl,
    });
    await changes.sendToDeadLetterQueue(item());
    const deadLetters = new SQSDeadLetterQueue(queues.client, deadLetterQueueUrl);
    const [copy, ...others] = await deadLetters.receive();
    expect(others).toEqual([]);
    expect(copy).toMatchObject({
      body: '{"id":"ü😀',
      groupId: item().message.groupId,
      receiveCount: 1,
      attributes: { [ATTRIBUTE.reason]: 'rejected', [ATTRIBUTE.parkedMessageId]: 'message-1', source: 'crm' },
    });
    expect(copy?.messageId).toMatch(/\S/);
    expect(copy?.sequenceNumber).toMatch(/^\d+$/);
    expect(Math.abs((copy?.sentAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await deadLetters.receive()).toEqual([]);
  });

  it('deletes what it gave', async () => {
    const url = await queues.create();
    await queues.send(url, 'x', 'group');
    const deadLetters = new SQSDeadLetterQueue(queues.client, url);
    const [copy] = await deadLetters.receive();
    if (!copy) throw new Error('nothing was received');
    await deadLetters.delete(copy);
    await queues.send(url, 'y', 'group');
    expect(await deadLetters.receive()).toMatchObject([{ body: 'y' }]);
  });
});

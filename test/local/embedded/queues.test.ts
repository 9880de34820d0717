import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clientConfig, queueUrl } from '../../../local/embedded/endpoints.ts';
import { type QueueServer, startQueueServer } from '../../../local/embedded/queues.ts';

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

/** A new FIFO queue with these messages, `group/id` each. */
async function queueOf(...messages: string[]): Promise<string> {
  const QueueName = `q${queues++}.fifo`;
  await client.send(
    new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '1', MaximumMessageSize: '1024' } }),
  );
  const QueueUrl = queueUrl(server.endpoint, QueueName);
  const Entries = messages.map((body, index) => ({
    Id: String(index),
    MessageBody: body,
    MessageGroupId: body.split('/')[0],
    MessageDeduplicationId: body,
  }));
  if (Entries.length > 0) await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  return QueueUrl;
}

async function receive(QueueUrl: string, most = 10, waitSeconds = 0): Promise<Message[]> {
  const request = { QueueUrl, MaxNumberOfMessages: most, WaitTimeSeconds: waitSeconds };
  const { Messages = [] } = await client.send(new ReceiveMessageCommand(request));
  return Messages;
}

const bodies = (messages: readonly Message[]): unknown[] => messages.map(({ Body }) => Body);
const hide = (QueueUrl: string, message: Message | undefined, VisibilityTimeout: number) =>
  client.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl,
      ReceiptHandle: message?.ReceiptHandle,
      VisibilityTimeout,
    }),
  );
const remove = (QueueUrl: string, message: Message | undefined) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));

describe.concurrent('a FIFO queue', () => {
  test('a batch holds several messages of one group, in their order, and then those of others', async () => {
    const url = await queueOf('a/1', 'b/1', 'a/2', 'a/3');
    expect(bodies(await receive(url, 3))).toEqual(['a/1', 'a/2', 'a/3']);
    expect(bodies(await receive(url))).toEqual(['b/1']);
  });

  test('what is invisible blocks what is behind it in its group, and nothing before it', async () => {
    const url = await queueOf('a/1', 'a/2', 'a/3');
    const [first, second] = await receive(url, 2);
    expect(await receive(url)).toEqual([]);
    await hide(url, second, 60);
    await hide(url, first, 0);
    const again = await receive(url);
    expect(bodies(again)).toEqual(['a/1']);
    await remove(url, again[0]);
    expect(await receive(url)).toEqual([]);
    await remove(url, second);
    expect(bodies(await receive(url))).toEqual(['a/3']);
  });

  test('messages of a group that become visible together come back in their order', async () => {
    const url = await queueOf('a/1', 'a/2', 'a/3');
    await receive(url, 2);
    expect(bodies(await receive(url, 10, 2))).toEqual(['a/1', 'a/2', 'a/3']);

    const shown = await queueOf('a/1', 'a/2', 'a/3');
    for (const message of await receive(shown, 2)) await hide(shown, message, 0);
    expect(bodies(await receive(shown))).toEqual(['a/1', 'a/2', 'a/3']);
  });

  test('a wait ends when a message becomes visible whose followers are invisible', async () => {
    const url = await queueOf('a/1', 'a/2');
    const [, second] = await receive(url);
    await hide(url, second, 60);
    expect(bodies(await receive(url, 10, 5))).toEqual(['a/1']);
  });

  test('a receipt handle ends with its visibility, though nobody has looked at the queue since', async () => {
    const url = await queueOf('a/1');
    const [message] = await receive(url);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    await expect(hide(url, message, 60)).rejects.toThrow('not available for visibility timeout change');
    await remove(url, message);
    expect(bodies(await receive(url))).toEqual(['a/1']);
  });

  test('a message comes without its message attributes, unless they are asked for', async () => {
    const QueueUrl = await queueOf();
    const MessageAttributes = { reason: { DataType: 'String', StringValue: 'x' } };
    const ids = { MessageGroupId: 'a', MessageDeduplicationId: 'a' };
    await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a', MessageAttributes, ...ids }));
    const [without] = await receive(QueueUrl);
    expect(without).not.toHaveProperty('MessageAttributes');
    await hide(QueueUrl, without, 0);
    const asked = new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] });
    expect((await client.send(asked)).Messages?.[0]?.MessageAttributes).toEqual(MessageAttributes);
  });

  test('a body may hold emoji, but no control characters, and no more than the queue takes', async () => {
    const QueueUrl = await queueOf();
    const send = (MessageBody: string) => {
      const MessageDeduplicationId = MessageBody.slice(0, 3).codePointAt(0)?.toString();
      return client.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: 'a', MessageDeduplicationId }),
      );
    };
    await send('😀');
    expect(bodies(await receive(QueueUrl))).toEqual(['😀']);
    await expect(send('\u0001')).rejects.toThrow('Invalid characters');
    await expect(send('x'.repeat(1_025))).rejects.toThrow('shorter than 1024 bytes');
  });
});

import {
  CreateQueueCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from 'vitest';
import { clientConfig, queueUrl } from '../../local/embedded/endpoints.ts';
import { type QueueServer, startQueueServer } from '../../local/embedded/queues.ts';

const REGION = 'eu-west-1';

export interface SqsQueues {
  readonly client: SQSClient;
  /** Creates an empty queue and gives its URL. */
  create(attributes?: Record<string, string>): Promise<string>;
  send(url: string, body: string, groupId: string): Promise<void>;
  /** What can be received at once, ten at most. */
  receive(url: string): Promise<Message[]>;
}

/** Queues on a queue server of this test file's own. */
export function sqsQueues(): SqsQueues {
  let server: QueueServer;
  let client: SQSClient;
  let count = 0;
  beforeAll(async () => {
    server = await startQueueServer();
    client = new SQSClient(clientConfig(server.endpoint, REGION));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  return {
    get client() {
      return client;
    },
    create: async (Attributes = { FifoQueue: 'true' }) => {
      count += 1;
      const QueueName = Attributes['FifoQueue'] ? `queue-${count}.fifo` : `queue-${count}`;
      await client.send(new CreateQueueCommand({ QueueName, Attributes }));
      return queueUrl(server.endpoint, QueueName);
    },
    send: async (QueueUrl, MessageBody, MessageGroupId) => {
      const MessageDeduplicationId = crypto.randomUUID();
      await client.send(
        new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }),
      );
    },
    receive: async (QueueUrl) => {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
          VisibilityTimeout: 30,
        }),
      );
      return Messages;
    },
  };
}

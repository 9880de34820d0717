import { rmSync } from 'node:fs';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmbedded } from '../../../local/embedded/embedded.ts';
import { clientConfig, isOnThisMachine } from '../../../local/embedded/endpoints.ts';
import { externalEndpoints } from '../../../local/embedded/external-services.ts';
import { type QueueServer, startQueueServer } from '../../../local/embedded/queues.ts';
import { startTableServer, type TableServer } from '../../../local/embedded/tables.ts';
import { writeTinyStack } from './tiny-stack.ts';

let queues: QueueServer;
let tables: TableServer;
beforeAll(async () => {
  queues = await startQueueServer();
  tables = await startTableServer('us-east-1', () => {});
});
afterAll(async () => {
  await queues.stop();
  await tables.stop();
});

describe('services that run elsewhere', () => {
  test('are read from the environment, those that are named', () => {
    expect(externalEndpoints({})).toEqual({});
    expect(
      externalEndpoints({
        ROLLCALL_E2E_SQS_ENDPOINT: 'http://127.0.0.1:1/',
        ROLLCALL_E2E_DYNAMODB_ENDPOINT: '',
      }),
    ).toEqual({ sqs: 'http://127.0.0.1:1' });
  });

  test('hold what the stack needs while it runs, and nothing of it afterwards', async () => {
    const external = { sqs: queues.endpoint, dynamodb: tables.endpoint };
    const sqs = new SQSClient(clientConfig(queues.endpoint, 'us-east-1'));
    const dynamodb = new DynamoDBClient(clientConfig(tables.endpoint, 'us-east-1'));
    const there = async () => {
      const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
      const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
      return [...QueueUrls, ...TableNames];
    };
    const assemblyDir = writeTinyStack();
    const embedded = await startEmbedded({ assemblyDir, external, report: () => {} });
    expect(embedded.endpoints).toMatchObject(external);
    expect(await there()).not.toEqual([]);
    await embedded.stop();
    await expect.poll(there).toEqual([]);
    rmSync(assemblyDir, { recursive: true });
    for (const client of [sqs, dynamodb]) client.destroy();
  });

  test('get no made-up credentials, and those on this machine no real ones', () => {
    expect(clientConfig('http://127.0.0.1:1', 'us-east-1').credentials).toBeDefined();
    expect(clientConfig('https://sqs.us-east-1.amazonaws.com', 'us-east-1').credentials).toBeUndefined();
    expect(isOnThisMachine('https://127.0.0.1.example.com')).toBe(false);
  });
});

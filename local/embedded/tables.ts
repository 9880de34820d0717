import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { ACCOUNT_ID, clientConfig } from './endpoints.ts';
import { asError, type Report } from './events.ts';
import type { Template } from './template.ts';

const PROGRAM = fileURLToPath(new URL('./table-process.ts', import.meta.url));
const START_TIMEOUT_MS = 10_000;
const ACTIVE_TIMEOUT_MS = 5_000;
const DRAIN_TIMEOUT_MS = 1_000;

export interface TableServer {
  readonly endpoint: string;
  /** Ends it after the requests under way, of which it waits for a second at most. */
  stop(): Promise<void>;
}

/** Starts the emulator of DynamoDB on 127.0.0.1, in a process of its own. */
export async function startTableServer(region: string, report: Report, port = 0): Promise<TableServer> {
  const child = fork(PROGRAM, [String(port)], {
    env: { AWS_REGION: region, AWS_ACCOUNT_ID: ACCOUNT_ID },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  let stopping = false;
  void ended.then(([exitCode, signal]) => {
    const error = new Error(`it ended with ${signal ?? exitCode}; its tables are gone`);
    if (!stopping) report({ kind: 'trouble', where: 'table emulator', error });
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    if (child.connected) child.send('stop', () => {});
    const timer = setTimeout(() => child.kill('SIGKILL'), DRAIN_TIMEOUT_MS);
    await ended;
    clearTimeout(timer);
  };
  try {
    const died = ended.then(() => Promise.reject(new Error('the table emulator did not start')));
    const signal = AbortSignal.timeout(START_TIMEOUT_MS);
    const [listeningOn] = await Promise.race([once(child, 'message', { signal }), died]);
    return { endpoint: `http://127.0.0.1:${Number(listeningOn)}`, stop };
  } catch (error) {
    await stop();
    throw asError(error);
  }
}

const key = z.array(z.object({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));
const projection = z.object({
  ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']).optional(),
  NonKeyAttributes: z.array(z.string()).optional(),
});
const indexes = z
  .array(z.object({ IndexName: z.string(), KeySchema: key, Projection: projection }))
  .optional();

/** What a table and a global table have in common with the request that creates a table. */
const tableSchema = z.object({
  AttributeDefinitions: z.array(
    z.object({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: key,
  GlobalSecondaryIndexes: indexes,
  LocalSecondaryIndexes: indexes,
});

/** Creates the stack's tables and waits until they can be used. */
export async function createTables(template: Template, endpoint: string, region: string): Promise<void> {
  const client = new DynamoDBClient(clientConfig(endpoint, region));
  for (const id of template.idsOfType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable')) {
    const TableName = template.get(id).name;
    const properties = template.properties(id, tableSchema);
    const input: CreateTableCommandInput = { TableName, BillingMode: 'PAY_PER_REQUEST', ...properties };
    await client.send(new CreateTableCommand(input));
    await untilActive(client, TableName);
  }
  client.destroy();
}

async function untilActive(client: DynamoDBClient, TableName: string): Promise<void> {
  const giveUpAtMs = Date.now() + ACTIVE_TIMEOUT_MS;
  while (Date.now() < giveUpAtMs) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
    await sleep(5);
  }
  throw new Error(`table ${TableName} is not active after ${ACTIVE_TIMEOUT_MS} ms`);
}

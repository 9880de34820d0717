import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { Door } from '../../../local/embedded/door.ts';
import { ACCOUNT_ID } from '../../../local/embedded/endpoints.ts';
import type { EmbeddedEvent } from '../../../local/embedded/events.ts';
import type { Grant } from '../../../local/embedded/grants.ts';

const REGION = 'eu-west-1';
const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${rest}`;
const QUEUE = arn('sqs', 'changes.fifo');
const TABLE = arn('dynamodb', 'table/roster');
const SECRET = arn('secretsmanager', 'secret:apps/shop-??????');
const GRANTS = [
  { functionId: 'Writer', action: 'sqs:SendMessage', resource: QUEUE },
  { functionId: 'Writer', action: 'dynamodb:Query', resource: `${TABLE}/index/due` },
  { functionId: 'Writer', action: 'secretsmanager:GetSecretValue', resource: SECRET },
];

let bodies: string[];
let events: EmbeddedEvent[];
let emulator: string;
let door: Door;
beforeEach(async () => {
  bodies = [];
  events = [];
  const server = createServer(async (request, response) => {
    bodies.push(await text(request));
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  emulator = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const endpoints = { sqs: emulator, dynamodb: emulator, secretsManager: emulator, eventBridge: emulator };
  door = await Door.start({ endpoints, region: REGION, report: (event) => events.push(event) });
  door.open(GRANTS);
  return async () => {
    await door.stop();
    server.closeAllConnections();
    server.close();
  };
});

type Client = new (options: object) => { send(command: never): Promise<unknown>; destroy(): void };

/** Asks as a function does; gives the name of the error, or `allowed`. */
async function ask(caller: string, Service: Client, command: unknown): Promise<string> {
  const credentials = { accessKeyId: caller, secretAccessKey: 'local' };
  const client = new Service({ endpoint: door.endpoint, region: REGION, credentials, maxAttempts: 1 });
  onTestFinished(() => client.destroy());
  return client.send(command as never).then(
    () => 'allowed',
    (error: Error) => error.name,
  );
}

const QueueUrl = () => door.inFront(`${emulator}/${ACCOUNT_ID}/changes.fifo`);
const send = (caller: string) =>
  ask(caller, SQSClient, new SendMessageBatchCommand({ QueueUrl: QueueUrl(), Entries: [] }));

it('lets a function do what its role allows, and hands it over as it would have come', async () => {
  expect(await send('Writer')).toBe('allowed');
  expect(JSON.parse(bodies[0] ?? '')).toEqual({
    QueueUrl: `${emulator}/${ACCOUNT_ID}/changes.fifo`,
    Entries: [],
  });
  expect(events).toEqual([
    {
      kind: 'awsCall',
      call: { caller: 'Writer', service: 'sqs', action: 'sqs:SendMessage', resource: QUEUE },
      isAllowed: true,
    },
  ]);
});

it('answers everything else as AWS does, and nothing of it arrives', async () => {
  const key = { TableName: 'roster', Key: { pk: { S: 'a' } } };
  expect(await send('Reader')).toBe('AccessDeniedException');
  expect(await ask('Writer', DynamoDBClient, new GetItemCommand(key))).toBe('AccessDeniedException');
  expect(
    await ask('Writer', SecretsManagerClient, new GetSecretValueCommand({ SecretId: 'apps/bank' })),
  ).toBe('AccessDeniedException');
  expect(bodies).toEqual([]);
});

it('tells an index from its table, and knows a secret by its name', async () => {
  const query = (IndexName?: string) =>
    ask('Writer', DynamoDBClient, new QueryCommand({ TableName: 'roster', IndexName }));
  expect(await query('due')).toBe('allowed');
  expect(await query()).toBe('AccessDeniedException');
  expect(await query('held')).toBe('AccessDeniedException');
  expect(
    await ask('Writer', SecretsManagerClient, new GetSecretValueCommand({ SecretId: 'apps/shop' })),
  ).toBe('allowed');
});

it.each<[string, Partial<Grant>]>([
  ['another function', { functionId: 'Reader' }],
  ['another action', { action: 'sqs:SendMessages' }],
  ['a longer name', { resource: `${QUEUE}-more` }],
  ['a name that only looks alike', { resource: QUEUE.replace('.', '_') }],
])('takes no grant for one of %s', async (_, differs) => {
  door.open([{ functionId: 'Writer', action: 'sqs:SendMessage', resource: QUEUE, ...differs }]);
  expect(await send('Writer')).toBe('AccessDeniedException');
});

it('knows wildcards', async () => {
  door.open([{ functionId: 'Writer', action: 'sqs:Send*', resource: 'arn:aws:sqs:*:changes.fifo' }]);
  expect(await send('Writer')).toBe('allowed');
});

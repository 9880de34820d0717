import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll } from 'vitest';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { startTableServer, type TableServer } from '../../local/embedded/tables.ts';

const REGION = 'eu-west-1';

export interface RosterTables {
  readonly client: DynamoDBClient;
  /** Creates an empty roster table and gives its name. */
  create(): Promise<string>;
}

/** Tables as the stack declares the roster's, on a table server of this test file's own. */
export function rosterTables(): RosterTables {
  let server: TableServer;
  let client: DynamoDBClient;
  let count = 0;
  beforeAll(async () => {
    server = await startTableServer(REGION, () => {});
    client = new DynamoDBClient(clientConfig(server.endpoint, REGION));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  return {
    get client() {
      return client;
    },
    create: async () => {
      count += 1;
      const name = `roster-${count}`;
      await createRosterTable(client, name);
      return name;
    },
  };
}

async function createRosterTable(client: DynamoDBClient, TableName: string): Promise<void> {
  const input: CreateTableCommandInput = {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
      { AttributeName: 'worklist', AttributeType: 'S' },
      { AttributeName: 'worklistAt', AttributeType: 'N' },
      { AttributeName: 'heldList', AttributeType: 'S' },
      { AttributeName: 'heldSinceMs', AttributeType: 'N' },
      { AttributeName: 'user', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'worklist',
        KeySchema: [
          { AttributeName: 'worklist', KeyType: 'HASH' },
          { AttributeName: 'worklistAt', KeyType: 'RANGE' },
        ],
        Projection: {
          ProjectionType: 'INCLUDE',
          NonKeyAttributes: ['reason', 'detail', 'key', 'changeId'],
        },
      },
      {
        IndexName: 'held',
        KeySchema: [
          { AttributeName: 'heldList', KeyType: 'HASH' },
          { AttributeName: 'heldSinceMs', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
      {
        IndexName: 'user',
        KeySchema: [
          { AttributeName: 'user', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'KEYS_ONLY' },
      },
    ],
  };
  await client.send(new CreateTableCommand(input));
  while (!(await isActive(client, TableName)));
}

async function isActive(client: DynamoDBClient, TableName: string): Promise<boolean> {
  return (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus === 'ACTIVE';
}

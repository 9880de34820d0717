import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DeleteItemCommandInput,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type PutItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  type ScanCommandInput,
  UpdateItemCommand,
  type UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { type Item, toItem } from './items.ts';
import type { ItemKey } from './keys.ts';
import type { Update } from './update.ts';

type PutCondition = Pick<PutItemCommandInput, 'ConditionExpression' | 'ExpressionAttributeValues'>;

/** The requests that are made to one table. */
export class Table {
  readonly name: string;
  readonly #client: DynamoDBClient;

  constructor(client: DynamoDBClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  async get(key: ItemKey): Promise<Item | undefined> {
    const input = { TableName: this.name, Key: toItem(key), ConsistentRead: true };
    return (await this.#client.send(new GetItemCommand(input))).Item;
  }

  /** False: the condition does not hold. */
  async put(fields: ItemKey, condition: PutCondition = {}): Promise<boolean> {
    const input = { TableName: this.name, Item: toItem(fields), ...condition };
    try {
      await this.#client.send(new PutItemCommand(input));
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** Undefined: the condition does not hold. */
  async update(key: ItemKey, update: Update): Promise<UpdateItemCommandOutput | undefined> {
    const input = { TableName: this.name, Key: toItem(key), ...update };
    try {
      return await this.#client.send(new UpdateItemCommand(input));
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return undefined;
      throw error;
    }
  }

  /** False: the condition does not hold. */
  async delete(
    key: ItemKey,
    condition: Omit<DeleteItemCommandInput, 'TableName' | 'Key'> = {},
  ): Promise<boolean> {
    try {
      await this.#client.send(
        new DeleteItemCommand({ TableName: this.name, Key: toItem(key), ...condition }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }

  /** One page of the whole table. */
  async scan(scan: Omit<ScanCommandInput, 'TableName'>): Promise<{ items: Item[]; end: Item | undefined }> {
    const { Items, LastEvaluatedKey } = await this.#client.send(
      new ScanCommand({ TableName: this.name, ...scan }),
    );
    return { items: Items ?? [], end: LastEvaluatedKey };
  }

  /** One page, and the key where it ended if more may follow. */
  async query(
    query: Omit<QueryCommandInput, 'TableName'>,
  ): Promise<{ items: Item[]; end: Item | undefined }> {
    const { Items, LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({ TableName: this.name, ...query }),
    );
    return { items: Items ?? [], end: LastEvaluatedKey };
  }
}

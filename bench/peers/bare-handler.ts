import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { readRecord } from './read-record.ts';

/*
 * The least that a handler of this kind can do: the three AWS clients that a consumer needs, and for a record one
 * secret, one write to the table and one call to the vendor. It checks nothing, and works on the first record only.
 */

const secrets = new SecretsManagerClient();
const table = new DynamoDBClient();
export const queue = new SQSClient();

export async function handler({ Records }: SQSEvent): Promise<{ batchItemFailures: [] }> {
  const [record] = Records;
  if (!record) return { batchItemFailures: [] };
  const change = readRecord(record);
  const SecretId = `${process.env['APP_SECRET_PREFIX']}/${change.appId}`;
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
  await table.send(
    new UpdateItemCommand({
      TableName: process.env['ROSTER_TABLE'],
      Key: { pk: { S: `BARE#${change.conversationId}` }, sk: { S: change.userId } },
      UpdateExpression: 'SET wished = :wished',
      ExpressionAttributeValues: { ':wished': { S: change.action } },
    }),
  );
  await call(change, JSON.parse(SecretString));
  return { batchItemFailures: [] };
}

type Change = ReturnType<typeof readRecord>;

async function call(
  { appId, conversationId, action, userId }: Change,
  { keyId = '', secret = '' },
): Promise<void> {
  const body = JSON.stringify({ userId, subscribeSDKClient: false });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  request(`${process.env['BENCH_VENDOR_URL']}/v2/apps/${appId}/conversations/${conversationId}/${action}`, {
    method: 'POST',
    auth: `${keyId}:${secret}`,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
  })
    .once('response', (response) => {
      if (response.statusCode !== 201) reject(new Error(`answered with ${response.statusCode}`));
      text(response).then(() => resolve(), reject);
    })
    .once('error', reject)
    .end(body);
  return promise;
}

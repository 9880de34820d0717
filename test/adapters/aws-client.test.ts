import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import { awsClient } from '../../functions/adapters/aws-client.ts';

describe('a client of AWS', () => {
  it('gives up an attempt that gets no answer', async () => {
    const { requestHandler } = awsClient(DynamoDBClient).config;
    const config = await (requestHandler as unknown as { configProvider: Promise<object> }).configProvider;
    expect(config).toMatchObject({
      connectionTimeout: 1_000,
      requestTimeout: 3_000,
      throwOnRequestTimeout: true,
    });
  });

  it.each([
    ['DynamoDB', () => awsClient(DynamoDBClient)],
    ['SQS', () => awsClient(SQSClient)],
    ['Secrets Manager', () => awsClient(SecretsManagerClient)],
  ])('prepares no log entries for requests to %s', (_, make) => {
    const usual = new DynamoDBClient().middlewareStack.identify();
    expect(usual.some((name) => name.startsWith('loggerMiddleware'))).toBe(true);
    expect(
      make()
        .middlewareStack.identify()
        .some((name) => name.startsWith('loggerMiddleware')),
    ).toBe(false);
  });
});

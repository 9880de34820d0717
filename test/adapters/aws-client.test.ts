import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { awsClient } from '../../functions/adapters/aws-client.ts';
import { answer, scriptedServer } from '../support/scripted-server.ts';

const TRACE = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1';

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

  it("hands the invocation's trace on, so that SQS carries it to whoever receives", async () => {
    const { host, requests } = await scriptedServer((response) => answer(response, 200, {}));
    const environment = {
      AWS_LAMBDA_FUNCTION_NAME: 'rollcall-apply-changes',
      _X_AMZN_TRACE_ID: TRACE,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    };
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const client = awsClient(SQSClient);
    onTestFinished(() => client.destroy());
    await client.send(new SendMessageBatchCommand({ QueueUrl: `${host}/0/queue`, Entries: [] }));
    expect(requests[0]?.headers['x-amzn-trace-id']).toBe(TRACE);
  });

  it('repeats requests as Rollcall wants it, whatever its surroundings say', async () => {
    vi.stubEnv('AWS_RETRY_MODE', 'adaptive');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(awsClient(SQSClient).config).toMatchObject({ retryMode: 'standard' });
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

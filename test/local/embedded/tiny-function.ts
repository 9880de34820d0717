/** The functions `consume` and `tick` of the tiny stack. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';

const sqs = new SQSClient({});

/** The first time, `fail` is reported as failed, and comes again at once; `takeLong` is hidden for a second and takes a while. */
export async function consume(event: SQSEvent): Promise<unknown> {
  console.log(JSON.stringify({ batch: event.Records.map(({ body }) => body) }));
  const firstTime = event.Records.filter(({ attributes }) => attributes.ApproximateReceiveCount === '1');
  const failed = firstTime.filter(({ body }) => body === 'fail');
  const slow = firstTime.filter(({ body }) => body === 'takeLong');
  await Promise.all([...failed.map((record) => hide(record, 0)), ...slow.map((record) => hide(record, 1))]);
  if (slow.length > 0) {
    console.log(JSON.stringify({ begun: 'takeLong' }));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

function hide({ receiptHandle }: SQSRecord, seconds: number): Promise<unknown> {
  const QueueUrl = process.env['QUEUE_URL'];
  const hidden = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
  return sqs.send(new ChangeMessageVisibilityCommand(hidden));
}

/** Writes what it knows about its surroundings into the table. */
export async function tick(event: unknown, context: Context): Promise<void> {
  const secret = await new SecretsManagerClient({}).send(
    new GetSecretValueCommand({ SecretId: process.env['SECRET'] }),
  );
  const { awsRequestId, functionName, invokedFunctionArn, memoryLimitInMB } = context;
  const surroundings = {
    event,
    environment: process.env,
    nodeOptions: process.execArgv,
    secretLength: secret.SecretString?.length,
    context: { awsRequestId, functionName, invokedFunctionArn, memoryLimitInMB },
  };
  await new DynamoDBClient({}).send(
    new PutItemCommand({
      TableName: process.env['TABLE'],
      Item: { pk: { S: 'tick' }, sk: { S: 'last' }, surroundings: { S: JSON.stringify(surroundings) } },
    }),
  );
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { awsClient } from '../adapters/aws-client.ts';
import { SQSChangeQueue } from '../adapters/change-queue.ts';
import { batchResponse, messagesOf } from '../adapters/change-queue-event.ts';
import { systemClock } from '../adapters/clock.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { EventBridgeOutcomeEvents } from '../adapters/outcome-events.ts';
import { DynamoDBRoster } from '../adapters/roster.ts';
import { SecretsManagerSecrets } from '../adapters/secrets.ts';
import { startTelemetry } from '../adapters/telemetry.ts';
import { SunshineVendor } from '../adapters/vendor.ts';
import { ApplyChanges } from '../workflows/apply-changes.ts';
import { readApplyChangesConfig } from './config.ts';

const config = readApplyChangesConfig(process.env);
const secretsManager = awsClient(SecretsManagerClient);
const telemetry = startTelemetry(secretsManager, config.LOG_KEY_SECRET);
const applyChanges = new ApplyChanges(
  {
    roster: new DynamoDBRoster(awsClient(DynamoDBClient), config.ROSTER_TABLE),
    queue: new SQSChangeQueue(awsClient(SQSClient), {
      queueUrl: config.CHANGE_QUEUE_URL,
      deadLetterQueueUrl: config.DEAD_LETTER_QUEUE_URL,
    }),
    secrets: new SecretsManagerSecrets(secretsManager, config.APP_SECRET_PREFIX),
    vendor: new SunshineVendor(),
    events: new EventBridgeOutcomeEvents(),
    telemetry,
    clock: systemClock,
  },
  {
    timings: config.TIMINGS,
    budgetShare: config.BUDGET_SHARE,
    extraHosts: config.EXTRA_HOSTS,
    policy: config.POLICY,
  },
);

/** Consumes the change queue: a FIFO event source that reports batch item failures. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(invocationTelemetry(telemetry))
  .handler(async (event, context) => {
    const toRetry = await applyChanges.apply(messagesOf(event), {
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    return batchResponse(toRetry.keys());
  });

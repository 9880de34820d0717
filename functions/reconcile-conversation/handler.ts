import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { DynamoDBAppRows } from '../adapters/app-rows.ts';
import { awsClient } from '../adapters/aws-client.ts';
import { batchResponse } from '../adapters/change-queue-event.ts';
import { SQSChangeSender } from '../adapters/change-sender.ts';
import { systemClock } from '../adapters/clock.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { EventBridgeOutcomeEvents } from '../adapters/outcome-events.ts';
import { DynamoDBReconcileRoster } from '../adapters/reconcile-roster.ts';
import { SecretsManagerSecrets } from '../adapters/secrets.ts';
import { startTelemetry } from '../adapters/telemetry.ts';
import { SunshineVendor } from '../adapters/vendor.ts';
import { ReconcileConversations } from '../workflows/reconcile-conversations.ts';
import { readReconcileConversationConfig } from './config.ts';

const config = readReconcileConversationConfig(process.env);
const secretsManager = awsClient(SecretsManagerClient);
const telemetry = startTelemetry(secretsManager, config.LOG_KEY_SECRET);
const changeQueue = new SQSChangeSender(awsClient(SQSClient), config.CHANGE_QUEUE_URL);
const dynamoDB = awsClient(DynamoDBClient);
const reconcileConversations = new ReconcileConversations(
  {
    roster: new DynamoDBReconcileRoster(dynamoDB, config.ROSTER_TABLE),
    apps: new DynamoDBAppRows(dynamoDB, config.ROSTER_TABLE),
    corrections: changeQueue,
    changes: changeQueue,
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

/** Consumes the reconcile queue: an event source that reports batch item failures. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(invocationTelemetry(telemetry))
  .handler(async (event, context) => {
    const messages = event.Records.map(({ messageId, body, attributes }) => ({
      messageId,
      body,
      sentAtMs: Number(attributes.SentTimestamp),
      receiveCount: Number(attributes.ApproximateReceiveCount),
    }));
    const toRetry = await reconcileConversations.reconcileAll(messages, {
      remainingMs: () => context.getRemainingTimeInMillis(),
    });
    return batchResponse(toRetry);
  });

import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { awsClient, QUICK } from '../adapters/aws-client.ts';
import { SQSChangeSender } from '../adapters/change-sender.ts';
import { systemClock } from '../adapters/clock.ts';
import { answerOf, requestOf } from '../adapters/http-api-event.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { madeUpLogKey } from '../adapters/log-key.ts';
import { SQSReconcileQueue } from '../adapters/reconcile-queue.ts';
import { standardWebhooks } from '../adapters/standard-webhooks.ts';
import { CloudWatchTelemetry } from '../adapters/telemetry.ts';
import { SecretsManagerProducerSecret, SecretsManagerWebhookSecrets } from '../adapters/webhook-secrets.ts';
import { ReceiveChanges } from '../workflows/receive-changes.ts';
import { receiveRequest } from '../workflows/receive-request.ts';
import { ReceiveWebhook } from '../workflows/receive-webhook.ts';
import { readReceiveWebhookConfig } from './config.ts';

const config = readReceiveWebhookConfig(process.env);
const { cacheMs, answerWithinMs } = config.TIMINGS;
const secretsManager = awsClient(SecretsManagerClient, QUICK);
const sqs = awsClient(SQSClient, QUICK);
// The front door tells of nobody, so it needs no key that its hashes could share with others.
const telemetry = new CloudWatchTelemetry(madeUpLogKey());
const common = { telemetry, clock: systemClock };
const doors = {
  webhook: new ReceiveWebhook(
    {
      secrets: new SecretsManagerWebhookSecrets(secretsManager, config.WEBHOOK_SECRET_PREFIX),
      queue: new SQSReconcileQueue(sqs, config.RECONCILE_QUEUE_URL),
      ...common,
    },
    cacheMs,
  ),
  changes: new ReceiveChanges(
    {
      producers: new SecretsManagerProducerSecret(secretsManager, config.PRODUCERS_SECRET),
      signatures: standardWebhooks,
      sender: new SQSChangeSender(sqs, config.CHANGE_QUEUE_URL),
      ...common,
    },
    cacheMs,
  ),
};

/** Answers the requests of the HTTP API. What could not be done by then is ended, and comes again. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use(invocationTelemetry(telemetry))
  .handler(async (event) => {
    const signal = AbortSignal.timeout(answerWithinMs);
    return answerOf(await receiveRequest(requestOf(event), doors, telemetry, signal));
  });

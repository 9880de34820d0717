import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { awsClient } from '../adapters/aws-client.ts';
import { systemClock } from '../adapters/clock.ts';
import { DynamoDBHeldConversations } from '../adapters/held-conversations.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { madeUpLogKey } from '../adapters/log-key.ts';
import { SQSReconcileQueue } from '../adapters/reconcile-queue.ts';
import { DynamoDBReconcileRoster } from '../adapters/reconcile-roster.ts';
import { CloudWatchTelemetry } from '../adapters/telemetry.ts';
import { planReconciles } from '../workflows/plan-reconciles.ts';
import { tellHeldPlans } from '../workflows/tell-held-plans.ts';
import { readPlanReconcilesConfig } from './config.ts';

const config = readPlanReconcilesConfig(process.env);
// The planner meets no person, so it needs no key that its hashes could share with others.
const telemetry = new CloudWatchTelemetry(madeUpLogKey());
const dynamoDB = awsClient(DynamoDBClient);
const heldPlans = { conversations: new DynamoDBHeldConversations(dynamoDB, config.ROSTER_TABLE), telemetry };
const ports = {
  conversations: new DynamoDBReconcileRoster(dynamoDB, config.ROSTER_TABLE),
  queue: new SQSReconcileQueue(awsClient(SQSClient), config.RECONCILE_QUEUE_URL),
  telemetry,
  clock: systemClock,
};

/** Runs on a schedule, which may fire twice and overlap. */
export const handler = middy<unknown, void>()
  .use(invocationTelemetry(telemetry))
  .handler(async (_event, context) => {
    await planReconciles(ports, config.TIMINGS, { remainingMs: () => context.getRemainingTimeInMillis() });
    await tellHeldPlans(heldPlans);
  });

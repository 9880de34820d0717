import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { awsClient } from '../adapters/aws-client.ts';
import { systemClock } from '../adapters/clock.ts';
import { SQSDeadLetterQueue } from '../adapters/dead-letter-queue.ts';
import { DynamoDBHeldConversations } from '../adapters/held-conversations.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { madeUpLogKey } from '../adapters/log-key.ts';
import { DynamoDBParkedChanges } from '../adapters/parked-changes.ts';
import { SQSReconcileQueue } from '../adapters/reconcile-queue.ts';
import { DynamoDBReconcileRoster } from '../adapters/reconcile-roster.ts';
import { CloudWatchTelemetry } from '../adapters/telemetry.ts';
import { planReconciles } from '../workflows/plan-reconciles.ts';
import { sweepSettled } from '../workflows/sweep-parked.ts';
import { tellHeldPlans } from '../workflows/tell-held-plans.ts';
import { readPlanReconcilesConfig } from './config.ts';

const config = readPlanReconcilesConfig(process.env);
// The planner meets no person, so it needs no key that its hashes could share with others.
const telemetry = new CloudWatchTelemetry(madeUpLogKey());
const dynamoDB = awsClient(DynamoDBClient);
const heldPlans = { conversations: new DynamoDBHeldConversations(dynamoDB, config.ROSTER_TABLE), telemetry };
const sqs = awsClient(SQSClient);
const roster = new DynamoDBReconcileRoster(dynamoDB, config.ROSTER_TABLE);
const ports = {
  conversations: roster,
  queue: new SQSReconcileQueue(sqs, config.RECONCILE_QUEUE_URL),
  telemetry,
  clock: systemClock,
};
const parked = {
  copies: new DynamoDBParkedChanges(dynamoDB, config.ROSTER_TABLE),
  deadLetters: new SQSDeadLetterQueue(sqs, config.DEAD_LETTER_QUEUE_URL),
  roster,
  clock: systemClock,
};

/** Runs on a schedule, which may fire twice and overlap. */
export const handler = middy<unknown, void>()
  .use(invocationTelemetry(telemetry))
  .handler(async (_event, context) => {
    const deadline = { remainingMs: () => context.getRemainingTimeInMillis() };
    await planReconciles(ports, config.TIMINGS, deadline);
    await tellHeldPlans(heldPlans);
    await sweepSettled(parked, deadline);
  });

import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import { DynamoDBAuditLog } from '../adapters/audit-log.ts';
import { awsClient } from '../adapters/aws-client.ts';
import { systemClock } from '../adapters/clock.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { DynamoDBOperatorRoster } from '../adapters/operator-roster.ts';
import { EventBridgeOutcomeEvents } from '../adapters/outcome-events.ts';
import { DynamoDBParkedChanges } from '../adapters/parked-changes.ts';
import { SQSRedriveQueue } from '../adapters/redrive-queue.ts';
import { startTelemetry } from '../adapters/telemetry.ts';
import { themeOf } from '../core/widget/request.ts';
import { actOnWidget } from '../workflows/act-on-widget.ts';
import { readActOnWidgetConfig } from './config.ts';

const config = readActOnWidgetConfig(process.env);
const telemetry = startTelemetry(awsClient(SecretsManagerClient), config.LOG_KEY_SECRET);
const dynamodb = awsClient(DynamoDBClient);
const ports = {
  roster: new DynamoDBOperatorRoster(dynamodb, config.ROSTER_TABLE),
  parked: new DynamoDBParkedChanges(dynamodb, config.ROSTER_TABLE),
  queue: new SQSRedriveQueue(awsClient(SQSClient), config.CHANGE_QUEUE_URL),
  audit: new DynamoDBAuditLog(dynamodb, config.ROSTER_TABLE),
  events: new EventBridgeOutcomeEvents(),
  newId: randomUUID,
  onUnrecorded: (error: unknown) => telemetry.emit({ name: 'fault', where: 'audit', error }),
  telemetry,
  clock: systemClock,
};

/** Does what a button of the widget says, and answers CloudWatch's dashboard with HTML. */
export const handler = middy<unknown, string>()
  .use(invocationTelemetry(telemetry))
  .handler((event, { invokedFunctionArn: actArn, awsRequestId }) => {
    const { SHOW_FUNCTION_ARN: showArn, RUNBOOK_URL: runbookUrl } = config;
    const surroundings = {
      theme: themeOf(event),
      showArn,
      actArn,
      runbookUrl,
    };
    return actOnWidget(event, surroundings, awsRequestId, ports);
  });

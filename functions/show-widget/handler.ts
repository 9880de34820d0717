import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import { DynamoDBAppRows } from '../adapters/app-rows.ts';
import { awsClient } from '../adapters/aws-client.ts';
import { systemClock } from '../adapters/clock.ts';
import { DynamoDBHeldConversations } from '../adapters/held-conversations.ts';
import { invocationTelemetry } from '../adapters/invocation-telemetry.ts';
import { DynamoDBParkedChanges } from '../adapters/parked-changes.ts';
import { DynamoDBRoster } from '../adapters/roster.ts';
import { startTelemetry } from '../adapters/telemetry.ts';
import { themeOf } from '../core/widget/request.ts';
import { showWidget } from '../workflows/show-widget.ts';
import { readShowWidgetConfig } from './config.ts';

const config = readShowWidgetConfig(process.env);
const telemetry = startTelemetry(awsClient(SecretsManagerClient), config.LOG_KEY_SECRET);
const dynamodb = awsClient(DynamoDBClient);
const apps = new DynamoDBAppRows(dynamodb, config.ROSTER_TABLE);
const ports = {
  roster: new DynamoDBRoster(dynamodb, config.ROSTER_TABLE),
  parked: new DynamoDBParkedChanges(dynamodb, config.ROSTER_TABLE),
  held: new DynamoDBHeldConversations(dynamodb, config.ROSTER_TABLE),
  apps: { appIds: async () => (await apps.list()).map(({ row }) => row.appId) },
  telemetry,
  clock: systemClock,
  hashOf: telemetry.hashOf.bind(telemetry),
};

/** Answers CloudWatch's dashboard with HTML. It only looks. */
export const handler = middy<unknown, string>()
  .use(invocationTelemetry(telemetry))
  .handler((event, { invokedFunctionArn: showArn }) => {
    const { ACT_FUNCTION_ARN: actArn, RUNBOOK_URL: runbookUrl } = config;
    const surroundings = {
      theme: themeOf(event),
      showArn,
      ...(actArn !== '' && { actArn }),
      runbookUrl,
    };
    return showWidget(event, surroundings, ports);
  });

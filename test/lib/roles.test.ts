import { describe, expect, it } from 'vitest';
import { mayDo } from './grants.ts';
import { templateOf } from './template.ts';

const template = templateOf();

describe('each role may do what its function does, and nothing else', () => {
  const always = (logs: string) => [
    `logs:CreateLogStream ${logs}`,
    `logs:PutLogEvents ${logs}`,
    'xray:PutTelemetryRecords *',
    'xray:PutTraceSegments *',
  ];
  const appSecrets = 'arn:Partition:secretsmanager:Region:AccountId:secret:rollcall/apps/*';

  it('apply-changes', () => {
    expect(mayDo(template, 'ConsumerApplyChangesRole')).toEqual(
      [
        ...always('ConsumerApplyChangesLogs'),
        'events:PutEvents arn:Partition:events:Region:AccountId:event-bus/default',
        'dynamodb:GetItem RosterTable',
        'dynamodb:PutItem RosterTable',
        'dynamodb:UpdateItem RosterTable',
        'secretsmanager:GetSecretValue CredentialsLogKey',
        `secretsmanager:GetSecretValue ${appSecrets}`,
        'sqs:ChangeMessageVisibility ChangeQueue',
        'sqs:DeleteMessage ChangeQueue',
        'sqs:GetQueueAttributes ChangeQueue',
        'sqs:ReceiveMessage ChangeQueue',
        'sqs:SendMessage ChangeQueueDeadLetterQueue',
      ].sort(),
    );
  });

  it('plan-reconciles', () => {
    expect(mayDo(template, 'ReconcilerPlanReconcilesRole')).toEqual(
      [
        ...always('ReconcilerPlanReconcilesLogs'),
        'dynamodb:GetItem RosterTable',
        'dynamodb:PutItem RosterTable',
        'dynamodb:Query RosterTable/index/held',
        'dynamodb:Query RosterTable/index/worklist',
        'dynamodb:UpdateItem RosterTable',
        'sqs:ReceiveMessage ChangeQueueDeadLetterQueue',
        'sqs:DeleteMessage ChangeQueueDeadLetterQueue',
        'sqs:SendMessage ReconcilerQueue',
      ].sort(),
    );
  });

  it('reconcile-conversation', () => {
    expect(mayDo(template, 'ReconcilerReconcileConversationRole')).toEqual(
      [
        ...always('ReconcilerReconcileConversationLogs'),
        'events:PutEvents arn:Partition:events:Region:AccountId:event-bus/default',
        'dynamodb:GetItem RosterTable',
        'dynamodb:Query RosterTable',
        'dynamodb:Query RosterTable/index/user',
        'dynamodb:UpdateItem RosterTable',
        'secretsmanager:GetSecretValue CredentialsLogKey',
        `secretsmanager:GetSecretValue ${appSecrets}`,
        'sqs:DeleteMessage ReconcilerQueue',
        'sqs:GetQueueAttributes ReconcilerQueue',
        'sqs:ReceiveMessage ReconcilerQueue',
        'sqs:SendMessage ChangeQueue',
      ].sort(),
    );
  });

  it('receive-webhook, which the internet reaches: it reads no table, and no API key', () => {
    expect(mayDo(template, 'WebhookIngressReceiveWebhookRole')).toEqual(
      [
        ...always('WebhookIngressReceiveWebhookLogs'),
        'secretsmanager:GetSecretValue WebhookIngressProducers',
        'secretsmanager:GetSecretValue arn:Partition:secretsmanager:Region:AccountId:secret:rollcall/webhooks/*',
        'sqs:SendMessage ChangeQueue',
        'sqs:SendMessage ReconcilerQueue',
      ].sort(),
    );
  });

  it('show-widget looks, and reads no credential', () => {
    expect(mayDo(template, 'WidgetShowWidgetRole')).toEqual(
      [
        ...always('WidgetShowWidgetLogs'),
        'dynamodb:GetItem RosterTable',
        'dynamodb:Query RosterTable',
        'dynamodb:Query RosterTable/index/held',
        'dynamodb:Query RosterTable/index/worklist',
        'secretsmanager:GetSecretValue CredentialsLogKey',
      ].sort(),
    );
  });

  it('act-on-widget sends and settles', () => {
    expect(mayDo(templateOf({ widgetActions: true }), 'WidgetActOnWidgetRole')).toEqual(
      [
        ...always('WidgetActOnWidgetLogs'),
        'events:PutEvents arn:Partition:events:Region:AccountId:event-bus/default',
        'dynamodb:GetItem RosterTable',
        'dynamodb:PutItem RosterTable',
        'dynamodb:Query RosterTable/index/worklist',
        'dynamodb:UpdateItem RosterTable',
        'secretsmanager:GetSecretValue CredentialsLogKey',
        'sqs:SendMessage ChangeQueue',
      ].sort(),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { brokenTemplate, type Properties } from './broken-template.ts';
import * as checks from './safety-checks.ts';
import { propertiesOf, templateOf } from './template.ts';

const template = templateOf({ widgetActions: true });
const broken = (idPrefix: string, breakIt: (properties: Properties) => void) =>
  brokenTemplate(template, idPrefix, breakIt);

it.each(Object.entries(checks))('the deployed template has no %s', (_, check) => {
  expect(check(template)).toEqual([]);
});

describe('the checks notice', () => {
  it.each(['ChangeQueuePolicy', 'ChangeQueueDeadLetterQueuePolicy', 'OperationsAlarmTopicPolicy'])(
    'that %s lets in what comes without TLS',
    (policy) => {
      const wrong = broken(policy, ({ PolicyDocument }) => {
        for (const statement of PolicyDocument.Statement) statement.Effect = 'Allow';
      });
      expect(checks.doorsWithoutTls(wrong)).toHaveLength(1);
    },
  );

  it('a queue that is not encrypted', () => {
    const wrong = broken('ReconcilerQueue', (queue) => {
      queue.SqsManagedSseEnabled = false;
    });
    expect(checks.queuesInTheClear(wrong)).toHaveLength(1);
  });

  it('a table that cannot be restored, or can be deleted', () => {
    const wrong = broken('RosterTable', ({ Replicas: [replica] }) => {
      replica.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled = false;
      replica.DeletionProtectionEnabled = false;
    });
    expect(checks.tablesThatCanBeLost(wrong)).toHaveLength(2);
  });

  it('logs that are never forgotten', () => {
    const wrong = broken('ConsumerApplyChangesLogs', (logs) => {
      delete logs.RetentionInDays;
    });
    expect(checks.logsKeptForever(wrong)).toHaveLength(1);
  });

  it('two functions with one role', () => {
    const { Role } = propertiesOf(template, 'AWS::Lambda::Function', 'WidgetShowWidget');
    const wrong = broken('WidgetActOnWidget', (lambda) => {
      lambda.Role = Role;
    });
    expect(checks.sharedRoles(wrong)).toHaveLength(1);
  });

  it('a function that the internet reaches without a limit of its own', () => {
    const wrong = broken('WebhookIngressReceiveWebhook', (lambda) => {
      delete lambda.ReservedConcurrentExecutions;
    });
    expect(checks.functionsThatAnybodyMayMultiply(wrong)).toHaveLength(1);
  });
});

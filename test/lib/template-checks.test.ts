import { describe, expect, it } from 'vitest';
import { brokenTemplate, type Properties } from './broken-template.ts';
import { templateOf } from './template.ts';
import * as checks from './template-checks.ts';

const template = templateOf();

const broken = (idPrefix: string, breakIt: (properties: Properties) => void) =>
  brokenTemplate(template, idPrefix, breakIt);

const policyOf = (role: string) => `${role}RoleDefaultPolicy`;

function without(action: string) {
  return (policy: Properties) => {
    for (const statement of policy.PolicyDocument.Statement) {
      statement.Action = [statement.Action].flat().filter((each: string) => each !== action);
    }
  };
}

describe('the deployed template', () => {
  it.each(Object.entries(checks).filter(([name]) => !name.endsWith('Of')))('has no %s', (_, check) => {
    expect(check(template)).toEqual([]);
  });
});

describe('the checks notice', () => {
  it('a dead-letter queue that keeps messages for a shorter time than its source', () => {
    const wrong = broken('ChangeQueueDeadLetterQueue', (queue) => {
      queue.MessageRetentionPeriod -= 1;
    });
    expect(checks.deadLettersThatExpireFirst(wrong)).toHaveLength(1);
  });

  it("a visibility below six times the function's time-out, also once the function's grows", () => {
    const shorter = broken('ReconcilerQueue', (queue) => {
      queue.VisibilityTimeout -= 1;
    });
    const slower = broken('ConsumerApplyChanges', (lambda) => {
      lambda.Timeout += 1;
    });
    expect(checks.visibilitiesThatEndTooSoon(shorter)).toHaveLength(1);
    expect(checks.visibilitiesThatEndTooSoon(slower)).toHaveLength(1);
  });

  it('a queue that parks what was never attempted', () => {
    const wrong = broken('ChangeQueue', (queue) => {
      queue.RedrivePolicy.maxReceiveCount = 0;
    });
    expect(checks.backstopsThatComeTooSoon(wrong)).toHaveLength(1);
  });

  it.each([
    'sqs:ReceiveMessage',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ChangeMessageVisibility',
  ])('a consumer without %s', (action) => {
    const wrong = broken(policyOf('ConsumerApplyChanges'), without(action));
    expect(checks.consumersThatMayNotConsume(wrong)).toEqual([expect.stringContaining(`lacks ${action}`)]);
  });

  it.each<[string, string, string, string]>([
    ['in another namespace', 'rollcall', 'Passes', 'rollcall'],
    ['of another name', 'Rollcall', 'Pass', 'rollcall'],
    ['of another deployment', 'Rollcall', 'Passes', 'staging'],
  ])('an alarm on a metric %s, which no function emits', (_, Namespace, MetricName, Value) => {
    const wrong = broken('OperationsAcredentialisrefused', (alarm) => {
      Object.assign(alarm, { Namespace, MetricName, Dimensions: [{ Name: 'deployment', Value }] });
    });
    expect(checks.metricsThatNobodyEmits(wrong)).toHaveLength(1);
  });

  it('a dashboard that shows a metric which no function emits', () => {
    const wrong = broken('OperationsDashboard', (dashboard) => {
      const [, parts] = dashboard.DashboardBody['Fn::Join'];
      dashboard.DashboardBody['Fn::Join'][1] = parts.map((part: unknown) =>
        typeof part === 'string' ? part.replaceAll('"RunsStopped"', '"RunsEnded"') : part,
      );
    });
    expect(checks.metricsThatNobodyEmits(wrong)).toHaveLength(1);
  });

  it.each([
    ['ANYTHING', '{{resolve:secretsmanager:rollcall/apps/a:SecretString}}'],
    ['LOG_KEY_SECRET', 'aGVsbG8'],
    ['API_TOKEN', 'aGVsbG8'],
  ])('a secret in %s', (name, value) => {
    const wrong = broken('ConsumerApplyChanges', (lambda) => {
      lambda.Environment.Variables[name] = value;
    });
    expect(checks.secretsInEnvironments(wrong)).toHaveLength(1);
  });

  it.each([
    ['sqs:SendMessage', '*'],
    ['dynamodb:*', 'arn:aws:dynamodb:eu-central-1:111111111111:table/roster'],
  ])('a role that may %s on %s', (Action, Resource) => {
    const wrong = broken(policyOf('ReconcilerPlanReconciles'), (policy) => {
      policy.PolicyDocument.Statement.push({ Effect: 'Allow', Action, Resource });
    });
    expect(checks.grantsOnEverything(wrong)).toHaveLength(1);
  });

  it('a FIFO queue for the dead letters of a schedule', () => {
    const wrong = broken('ReconcilerUndeliveredTicks', (queue) => {
      queue.FifoQueue = true;
    });
    expect(checks.schedulesWithFifoDeadLetters(wrong)).toHaveLength(1);
  });
});

import { describe, expect, it } from 'vitest';
import { readApplyChangesConfig } from '../../functions/apply-changes/config.ts';
import { readReconcileConversationConfig } from '../../functions/reconcile-conversation/config.ts';
import { environmentOf, propertiesOf, type Template, templateOf } from './template.ts';

const template = templateOf();

describe("an app's request budget", () => {
  it('is never exceeded by all instances together', () => {
    const changed = templateOf({ consumerConcurrency: 7, reconcileConcurrency: 3, reconcilerShare: 0.3 });
    const consumer = readApplyChangesConfig(environmentOf(changed, 'ConsumerApplyChanges')).BUDGET_SHARE;
    const worker = readReconcileConversationConfig(
      environmentOf(changed, 'ReconcilerReconcileConversation'),
    ).BUDGET_SHARE;
    expect(3 * worker).toBeCloseTo(0.3);
    expect(7 * consumer + 3 * worker).toBeCloseTo(1);
    expect(
      propertiesOf(changed, 'AWS::Lambda::EventSourceMapping', 'ConsumerApplyChangesSource'),
    ).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 7 },
    });
    expect(
      propertiesOf(changed, 'AWS::Lambda::EventSourceMapping', 'ReconcilerReconcileConversationSource'),
    ).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 3 },
    });
  });
});

describe('the stack', () => {
  it('tells operators and producers where everything is', () => {
    expect(Object.keys(template.Outputs).sort()).toEqual([
      'AppSecretPrefix',
      'ChangeQueueUrl',
      'DeadLetterQueueUrl',
      'ProducersSecret',
      'RosterTableName',
      'WebhookSecretPrefix',
      'WebhookUrl',
    ]);
  });

  it('shares no name with another stage in the same account', () => {
    const named = (of: Template) =>
      Object.values(of.Resources).flatMap(({ Properties }) =>
        ['QueueName', 'FunctionName', 'LogGroupName', 'TableName', 'Name', 'RoleName']
          .map((property) => Properties[property])
          .filter((value) => typeof value === 'string'),
      );
    const stage = named(templateOf({ name: 'staging' }));
    expect(stage.length).toBeGreaterThan(5);
    expect(stage.filter((name) => named(template).includes(name))).toEqual([]);
  });
});

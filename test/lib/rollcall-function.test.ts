import { describe, expect, it } from 'vitest';
import { ACT_ON_WIDGET_VARIABLES, readActOnWidgetConfig } from '../../functions/act-on-widget/config.ts';
import { APPLY_CHANGES_VARIABLES, readApplyChangesConfig } from '../../functions/apply-changes/config.ts';
import { PLAN_RECONCILES_VARIABLES } from '../../functions/plan-reconciles/config.ts';
import { RECEIVE_WEBHOOK_VARIABLES } from '../../functions/receive-webhook/config.ts';
import {
  RECONCILE_CONVERSATION_VARIABLES,
  readReconcileConversationConfig,
} from '../../functions/reconcile-conversation/config.ts';
import { readShowWidgetConfig, SHOW_WIDGET_VARIABLES } from '../../functions/show-widget/config.ts';
import { environmentOf, propertiesOf, templateOf } from './template.ts';
import { variablesOf } from './template-checks.ts';

const template = templateOf({ widgetActions: true });

describe('every function', () => {
  const runtime = ['DEPLOYMENT_NAME', 'LOG_LEVEL', 'SERVICE_NAME'];

  it('has exactly the variables that its configuration names', () => {
    const exactly = (...names: string[]) => [...names, ...runtime].sort();
    expect(variablesOf(template)).toEqual({
      'act-on-widget': exactly(...ACT_ON_WIDGET_VARIABLES),
      'apply-changes': exactly(...APPLY_CHANGES_VARIABLES),
      'plan-reconciles': exactly(...PLAN_RECONCILES_VARIABLES),
      'receive-webhook': exactly(...RECEIVE_WEBHOOK_VARIABLES),
      'reconcile-conversation': exactly(...RECONCILE_CONVERSATION_VARIABLES),
      'show-widget': exactly(...SHOW_WIDGET_VARIABLES),
    });
  });

  it('can read them: what the deployment sets arrives', () => {
    const changed = templateOf({
      extraHosts: 'https://proxy.example/sc/',
      retryBaseMs: '250',
      secretPrefix: 'crm',
    });
    const consumer = readApplyChangesConfig(environmentOf(changed, 'ConsumerApplyChanges'));
    expect(consumer).toMatchObject({ APP_SECRET_PREFIX: 'crm', EXTRA_HOSTS: ['https://proxy.example/sc'] });
    expect(consumer.TIMINGS).toMatchObject({ retryBaseMs: 250, retryMaxMs: 60_000 });
    expect(
      readReconcileConversationConfig(environmentOf(changed, 'ReconcilerReconcileConversation')).TIMINGS,
    ).toEqual(consumer.TIMINGS);
  });

  it('of the widget knows the other one, and shows no way to act where the deployment allows none', () => {
    const showing = (of: typeof template) => readShowWidgetConfig(environmentOf(of, 'WidgetShowWidget'));
    expect(showing(template).ACT_FUNCTION_ARN).toMatch(/:function:rollcall-act-on-widget/);
    expect(readActOnWidgetConfig(environmentOf(template, 'WidgetActOnWidget')).SHOW_FUNCTION_ARN).toMatch(
      /:function:rollcall-show-widget/,
    );
    const without = templateOf();
    expect(showing(without).ACT_FUNCTION_ARN).toBe('');
    expect(Object.keys(without.Resources).filter((id) => id.includes('ActOnWidget'))).toEqual([]);
  });

  it('runs on the Node.js that it is developed on, traced, and logs to a group of its own that forgets', () => {
    const lambdas = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
    expect(lambdas).toHaveLength(6);
    for (const { Properties } of lambdas) {
      expect(Properties).toMatchObject({
        Runtime: `nodejs${process.versions.node.split('.')[0]}.x`,
        Architectures: ['arm64'],
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogGroup: { Ref: expect.any(String) } },
      });
    }
    expect(
      new Set(lambdas.map(({ Properties }) => JSON.stringify(Properties['LoggingConfig']))),
    ).toHaveLength(6);
    expect(new Set(lambdas.map(({ Properties }) => JSON.stringify(Properties['Role'])))).toHaveLength(6);
  });
});

describe('each event source', () => {
  it.each(['ConsumerApplyChangesSource', 'ReconcilerReconcileConversationSource'])(
    '%s delivers ten at a time and takes a report of those that failed',
    (source) => {
      expect(propertiesOf(template, 'AWS::Lambda::EventSourceMapping', source)).toMatchObject({
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      });
    },
  );
});

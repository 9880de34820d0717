import { describe, expect, it } from 'vitest';
import { mayDo } from './grants.ts';
import { propertiesOf, templateOf } from './template.ts';

const template = templateOf();

describe('the schedule', () => {
  it('ticks on time, gives up on a tick when the next is due, and may invoke the planner only', () => {
    expect(propertiesOf(template, 'AWS::Scheduler::Schedule', 'ReconcilerSchedule')).toMatchObject({
      ScheduleExpression: 'rate(1 minute)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 60, MaximumRetryAttempts: 2 } },
    });
    expect(
      propertiesOf(template, 'AWS::Lambda::EventInvokeConfig', 'ReconcilerPlanReconcilesEventInvokeConfig'),
    ).toMatchObject({
      MaximumEventAgeInSeconds: 60,
      MaximumRetryAttempts: 0,
    });
    expect(mayDo(template, 'ReconcilerScheduleRole')).toEqual([
      'lambda:InvokeFunction ReconcilerPlanReconciles',
      'sqs:SendMessage ReconcilerUndeliveredTicks',
    ]);
  });

  it('ticks as often as the deployment says', () => {
    expect(
      propertiesOf(templateOf({ scheduleMinutes: 5 }), 'AWS::Scheduler::Schedule', 'ReconcilerSchedule'),
    ).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      Target: { RetryPolicy: { MaximumEventAgeInSeconds: 300 } },
    });
  });
});

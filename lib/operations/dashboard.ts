import { Duration } from 'aws-cdk-lib';
import {
  AlarmStatusWidget,
  Dashboard,
  type IAlarm,
  type IMetric,
  type IWidget,
  MathExpression,
  PeriodOverride,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { MetricName } from '../../functions/core/metrics.ts';
import { ConsoleLinks } from './console-links.ts';
import { rollcallMetric } from './rollcall-metric.ts';
import {
  changesSection,
  functionsSection,
  reconcilesSection,
  vendorSection,
  webhooksSection,
} from './sections.ts';
import { passWindow, type Watched } from './watched.ts';
import { number, WHOLE_WIDTH } from './widgets.ts';

const MINUTE = Duration.minutes(1);

export interface DashboardParts {
  readonly watched: Watched;
  readonly alarms: readonly IAlarm[];
  /** Stand right below the strip of health: what an operator acts with. */
  readonly tools: readonly IWidget[];
}

/** What an operator sees first: a strip of six numbers and the alarms, then a section for each part of the system. */
export function operationsDashboard(scope: Construct, { watched, alarms, tools }: DashboardParts): Dashboard {
  const { config } = watched;
  const links = new ConsoleLinks(scope);
  const dashboard = new Dashboard(scope, 'Dashboard', {
    dashboardName: config.name,
    defaultInterval: Duration.hours(3),
    // Otherwise the console widens periods with the time shown, and "per minute" would be per whatever fits.
    periodOverride: PeriodOverride.INHERIT,
  });
  dashboard.addWidgets(...healthStrip(watched));
  dashboard.addWidgets(
    new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WHOLE_WIDTH, height: 3 }),
  );
  for (const tool of tools) dashboard.addWidgets(tool);
  const sections = [
    changesSection(watched, links),
    vendorSection(watched),
    reconcilesSection(watched, links),
    webhooksSection(watched),
    functionsSection(watched, links),
  ];
  for (const { markdown, widgets } of sections) {
    dashboard.addWidgets(new TextWidget({ markdown, width: WHOLE_WIDTH, height: 2 }));
    dashboard.addWidgets(...widgets);
  }
  return dashboard;
}

/** One row that says whether all is well. */
function healthStrip(watched: Watched): IWidget[] {
  const { config, changes } = watched;
  const metric = (name: MetricName, period: Duration, statistic: 'Sum' | 'Maximum' = 'Sum') =>
    rollcallMetric(config.name, name, { period, statistic });
  const sum = (label: string, period: Duration, usingMetrics: Record<string, IMetric>) =>
    new MathExpression({
      expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`,
      label,
      period,
      usingMetrics,
    });
  const interval = passWindow(config);
  const maximum = { period: MINUTE, statistic: 'Maximum' };
  return [
    number('Settled per minute', [
      sum('changes', MINUTE, {
        applied: metric('ChangesApplied', MINUTE),
        already: metric('ChangesAlready', MINUTE),
        superseded: metric('ChangesSuperseded', MINUTE),
      }),
    ]),
    number('Oldest waiting change', [
      changes.queue.metricApproximateAgeOfOldestMessage({ ...maximum, label: 'on its queue' }),
      rollcallMetric(config.name, 'OldestDeferralMs', {
        period: interval,
        statistic: 'Maximum',
        label: 'deferred (ms)',
      }),
    ]),
    number('Parked', [
      sum('messages', MINUTE, {
        visible: changes.deadLetterQueue.metricApproximateNumberOfMessagesVisible(maximum),
        received: changes.deadLetterQueue.metricApproximateNumberOfMessagesNotVisible(maximum),
      }),
    ]),
    number('Drift in one interval', [
      sum('members', interval, {
        missing: metric('MembersMissing', interval),
        unexpected: metric('MembersUnexpected', interval),
      }),
    ]),
    number('Held plans', [metric('PlansHeld', MINUTE, 'Maximum')]),
    number('Credentials refused', [metric('CredentialProblems', interval)]),
  ];
}

import { Duration } from 'aws-cdk-lib';
import { type IWidget, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../functions/core/metrics.ts';
import { PARK_REASONS, type ParkReason } from '../../functions/core/reasons.ts';
import type { ConsoleLinks } from './console-links.ts';
import { type MetricOptions, rollcallMetric } from './rollcall-metric.ts';
import type { Watched } from './watched.ts';
import { graph } from './widgets.ts';

/** A part of the dashboard under a heading with links to where one would look further. */
export interface Section {
  readonly markdown: string;
  readonly widgets: readonly IWidget[];
}

const FIVE_MINUTES = Duration.minutes(5);
const MAXIMUM = { period: FIVE_MINUTES, statistic: 'Maximum' };

/** Metrics of the deployment by their names, which are also their labels. */
function metricsOf({ config }: Watched) {
  return (names: readonly MetricName[], statistic: NonNullable<MetricOptions['statistic']> = 'Sum') =>
    names.map((label) => rollcallMetric(config.name, label, { period: FIVE_MINUTES, statistic, label }));
}

export function changesSection(watched: Watched, links: ConsoleLinks): Section {
  const metrics = metricsOf(watched);
  const { queue, deadLetterQueue } = watched.changes;
  const reasons = Object.keys(PARK_REASONS) as ParkReason[];
  const [median, slowest] = [metrics(['ChangeAgeMs'], 'p50'), metrics(['ChangeAgeMs'], 'p99')];
  const linked = [
    `[change queue](${links.queue(queue.queueName)})`,
    `[parked](${links.queue(deadLetterQueue.queueName)})`,
    `[roster](${links.table(watched.roster.table.tableName)})`,
    `[saved queries](${links.queries()})`,
    `[traces](${links.traces()})`,
  ];
  return {
    markdown: `## Changes\n${linked.join(' · ')}`,
    widgets: [
      graph(
        'Where changes end',
        metrics(['ChangesApplied', 'ChangesAlready', 'ChangesSuperseded', 'ChangesParked']),
      ),
      graph('On their way', [
        queue.metricApproximateNumberOfMessagesVisible({ ...MAXIMUM, label: 'waiting' }),
        queue.metricApproximateNumberOfMessagesNotVisible({ ...MAXIMUM, label: 'in flight' }),
        ...metrics(['ChangesDeferred', 'ChangesRetried']),
      ]),
      graph('From first send to end (ms): median and 99th percentile', [...median, ...slowest]),
      graph('Parked, by reason', metrics(reasons.map((reason) => `Parked.${reason}` as const)), {
        stacked: true,
      }),
      graph('Waiting for how long (s)', [
        queue.metricApproximateAgeOfOldestMessage({ ...MAXIMUM, label: 'oldest change' }),
        deadLetterQueue.metricApproximateAgeOfOldestMessage({ ...MAXIMUM, label: 'parked longest' }),
      ]),
      graph('Unusual', metrics(['CrashSuspects', 'ForeignGroups', 'Faults'])),
    ],
  };
}

export function vendorSection(watched: Watched): Section {
  const metrics = metricsOf(watched);
  return {
    markdown:
      '## Vendor\nWhich app it is stands in the lines `vendor_call`, `credential_problem` and `breaker_opened`.',
    widgets: [
      graph(
        'Requests',
        metrics(['VendorCalls', 'VendorCallsThrottled', 'VendorCallsUnreachable', 'VendorCallsUnauthorized']),
      ),
      graph('Duration (ms): median and 99th percentile', [
        ...metrics(['VendorCallMs'], 'p50'),
        ...metrics(['VendorCallMs'], 'p99'),
      ]),
      graph('Apps that are out', metrics(['BreakersOpened', 'CredentialProblems'])),
    ],
  };
}

export function reconcilesSection(watched: Watched, links: ConsoleLinks): Section {
  const metrics = metricsOf(watched);
  const { reconcileQueue } = watched;
  return {
    markdown: `## Drift and reconciles\n[reconcile queue](${links.queue(reconcileQueue.queueName)})`,
    widgets: [
      graph('Passes', metrics(['ReconcilesPlanned', 'ConversationsCompared', 'ConversationsNotListed'])),
      graph('Drift found, in members', metrics(['MembersMissing', 'MembersUnexpected', 'RemovalsHeld'])),
      graph(
        'Corrections',
        metrics(['CorrectionsSent', 'CorrectionsApplied', 'CorrectionsDropped', 'CorrectionsFailed']),
      ),
      graph('Held', metrics(['PlansHeld', 'RunsStopped'], 'Maximum')),
      graph('Oldest deferral (ms)', metrics(['OldestDeferralMs'], 'Maximum')),
      graph('Reconcile queue', [
        reconcileQueue.metricApproximateNumberOfMessagesVisible({ ...MAXIMUM, label: 'waiting' }),
        reconcileQueue.metricApproximateAgeOfOldestMessage({ ...MAXIMUM, label: 'oldest (s)' }),
      ]),
    ],
  };
}

export function webhooksSection(watched: Watched): Section {
  const metrics = metricsOf(watched);
  return {
    markdown: '## Webhooks\nWhy a request was turned away stands in the lines `request_refused`.',
    widgets: [
      graph('Taken in', metrics(['WebhooksReceived', 'WebhookEventsQueued', 'WebhooksOfOtherVersions'])),
      graph('Refused', metrics(['Refused.400', 'Refused.401', 'Refused.404', 'Refused.429', 'Refused.503'])),
      graph(
        'Changes of producers',
        metrics(['ProducerChangesQueued', 'ProducerChangesRefused', 'ProducersProblems']),
      ),
    ],
  };
}

export function functionsSection({ config, functions }: Watched, links: ConsoleLinks): Section {
  const lambda = (metricName: string, statistic: string) =>
    functions.map(
      ({ functionName }, index) =>
        new Metric({
          namespace: 'AWS/Lambda',
          metricName,
          dimensionsMap: { FunctionName: functionName },
          statistic,
          period: FIVE_MINUTES,
          label: folders[index] ?? '',
        }),
    );
  const folders = functions.map(({ node }) => node.id);
  const linked = functions.map(({ functionName, node }) => `[${node.id}](${links.logs(functionName)})`);
  return {
    markdown: `## Functions of ${config.name}\nLogs: ${linked.join(' · ')}`,
    widgets: [
      graph('Invocations', lambda('Invocations', 'Sum')),
      graph('Errors', lambda('Errors', 'Sum')),
      graph('Throttled', lambda('Throttles', 'Sum')),
      graph('Duration (ms), 99th percentile', lambda('Duration', 'p99')),
      graph('At once', lambda('ConcurrentExecutions', 'Maximum')),
    ],
  };
}

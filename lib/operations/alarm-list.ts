import { Duration } from 'aws-cdk-lib';
import {
  type IMetric,
  MathExpression,
  Metric,
  type MetricProps,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { MetricName } from '../../functions/core/metrics.ts';
import { type MetricOptions, rollcallMetric } from './rollcall-metric.ts';
import { passWindow, type Watched } from './watched.ts';

export interface AlarmDefinition {
  /** Its heading in the runbook; in lower case and with hyphens also its name. */
  readonly heading: string;
  /** `urgent`: changes are not applied, or will be lost. `today`: it can wait for the morning. */
  readonly severity: 'urgent' | 'today';
  readonly sentence: string;
  readonly metric: IMetric;
  /** Raised when the metric is this or more. */
  readonly threshold: number;
  /** In so many periods in a row; 1 unless told. */
  readonly periods?: number;
  /** No data is no news unless told. */
  readonly missing?: TreatMissingData;
}

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
/** Parked messages are lost after 14 days: this leaves four to act in. */
const PARKED_DAYS = 10;
/** Fewer calls say nothing about a rate. */
const CALLS_MIN = 20;
const ERROR_PERCENT = 25;
/** As often as the vendor tries to deliver one webhook; what merely looks for open doors comes less often. */
const REFUSED_MIN = 5;

/**
 * What an operator must act on. Nothing that heals itself is here: a change that is retried, drift that the next pass
 * repairs, a breaker that closes again.
 */
export function alarmsOf(watched: Watched): readonly AlarmDefinition[] {
  return [
    ...parked(watched),
    ...waiting(watched),
    ...reconciling(watched),
    ...vendor(watched),
    ...door(watched),
    ...functions(watched),
  ];
}

function parked({ changes }: Watched): AlarmDefinition[] {
  const { deadLetterQueue } = changes;
  const maximum = { period: MINUTE, statistic: 'Maximum' };
  return [
    {
      heading: 'Something is parked',
      severity: 'today',
      sentence: 'Changes are parked: they were not applied, and need a decision.',
      // Those that a command has just received count too.
      metric: new MathExpression({
        expression: 'visible + received',
        label: 'parked messages',
        period: MINUTE,
        usingMetrics: {
          visible: deadLetterQueue.metricApproximateNumberOfMessagesVisible(maximum),
          received: deadLetterQueue.metricApproximateNumberOfMessagesNotVisible(maximum),
        },
      }),
      threshold: 1,
      periods: 2,
    },
    {
      heading: 'Parked changes will be lost',
      severity: 'urgent',
      sentence: `A change has been parked for ${PARKED_DAYS} days. SQS deletes it after 14.`,
      // Of a FIFO queue it is the time since the message came onto this very queue, as is what its retention counts.
      metric: deadLetterQueue.metricApproximateAgeOfOldestMessage({ ...maximum, period: FIVE_MINUTES }),
      threshold: Duration.days(PARKED_DAYS).toSeconds(),
    },
  ];
}

function waiting(watched: Watched): AlarmDefinition[] {
  const { config, changes } = watched;
  const age = Duration.minutes(config.alarmAgeMinutes);
  return [
    {
      heading: 'Changes wait too long on their queue',
      severity: 'urgent',
      sentence: `A change has waited on the change queue for ${config.alarmAgeMinutes} minutes: nothing consumes it, or too slowly.`,
      metric: changes.queue.metricApproximateAgeOfOldestMessage({ period: MINUTE, statistic: 'Maximum' }),
      threshold: age.toSeconds(),
      periods: 2,
    },
    {
      heading: 'Changes are deferred for too long',
      severity: 'urgent',
      sentence: `A change has been deferred for ${config.alarmAgeMinutes} minutes: the vendor or a credential of its app is out.`,
      metric: ofPasses('OldestDeferralMs', watched, 'Maximum'),
      threshold: age.toMilliseconds(),
    },
  ];
}

function reconciling(watched: Watched): AlarmDefinition[] {
  const { name } = watched.config;
  const period = passWindow(watched.config);
  return [
    {
      heading: 'No conversation is compared',
      severity: 'urgent',
      sentence:
        'Conversations were due for two reconcile intervals, and none was compared; or the planner does not run.',
      metric: new MathExpression({
        expression: 'IF(planned > 0 AND passes < 1, 1, 0)',
        label: 'due, and not compared',
        period,
        usingMetrics: {
          planned: rollcallMetric(name, 'ReconcilesPlanned', { period }),
          passes: rollcallMetric(name, 'Passes', { period }),
        },
      }),
      threshold: 1,
      periods: 2,
      missing: TreatMissingData.BREACHING,
    },
    {
      heading: 'A plan is held',
      severity: 'today',
      sentence: 'The reconciler would remove more people than its limit allows, and waits for an approval.',
      metric: rollcallMetric(name, 'PlansHeld', { period: MINUTE, statistic: 'Maximum' }),
      threshold: 1,
      periods: 2,
    },
  ];
}

function vendor(watched: Watched): AlarmDefinition[] {
  const metric = (metricName: MetricName) =>
    rollcallMetric(watched.config.name, metricName, { period: FIVE_MINUTES });
  return [
    {
      heading: 'A credential is refused',
      severity: 'urgent',
      sentence:
        'The secret of an app is missing, malformed or refused by the vendor: its changes are deferred.',
      metric: ofPasses('CredentialProblems', watched),
      threshold: 1,
    },
    {
      heading: 'The vendor fails',
      severity: 'today',
      sentence: `At least ${ERROR_PERCENT} % of the requests to the vendor got no answer of its own for 15 minutes.`,
      metric: new MathExpression({
        expression: `IF(calls >= ${CALLS_MIN}, 100 * unreachable / calls, 0)`,
        label: 'failed requests in percent',
        period: FIVE_MINUTES,
        usingMetrics: { calls: metric('VendorCalls'), unreachable: metric('VendorCallsUnreachable') },
      }),
      threshold: ERROR_PERCENT,
      periods: 3,
    },
  ];
}

function door({ config }: Watched): AlarmDefinition[] {
  const period = Duration.minutes(15);
  const refused = (['Refused.401', 'Refused.503'] as const).map((name) =>
    rollcallMetric(config.name, name, { period }),
  );
  return [
    {
      heading: 'Webhooks are refused',
      severity: 'today',
      sentence: `The front door refused ${REFUSED_MIN} requests in 15 minutes: a secret does not fit, or it could not look.`,
      metric: sumOf(refused, 'refused requests', period),
      threshold: REFUSED_MIN,
    },
  ];
}

function functions(watched: Watched): AlarmDefinition[] {
  const faults = rollcallMetric(watched.config.name, 'Faults', { period: FIVE_MINUTES });
  return [
    {
      heading: 'A function fails',
      severity: 'urgent',
      sentence:
        'A function crashed, ran out of time or met something unforeseen, again and again for 15 minutes.',
      metric: sumOf([faults, ...ofFunctions('Errors', watched)], 'errors and faults'),
      threshold: 1,
      periods: 3,
    },
    {
      heading: 'A function is throttled',
      severity: 'urgent',
      sentence:
        'Lambda refused to run a function for 15 minutes: the account is at its limit of concurrent executions.',
      metric: sumOf(ofFunctions('Throttles', watched), 'throttled invocations'),
      threshold: 1,
      periods: 3,
    },
  ];
}

/** Something that passes and calls tell, looked at over one interval. */
function ofPasses(
  metricName: MetricName,
  { config }: Watched,
  statistic: MetricOptions['statistic'] = 'Sum',
) {
  return rollcallMetric(config.name, metricName, { period: passWindow(config), statistic });
}

function ofFunctions(metricName: 'Errors' | 'Throttles', { functions }: Watched): Metric[] {
  return functions.map(({ functionName }) => {
    const about: MetricProps = {
      namespace: 'AWS/Lambda',
      metricName,
      dimensionsMap: { FunctionName: functionName },
    };
    return new Metric({ ...about, statistic: 'Sum', period: FIVE_MINUTES });
  });
}

/** Of metrics that may have nothing to tell for a while. An alarm takes ten at most. */
function sumOf(metrics: readonly Metric[], label: string, period = FIVE_MINUTES): MathExpression {
  const ids = metrics.map((_, index) => `m${index}`);
  return new MathExpression({
    expression: `SUM([${ids.map((id) => `FILL(${id}, 0)`).join(', ')}])`,
    label,
    period,
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
  });
}

import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { type AlarmProperties, alarmsIn, metricsOf } from '../lib/alarms.ts';
import { templateOf } from '../lib/template.ts';

type LogEntry = Readonly<Record<string, unknown>>;

/** The alarm of this name, as the deployment with these settings has it. */
export function alarmNamed(name: string, settings: Readonly<Record<string, unknown>>): AlarmProperties {
  const own = Object.entries(settings).map(([key, value]) => [key.replace('rollcall:', ''), value]);
  const alarm = alarmsIn(templateOf(Object.fromEntries(own))).find(({ AlarmName }) =>
    AlarmName.endsWith(name),
  );
  if (!alarm) throw new Error(`there is no alarm ${name}`);
  return alarm;
}

/**
 * Whether the alarm on one metric would be raised by these lines of the functions' logs, which CloudWatch makes its
 * metrics of, if they were all of the time that it looks back over.
 */
export function isRaised(alarm: AlarmProperties, log: readonly LogEntry[]): boolean {
  const values = log.flatMap((entry) => measured(alarm, entry));
  if (values.length === 0) return alarm.TreatMissingData === 'breaching';
  return statistic(alarm, values) >= alarm.Threshold;
}

/** What SQS calls what CloudWatch shows of a queue. */
const QUEUE_ATTRIBUTES = new Map<string, QueueAttributeName>([
  ['ApproximateNumberOfMessagesVisible', 'ApproximateNumberOfMessages'],
  ['ApproximateNumberOfMessagesNotVisible', 'ApproximateNumberOfMessagesNotVisible'],
]);

/** Whether the alarm on what the dead-letter queue holds would be raised, if its attributes stayed like these. */
export function isRaisedByQueue(
  alarm: AlarmProperties,
  attributes: Partial<Record<QueueAttributeName, string>>,
): boolean {
  const [expression] = alarm.Metrics.flatMap(({ Expression = [] }) => Expression);
  if (expression !== 'visible + received') throw new Error(`cannot calculate ${expression}`);
  const values = metricsOf(alarm).map(({ MetricName, Dimensions }) => {
    const attribute = QUEUE_ATTRIBUTES.get(MetricName);
    if (!attribute || !JSON.stringify(Dimensions).includes('DeadLetter'))
      throw new Error(`cannot look up ${MetricName} of ${JSON.stringify(Dimensions)}`);
    return Number(attributes[attribute]);
  });
  return values.reduce((sum, value) => sum + value, 0) >= alarm.Threshold;
}

function measured({ Namespace, MetricName = '', Dimensions }: AlarmProperties, entry: LogEntry): number[] {
  const about = entry['_aws'] as
    | { CloudWatchMetrics: { Namespace: string; Dimensions: string[][] }[] }
    | undefined;
  const isMeant = about?.CloudWatchMetrics.some(
    (directive) =>
      directive.Namespace === Namespace &&
      JSON.stringify(directive.Dimensions) === JSON.stringify([Dimensions.map(({ Name }) => Name)]),
  );
  if (!isMeant || !Dimensions.every(({ Name, Value }) => entry[Name] === Value)) return [];
  return [entry[MetricName] ?? []].flat().map(Number);
}

function statistic({ Statistic }: AlarmProperties, values: readonly number[]): number {
  switch (Statistic) {
    case 'Sum':
      return values.reduce((sum, value) => sum + value, 0);
    case 'Maximum':
      return Math.max(...values);
    default:
      throw new Error(`the statistic ${Statistic} is not known here`);
  }
}

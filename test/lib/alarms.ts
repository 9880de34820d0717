import * as z from 'zod';
import { resourcesOf, type Template } from './template.ts';

const dimensions = z.array(z.object({ Name: z.string(), Value: z.unknown() })).default([]);
const metricSchema = z.object({
  Namespace: z.string(),
  MetricName: z.string(),
  Dimensions: dimensions,
});
const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.string(),
  AlarmActions: z.array(z.unknown()),
  OKActions: z.array(z.unknown()),
  ...metricSchema.partial().shape,
  Dimensions: dimensions,
  Statistic: z.string().optional(),
  Period: z.number().optional(),
  Metrics: z
    .array(
      z.object({
        Expression: z.string().optional(),
        MetricStat: z.object({ Metric: metricSchema, Period: z.number() }).optional(),
      }),
    )
    .default([]),
  Threshold: z.number(),
  ComparisonOperator: z.literal('GreaterThanOrEqualToThreshold'),
  EvaluationPeriods: z.number(),
  TreatMissingData: z.string(),
});

export type AlarmProperties = z.infer<typeof alarmSchema>;
export type WatchedMetric = z.infer<typeof metricSchema>;

export function alarmsIn(template: Template): AlarmProperties[] {
  return resourcesOf(template, 'AWS::CloudWatch::Alarm', alarmSchema).map(({ properties }) => properties);
}

/** Every metric that an alarm looks at, of an expression all that it is made of. */
export function metricsOf({ Namespace, MetricName, Dimensions, Metrics }: AlarmProperties): WatchedMetric[] {
  const own = Namespace && MetricName ? [{ Namespace, MetricName, Dimensions }] : [];
  return [...own, ...Metrics.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []))];
}

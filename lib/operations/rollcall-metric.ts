import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC_DIMENSION, METRIC_NAMESPACE, type MetricName } from '../../functions/core/metrics.ts';

export interface MetricOptions {
  readonly period: Duration;
  readonly statistic?: 'Sum' | 'Maximum' | 'Average' | 'p50' | 'p99';
  readonly label?: string;
}

/** A metric that the functions of this deployment emit; summed up unless told otherwise. */
export function rollcallMetric(deployment: string, metricName: MetricName, options: MetricOptions): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName,
    dimensionsMap: { [METRIC_DIMENSION]: deployment },
    statistic: options.statistic ?? 'Sum',
    period: options.period,
    ...(options.label !== undefined && { label: options.label }),
  });
}

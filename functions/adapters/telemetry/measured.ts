import {
  METRIC_DIMENSION,
  METRIC_NAMESPACE,
  METRICS,
  type Measurement,
  type MetricName,
} from '../../core/metrics.ts';

/** CloudWatch reads no more values of one metric out of a line; what is more goes into another line. */
const VALUES_MAX = 100;

/**
 * What an invocation measured, in CloudWatch's embedded metric format: a line of the log that CloudWatch makes metrics
 * of. Counts are summed up; of durations each is kept, for their distribution.
 */
export class Measured {
  readonly #deployment: string;
  readonly #counts = new Map<MetricName, number>();
  readonly #durations = new Map<MetricName, number[]>();

  constructor(deployment: string) {
    this.#deployment = deployment;
  }

  add([name, value]: Measurement): void {
    if (METRICS[name].unit === 'Count') {
      this.#counts.set(name, (this.#counts.get(name) ?? 0) + value);
      return;
    }
    const values = this.#durations.get(name);
    if (values) values.push(value);
    else this.#durations.set(name, [value]);
  }

  /** The lines that say it; what is measured from then on goes into later ones. */
  take(nowMs: number): string[] {
    const lines: string[] = [];
    while (this.#counts.size > 0 || this.#durations.size > 0) lines.push(this.#line(nowMs));
    return lines;
  }

  #line(nowMs: number): string {
    const values: [MetricName, number | number[]][] = [...this.#counts];
    this.#counts.clear();
    for (const [name, durations] of this.#durations) {
      values.push([name, durations.splice(0, VALUES_MAX)]);
      if (durations.length === 0) this.#durations.delete(name);
    }
    const Metrics = values.map(([name]) => ({ Name: name, Unit: METRICS[name].unit }));
    const directive = { Namespace: METRIC_NAMESPACE, Dimensions: [[METRIC_DIMENSION]], Metrics };
    return JSON.stringify({
      _aws: { Timestamp: nowMs, CloudWatchMetrics: [directive] },
      [METRIC_DIMENSION]: this.#deployment,
      ...Object.fromEntries(values),
    });
  }
}

import { createHmac, createSecretKey } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RollcallEvent } from '../core/events.ts';
import { type MemberKey, memberText } from '../core/member-key.ts';
import { METRIC_NAMESPACE, METRICS, type MetricName, measurementsOf } from '../core/metrics.ts';
import { readLogKey } from './log-key.ts';
import { fieldsOf, levelOf } from './telemetry/log-line.ts';

type Context = Parameters<Logger['addContext']>[0];

const MEMBER_HASH_LENGTH = 16;

/**
 * Logs and metrics in CloudWatch: a JSON line for each event as it happens, and the metrics of an invocation in one
 * line at its end. Neither says who a person is, nor shows a body or a secret.
 */
export class CloudWatchTelemetry {
  readonly #logger = new Logger();
  readonly #metrics = new Metrics({ namespace: METRIC_NAMESPACE });
  readonly #counts = new Map<MetricName, number>();
  readonly #hash: (key: MemberKey) => string;

  /** @param logKey keys the hashes that stand for people: with the same key a member has the same hash everywhere. */
  constructor(logKey: string | Uint8Array) {
    const secret = createSecretKey(Buffer.from(logKey));
    this.#hash = (key) =>
      createHmac('sha256', secret).update(memberText(key)).digest('hex').slice(0, MEMBER_HASH_LENGTH);
  }

  /** To be called as an invocation begins: its lines then tell which it was. */
  begin(context: Context): void {
    this.#logger.addContext(context);
  }

  emit(event: RollcallEvent): void {
    this.#logger[levelOf(event)](event.name, fieldsOf(event, this.#hash));
    for (const [name, value] of measurementsOf(event)) this.#measure(name, value);
  }

  /** To be called as an invocation ends, however it does. */
  flush(): void {
    for (const [name, sum] of this.#counts) this.#metrics.addMetric(name, 'Count', sum);
    this.#counts.clear();
    if (this.#metrics.hasStoredMetrics()) this.#metrics.publishStoredMetrics();
  }

  /** Counts are summed up; of durations each is kept, for their distribution. */
  #measure(name: MetricName, value: number): void {
    if (METRICS[name].unit === 'Count') this.#counts.set(name, (this.#counts.get(name) ?? 0) + value);
    else this.#metrics.addMetric(name, METRICS[name].unit, value);
  }
}

/** Telemetry with the key of the deployment's hashes, read once in a process. */
export async function startTelemetry(
  client: SecretsManagerClient,
  logKeySecret: string,
): Promise<CloudWatchTelemetry> {
  const { key, problem } = await readLogKey(client, logKeySecret);
  const telemetry = new CloudWatchTelemetry(key);
  if (problem !== undefined) telemetry.emit({ name: 'fault', where: 'log-key', error: problem });
  return telemetry;
}

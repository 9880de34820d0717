import { createHmac, createSecretKey } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import type { RollcallEvent } from '../core/events.ts';
import { type MemberKey, memberText } from '../core/member-key.ts';
import { measurementsOf } from '../core/metrics.ts';
import { readLogKey } from './log-key.ts';
import { LineOutput } from './telemetry/line-output.ts';
import { fieldsOf, type Level, levelOf } from './telemetry/log-line.ts';
import { Measured } from './telemetry/measured.ts';

const MEMBER_HASH_LENGTH = 16;
const LEVELS: readonly string[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'] satisfies ('DEBUG' | Level)[];

/**
 * Logs and metrics in CloudWatch: a JSON line for each event as it happens, and the metrics of an invocation in one
 * line at its end. Neither says who a person is, nor shows a body or a secret.
 */
export class CloudWatchTelemetry {
  readonly #service = process.env['SERVICE_NAME'] ?? 'rollcall';
  readonly #leastLevel = LEVELS.indexOf(process.env['LOG_LEVEL'] ?? 'INFO');
  readonly #output = new LineOutput();
  readonly #measured = new Measured(process.env['DEPLOYMENT_NAME'] ?? 'rollcall');
  readonly #hash: (key: MemberKey) => string;
  #isFirstInvocation = true;
  /** What each line of the present invocation says of its surroundings, as a part of a JSON text. */
  #surroundings: string;

  /** @param logKey keys the hashes that stand for people: with the same key a member has the same hash everywhere. */
  constructor(logKey: string | Uint8Array) {
    this.#surroundings = fragmentOf({ service: this.#service });
    const secret = createSecretKey(Buffer.from(logKey));
    this.#hash = (key) =>
      createHmac('sha256', secret).update(memberText(key)).digest('hex').slice(0, MEMBER_HASH_LENGTH);
  }

  /** To be called as an invocation begins: its lines then tell which it was. */
  begin({ awsRequestId }: Pick<Context, 'awsRequestId'>): void {
    this.#surroundings = fragmentOf({
      service: this.#service,
      cold_start: this.#isFirstInvocation,
      function_request_id: awsRequestId,
      xray_trace_id: traceId(process.env['_X_AMZN_TRACE_ID']),
    });
    this.#isFirstInvocation = false;
  }

  emit(event: RollcallEvent): void {
    const level = levelOf(event);
    if (LEVELS.indexOf(level) >= this.#leastLevel) this.#output.write(this.#line(level, event));
    for (const measurement of measurementsOf(event)) this.#measured.add(measurement);
  }

  /** To be called as an invocation ends, however it does. */
  flush(): void {
    for (const line of this.#measured.take(Date.now())) this.#output.write(line);
    this.#output.flush();
  }

  #line(level: Level, event: RollcallEvent): string {
    const start = `{"level":"${level}","timestamp":"${new Date().toISOString()}"`;
    const fields = fragmentOf({ message: event.name, ...fieldsOf(event, this.#hash) });
    return `${start}${this.#surroundings}${fields}}`;
  }
}

/** An object's JSON text without its braces, after a comma. */
function fragmentOf(fields: object): string {
  return `,${JSON.stringify(fields).slice(1, -1)}`;
}

/** `1-5759e988-bd862e3fe1be46a994272793` of `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=…;Sampled=1`. */
function traceId(header = ''): string | undefined {
  return /(?:^|;)Root=([^;]+)/.exec(header)?.[1];
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

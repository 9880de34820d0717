import { hash } from 'node:crypto';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { Context } from 'aws-lambda';
import type { RollcallEvent } from '../core/events.ts';
import { type MemberKey, memberText } from '../core/member-key.ts';
import { measurementsOf } from '../core/metrics.ts';
import { type LogKey, readLogKey } from './log-key.ts';
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
  /** Absent until the key is there: lines wait for it. */
  #hash: ((key: MemberKey) => string) | undefined;
  #early: { readonly event: RollcallEvent; readonly atMs: number }[] = [];
  #keyed: Promise<void> | undefined;
  #isFirstInvocation = true;
  #written = { atMs: Number.NaN, text: '' };
  /** What each line of the present invocation says of its surroundings, as a part of a JSON text. */
  #surroundings: string;

  /**
   * @param logKey keys the hashes that stand for people: with the same key a member has the same hash everywhere. One
   * that is still being read keeps lines waiting, and nothing else.
   */
  constructor(logKey: string | Uint8Array | Promise<LogKey>) {
    this.#surroundings = fragmentOf({ service: this.#service });
    if (logKey instanceof Promise) this.#keyed = logKey.then((read) => this.#useKey(read));
    else this.#useKey({ key: logKey });
  }

  /** What stands for a member in the logs. */
  async hashOf(key: MemberKey): Promise<string> {
    await this.#keyed;
    return this.#hash?.(key) ?? '';
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
    this.#log(event, Date.now());
    for (const measurement of measurementsOf(event)) this.#measured.add(measurement);
  }

  /** To be called as an invocation ends, however it does. */
  async flush(): Promise<void> {
    if (!this.#hash) await this.#keyed;
    for (const line of this.#measured.take(Date.now())) this.#output.write(line);
    this.#output.flush();
  }

  #useKey({ key, problem }: LogKey): void {
    const prefix = hash('sha256', Buffer.from(key));
    // Not an HMAC, which takes several times as long: nothing can be appended to a hash that is cut this short.
    this.#hash = (member) => hash('sha256', prefix + memberText(member)).slice(0, MEMBER_HASH_LENGTH);
    if (problem !== undefined) this.emit({ name: 'fault', where: 'log-key', error: problem });
    for (const { event, atMs } of this.#early) this.#log(event, atMs);
    this.#early = [];
  }

  /** Many lines are of the same millisecond, and to write it out takes a good part of a line's time. */
  #timestamp(atMs: number): string {
    if (atMs !== this.#written.atMs) this.#written = { atMs, text: new Date(atMs).toISOString() };
    return this.#written.text;
  }

  #log(event: RollcallEvent, atMs: number): void {
    const level = levelOf(event);
    if (LEVELS.indexOf(level) < this.#leastLevel) return;
    if (!this.#hash) {
      this.#early.push({ event, atMs });
      return;
    }
    const start = `{"level":"${level}","message":"${event.name}","timestamp":"${this.#timestamp(atMs)}"`;
    this.#output.write(`${start}${this.#surroundings}${fragmentOf(fieldsOf(event, this.#hash))}}`);
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

/** Telemetry with the key of the deployment's hashes, which is read once in a process. */
export function startTelemetry(client: SecretsManagerClient, logKeySecret: string): CloudWatchTelemetry {
  return new CloudWatchTelemetry(readLogKey(client, logKeySecret));
}

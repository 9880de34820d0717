/** What the fake vendor counts, and the log of its last requests. */
import type { Answer } from './answers.ts';
import type { DeliveryStats } from './deliveries.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { Operation } from './routes.ts';

export interface VendorStats {
  /** Requests that arrived whole, by operation; `other` are those that no operation answers to. */
  readonly requests: Readonly<Record<Operation | 'other', number>>;
  /** Answers sent, by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Faults of the plan and of the `onRequest` hook, by kind. */
  readonly faults: Readonly<Record<FaultKind, number>>;
  /** 429s: faults and rate limits together, and the rate limits' share. */
  readonly throttled: number;
  readonly rateLimited: number;
  /** Requests that met an outage. */
  readonly outages: number;
  /** Requests that changed who takes part. */
  readonly joined: number;
  readonly left: number;
  /** Of these, the ones whose answer never reached the caller: dropped, or the caller had gone. */
  readonly changedUnanswered: number;
  /** Requests in flight now, and the most there ever were at once. */
  readonly inFlight: number;
  readonly inFlightPeak: number;
  /** What became of the events that webhooks asked for. */
  readonly webhooks: DeliveryStats;
}

export interface LogEntry {
  readonly operation: Operation | 'other';
  readonly method: string;
  readonly url: string;
  readonly body: string;
  /** The answer's status, once it is sent. */
  status?: number;
  fault?: FaultKind;
}

export class Statistics {
  readonly #requests = { join: 0, leave: 0, list: 0, webhooks: 0, other: 0 };
  readonly #statuses = new Map<number, number>();
  readonly #faults = { throttle: 0, fail: 0, stall: 0, drop: 0, reset: 0 };
  readonly #log: LogEntry[] = [];
  readonly #logSize: number;
  #logged = 0;
  #rateLimited = 0;
  #outages = 0;
  #changes = { joined: 0, left: 0 };
  #changedUnanswered = 0;
  #inFlight = 0;
  #inFlightPeak = 0;

  constructor(logSize: number) {
    this.#logSize = logSize;
  }

  began(): void {
    this.#inFlight += 1;
    this.#inFlightPeak = Math.max(this.#inFlightPeak, this.#inFlight);
  }

  ended(): void {
    this.#inFlight -= 1;
  }

  arrived(entry: LogEntry): void {
    this.#requests[entry.operation] += 1;
    if (this.#logSize === 0) return;
    this.#log[this.#logged % this.#logSize] = entry;
    this.#logged += 1;
  }

  faulted(cause: 'hook' | 'plan' | 'rateLimit' | 'outage', fault: Fault, entry: LogEntry): void {
    entry.fault = fault.kind;
    if (cause === 'rateLimit') this.#rateLimited += 1;
    else if (cause === 'outage') this.#outages += 1;
    else this.#faults[fault.kind] += 1;
  }

  applied(answer: Answer): void {
    if (answer.changed !== undefined) this.#changes[answer.changed] += 1;
  }

  sent(answer: Answer, entry: LogEntry): void {
    entry.status = answer.status;
    this.#statuses.set(answer.status, (this.#statuses.get(answer.status) ?? 0) + 1);
  }

  unanswered(answer: Answer): void {
    if (answer.changed !== undefined) this.#changedUnanswered += 1;
  }

  snapshot(): Omit<VendorStats, 'webhooks'> {
    return {
      requests: { ...this.#requests },
      statuses: Object.fromEntries(this.#statuses),
      faults: { ...this.#faults },
      throttled: this.#statuses.get(429) ?? 0,
      rateLimited: this.#rateLimited,
      outages: this.#outages,
      ...this.#changes,
      changedUnanswered: this.#changedUnanswered,
      inFlight: this.#inFlight,
      inFlightPeak: this.#inFlightPeak,
    };
  }

  /** The last requests, the oldest first. */
  log(): readonly LogEntry[] {
    const oldest = this.#logged % Math.max(1, this.#logSize);
    return this.#logged <= this.#logSize
      ? [...this.#log]
      : [...this.#log.slice(oldest), ...this.#log.slice(0, oldest)];
  }
}

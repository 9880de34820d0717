import { PATH_ID } from '../core/app.ts';
import { type DoorAnswer, type DoorRequest, type RefusalReason, refusalOf } from '../core/door.ts';
import { batchesOf } from '../core/lanes.ts';
import type { VendorEvent } from '../core/reconcile-message.ts';
import { type EventCounts, readWebhook } from '../core/webhook.ts';
import { isOneOf, readWebhookKey } from '../core/webhook-key.ts';
import { CheckedSecrets } from './checked-secret.ts';
import type { Clock, Telemetry, VendorEventQueue, WebhookSecrets } from './ports.ts';
import { sendLanes } from './send-lanes.ts';

export interface ReceiveWebhookPorts {
  readonly secrets: WebhookSecrets;
  readonly queue: VendorEventQueue;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/**
 * The vendor's door: checks the key, translates the events, puts them on the reconcile queue and answers. It decides
 * nothing. A repeated webhook is sent on once more: what the worker does for an event it does once.
 */
export class ReceiveWebhook {
  readonly #ports: ReceiveWebhookPorts;
  readonly #keys: CheckedSecrets<readonly string[]>;

  constructor(ports: ReceiveWebhookPorts, keepMs: number) {
    this.#ports = ports;
    this.#keys = new CheckedSecrets((appId, signal) => this.#readKeys(appId, signal), keepMs, ports.clock);
  }

  /** @param signal ends what is under way when it is time to answer */
  async receive({ appId, headers, body }: DoorRequest, signal: AbortSignal): Promise<DoorAnswer> {
    if (appId === undefined || !PATH_ID.test(appId)) return this.#refuse('unknown_app');
    const key = headers['x-api-key'];
    if (!key) return this.#refuse('no_key');
    const refusal = await this.#checkKey(appId, key, signal);
    if (refusal) return this.#refuse(refusal, refusal === 'wrong_key' ? appId : undefined);
    const read = body === undefined ? UNREADABLE : readWebhook(body, appId, this.#ports.clock.nowMs());
    switch (read.kind) {
      case 'refused':
        return this.#refuse(read.why, appId);
      case 'other_version':
        this.#ports.telemetry.emit({ name: 'webhook', appId, isOtherVersion: true, queued: 0 });
        return OK;
      case 'read':
        return this.#enqueue(appId, read.events, read.counts, signal);
      default:
        return read satisfies never;
    }
  }

  async #checkKey(appId: string, key: string, signal: AbortSignal): Promise<RefusalReason | undefined> {
    try {
      const checked = await this.#keys.check(appId, (keys) => isOneOf(keys, key) || undefined, signal);
      return REASONS[checked.kind];
    } catch (error) {
      this.#ports.telemetry.emit({ name: 'fault', where: 'webhook-secret', error });
      return 'secrets';
    }
  }

  /** The keys that are right: the current one, and the one before it, which the vendor may still use. */
  async #readKeys(appId: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const texts = await this.#ports.secrets.read(appId, signal);
    if (!texts) return undefined;
    const current = readWebhookKey(texts.current);
    const previous = texts.previous === undefined ? undefined : readWebhookKey(texts.previous);
    if (current !== undefined) return previous === undefined ? [current] : [current, previous];
    const problem = 'the webhook secret must be {"key"}';
    this.#ports.telemetry.emit({ name: 'credential_problem', appId, problem });
    throw new Error(problem);
  }

  async #enqueue(
    appId: string,
    events: readonly VendorEvent[],
    counts: EventCounts,
    signal: AbortSignal,
  ): Promise<DoorAnswer> {
    const { queue, telemetry } = this.#ports;
    const taken = await sendLanes(
      batchesOf(events),
      (some) => queue.sendEvents(some, signal),
      (error) => telemetry.emit({ name: 'fault', where: 'reconcile-queue', error }),
    );
    // Those that were taken come again with the others, and do nothing twice.
    if (taken.size < events.length) return this.#refuse('queue', appId);
    telemetry.emit({ name: 'webhook', appId, isOtherVersion: false, queued: events.length, events: counts });
    return OK;
  }

  /** An app is named only where its secret was read: all else is a stranger's text. */
  #refuse(reason: RefusalReason, appId?: string): DoorAnswer {
    this.#ports.telemetry.emit({ name: 'request_refused', door: 'webhook', reason, appId });
    return refusalOf(reason);
  }
}

const OK: DoorAnswer = { status: 200, body: {} };
const UNREADABLE = { kind: 'refused', why: 'unreadable' } as const;

const REASONS = {
  right: undefined,
  wrong: 'wrong_key',
  noSuchSecret: 'unknown_app',
  tooOften: 'too_often',
} as const;

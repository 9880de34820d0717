/**
 * Delivers events to the webhooks that ask for them, as the vendor does: each request holds some events of one webhook
 * and is tried five times within its window, ever later. Order is not kept, and what has arrived may come again. What
 * still waits when its webhook is deleted is dropped, for all that the documents say.
 */
import type * as z from 'zod';
import { seededRandom } from '../seeded-random.ts';
import type { App } from './app.ts';
import type { VendorEvent } from './events.ts';
import { idSource } from './id-source.ts';
import type { webhookSettingsSchema } from './options.ts';
import { type SentEvent, sentEvent, webhookBody } from './webhook-body.ts';
import { WebhookPosts } from './webhook-post.ts';

/** Events, but for `requests` and `statuses`. */
export interface DeliveryStats {
  /** Events that webhooks asked for, each counted for each of them. */
  readonly events: number;
  readonly delivered: number;
  /** Given up: the endpoint said that it never will take them. */
  readonly refused: number;
  /** Given up after the last try. */
  readonly exhausted: number;
  /** Never delivered: too many were waiting, or the webhook has been deleted. */
  readonly dropped: number;
  /** Delivered once more though they had arrived. */
  readonly repeated: number;
  /** Never sent, while the webhooks were lost. */
  readonly lost: number;
  /** Not decided yet. */
  readonly waiting: number;
  readonly requests: number;
  /** Answers by status; `none` where none came. */
  readonly statuses: Readonly<Record<string, number>>;
  /** The delivered events, by the try that they arrived at: from 1 to 5. */
  readonly deliveredAtTry: Readonly<Record<string, number>>;
}

interface Delivery {
  readonly appId: string;
  readonly webhookId: string;
  readonly events: readonly SentEvent[];
  tries: number;
  isRepeat: boolean;
}

/** Between the tries: ever twice as long, so that the last comes at the end of the window. */
const gapShares = [1 / 15, 2 / 15, 4 / 15, 8 / 15];
const hopeless: ReadonlySet<number> = new Set([400, 401, 403, 404, 406]);
const togetherMost = 10;

export class Deliveries {
  readonly #settings: z.output<typeof webhookSettingsSchema>;
  readonly #appOf: (appId: string) => App | undefined;
  readonly #random: () => number;
  readonly #newEventId = idSource('0006');
  readonly #posts: WebhookPosts;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #gathering = new Map<string, SentEvent[]>();
  readonly #counts = {
    events: 0,
    delivered: 0,
    refused: 0,
    exhausted: 0,
    dropped: 0,
    repeated: 0,
    lost: 0,
    waiting: 0,
    requests: 0,
  };
  readonly #statuses: Record<string, number> = {};
  readonly #deliveredAtTry: Record<string, number> = {};
  /** Events that happen meanwhile are told to nobody, ever. */
  isLosing = false;
  /** No request reaches any endpoint meanwhile. */
  isCutOff = false;
  #isClosed = false;

  constructor(settings: z.output<typeof webhookSettingsSchema>, appOf: (appId: string) => App | undefined) {
    this.#settings = settings;
    this.#posts = new WebhookPosts(settings.sendsAtOnce);
    this.#appOf = appOf;
    this.#random = seededRandom(settings.seed);
  }

  /** Something has happened; whoever asked for it will hear of it. */
  tell(event: VendorEvent): void {
    const asking = this.#appOf(event.appId)?.webhooks.all() ?? [];
    const those = asking.filter(({ triggers }) => triggers.includes(event.type));
    if (those.length === 0 || this.#isClosed) return;
    const sent = sentEvent(event, this.#newEventId(), Date.now());
    for (const { id } of those) this.#gather(event.appId, id, sent);
  }

  stats(): DeliveryStats {
    return {
      ...this.#counts,
      statuses: { ...this.#statuses },
      deliveredAtTry: { ...this.#deliveredAtTry },
    };
  }

  /** Ends at once: what waits is never delivered. */
  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#posts.close();
  }

  #gather(appId: string, webhookId: string, event: SentEvent): void {
    this.#counts.events += 1;
    if (this.isLosing) {
      this.#counts.lost += 1;
      return;
    }
    if (this.#counts.waiting >= this.#settings.waitingMax) {
      this.#counts.dropped += 1;
      return;
    }
    this.#counts.waiting += 1;
    const gathered = this.#gathering.get(webhookId);
    if (gathered && gathered.length < togetherMost) {
      gathered.push(event);
      return;
    }
    const events = [event];
    this.#gathering.set(webhookId, events);
    const { gatherMs, jitterMs } = this.#settings;
    const delayMs = this.#random() * jitterMs;
    this.#after(gatherMs, () => {
      if (this.#gathering.get(webhookId) === events) this.#gathering.delete(webhookId);
      this.#after(delayMs, () => this.#try({ appId, webhookId, events, tries: 0, isRepeat: false }));
    });
  }

  async #try(delivery: Delivery): Promise<void> {
    const { appId, webhookId, events } = delivery;
    const webhook = this.#appOf(appId)?.webhooks.find(webhookId);
    if (!webhook) {
      this.#end(delivery, 'dropped');
      return;
    }
    delivery.tries += 1;
    this.#counts.requests += 1;
    const body = webhookBody(appId, webhookId, events);
    const { target, secret } = webhook;
    const { timeoutMs } = this.#settings;
    const status = this.isCutOff ? undefined : await this.#posts.send(target, secret, body, timeoutMs);
    if (this.#isClosed) return;
    const name = String(status ?? 'none');
    this.#statuses[name] = (this.#statuses[name] ?? 0) + 1;
    this.#settle(delivery, status);
  }

  #settle(delivery: Delivery, status: number | undefined): void {
    if (status !== undefined && status >= 200 && status <= 299) {
      this.#arrived(delivery);
      return;
    }
    const gapShare = gapShares[delivery.tries - 1];
    if (status !== undefined && hopeless.has(status)) this.#end(delivery, 'refused');
    else if (gapShare === undefined) this.#end(delivery, 'exhausted');
    else this.#after(this.#settings.retryWindowMs * gapShare, () => this.#try(delivery));
  }

  #arrived(delivery: Delivery): void {
    const { tries, events } = delivery;
    if (!delivery.isRepeat) this.#deliveredAtTry[tries] = (this.#deliveredAtTry[tries] ?? 0) + events.length;
    this.#end(delivery, delivery.isRepeat ? 'repeated' : 'delivered');
    const { repeatShare, waitingMax } = this.#settings;
    if (delivery.isRepeat || this.#random() >= repeatShare || this.#counts.waiting >= waitingMax) return;
    this.#counts.waiting += delivery.events.length;
    const repeat = { ...delivery, tries: 0, isRepeat: true };
    this.#after(this.#random() * this.#settings.retryWindowMs, () => this.#try(repeat));
  }

  /** A repeat that does not arrive takes nothing away from what has. */
  #end(delivery: Delivery, how: 'delivered' | 'repeated' | 'refused' | 'exhausted' | 'dropped'): void {
    const count = delivery.events.length;
    this.#counts.waiting -= count;
    if (!delivery.isRepeat || how === 'repeated') this.#counts[how] += count;
  }

  #after(delayMs: number, act: () => void | Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void act();
    }, delayMs);
    this.#timers.add(timer);
  }
}

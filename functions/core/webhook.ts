import * as z from 'zod/mini';
import { EVENT_CLASSES, type EventClass } from './event-class.ts';
import { parsedJson } from './json.ts';
import type { VendorEvent } from './reconcile-message.ts';
import { translateEvent } from './webhook-event.ts';

/** How many events of each class a webhook held. */
export type EventCounts = Readonly<Record<EventClass, number>>;

export type WebhookRead =
  | { readonly kind: 'read'; readonly events: readonly VendorEvent[]; readonly counts: EventCounts }
  /** Of a version that is not known here: nothing in it can be understood. */
  | { readonly kind: 'other_version' }
  | { readonly kind: 'refused'; readonly why: 'unreadable' | 'other_app' | 'too_large' };

/** The version that is understood. */
const VERSION = 'v2';
/** More could not be on the queue within the time that the vendor is answered in; it sends a few. */
const EVENTS_MAX = 500;

const envelopeSchema = z.object({
  app: z.object({ id: z.string() }),
  webhook: z.object({ version: z.string() }),
});
const eventsSchema = z.object({ events: z.array(z.unknown()) });

/** Reads the body of a webhook that came for an app. What is no webhook, or another app's, is refused as a whole. */
export function readWebhook(body: string, appId: string, nowMs: number): WebhookRead {
  const value = parsedJson(body);
  const envelope = envelopeSchema.safeParse(value).data;
  if (!envelope) return { kind: 'refused', why: 'unreadable' };
  if (envelope.app.id !== appId) return { kind: 'refused', why: 'other_app' };
  if (envelope.webhook.version !== VERSION) return { kind: 'other_version' };
  const events = eventsSchema.safeParse(value).data?.events;
  if (!events) return { kind: 'refused', why: 'unreadable' };
  if (events.length > EVENTS_MAX) return { kind: 'refused', why: 'too_large' };
  return { kind: 'read', ...translated(events, appId, nowMs) };
}

function translated(values: readonly unknown[], appId: string, nowMs: number) {
  const counts = Object.fromEntries(EVENT_CLASSES.map((each) => [each, 0])) as Record<EventClass, number>;
  const events = new Map<string, VendorEvent>();
  for (const value of values) {
    const { class: eventClass, event } = translateEvent(value, appId, nowMs);
    counts[eventClass] += 1;
    if (event) events.set(event.eventId, event);
  }
  return { events: [...events.values()], counts };
}

import { iso, NOW, SECOND } from './builders.ts';

/*
 * Webhooks as the vendor sends them, with more in them than Rollcall reads.
 */

let events = 0;

/** One of `events`; an override of `undefined` leaves the field out. */
export function webhookEvent(
  type: string,
  payload: Record<string, unknown>,
  overrides: Record<string, unknown> = {},
): Record<string, unknown> {
  events += 1;
  return { id: `event-${events}`, createdAt: iso(NOW - SECOND), type, payload, ...overrides };
}

export const vendorUser = (id: string, overrides: Record<string, unknown> = {}) => ({
  id,
  externalId: `external-${id}`,
  authenticated: true,
  ...overrides,
});

export const conversation = (id: string) => ({
  id,
  type: 'sdkGroup',
  activeSwitchboardIntegration: { id: 's-1', name: 'bot', integrationId: 'i-1', integrationType: 'custom' },
});

export const joinEvent = (userId = 'ann', overrides: Record<string, unknown> = {}) =>
  webhookEvent(
    'conversation:join',
    { conversation: conversation('orders'), user: vendorUser(userId) },
    overrides,
  );

/** The body of a webhook of the app `shop`. */
export function webhookBody(
  eventsOfIt: readonly unknown[],
  overrides: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    app: { id: 'shop' },
    webhook: { id: 'w-1', version: 'v2' },
    events: eventsOfIt,
    ...overrides,
  };
}

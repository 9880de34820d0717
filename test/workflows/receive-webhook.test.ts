import { beforeEach, describe, expect, it } from 'vitest';
import type { DoorRequest } from '../../functions/core/door.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import type { VendorEvent } from '../../functions/core/reconcile-message.ts';
import { ReceiveWebhook } from '../../functions/workflows/receive-webhook.ts';
import { MINUTE, NOW } from '../support/builders.ts';
import { joinEvent, webhookBody } from '../support/webhook-bodies.ts';

const never = new AbortController().signal;
const keyText = (key: string) => JSON.stringify({ key });

let secrets: Map<string, { current: string; previous?: string }>;
let queued: VendorEvent[][];
let told: RollcallEvent[];
let take: (event: VendorEvent) => boolean;
let read: () => void;
let webhooks: ReceiveWebhook;

beforeEach(() => {
  secrets = new Map([['shop', { current: keyText('now'), previous: keyText('before') }]]);
  queued = [];
  told = [];
  take = () => true;
  read = () => {};
  webhooks = new ReceiveWebhook(
    {
      secrets: {
        read: async (appId) => {
          read();
          return secrets.get(appId);
        },
      },
      queue: {
        sendEvents: async (events) => {
          queued.push([...events]);
          return events.map(take);
        },
      },
      telemetry: { emit: (event) => told.push(event) },
      clock: { nowMs: () => NOW, sleep: async () => {}, random: () => 0 },
    },
    5 * MINUTE,
  );
});

function request(overrides: Partial<DoorRequest> = {}): DoorRequest {
  const body = JSON.stringify(webhookBody([joinEvent()]));
  return {
    route: 'POST /sunshine/{appId}',
    appId: 'shop',
    headers: { 'x-api-key': 'now' },
    body,
    bodyBytes: body.length,
    ...overrides,
  };
}

const send = (overrides?: Partial<DoorRequest>) => webhooks.receive(request(overrides), never);
const withKey = (key: string) => send({ headers: { 'x-api-key': key } });

describe('a webhook with the right key', () => {
  it('is on the reconcile queue when it is answered', async () => {
    expect(await send()).toEqual({ status: 200, body: {} });
    expect(queued).toMatchObject([[{ kind: 'hint', appId: 'shop', user: { id: 'ann' } }]]);
    expect(told).toMatchObject([{ name: 'webhook', appId: 'shop', queued: 1, events: { join: 1 } }]);
  });

  it('may still have the key before that one, but none from before both', async () => {
    expect(await withKey('before')).toMatchObject({ status: 200 });
    secrets.set('shop', { current: keyText('next'), previous: keyText('now') });
    expect(await withKey('next')).toMatchObject({ status: 200 });
    expect(await withKey('now')).toMatchObject({ status: 200 });
    expect(await withKey('before')).toMatchObject({ status: 401 });
  });

  it('may hold more events than one request to the queue takes', async () => {
    const body = JSON.stringify(webhookBody(Array.from({ length: 25 }, () => joinEvent())));
    expect(await send({ body })).toMatchObject({ status: 200 });
    expect(queued.map((batch) => batch.length).toSorted()).toEqual([10, 10, 5]);
  });

  it('of a version that is not known is acknowledged and counted', async () => {
    const body = JSON.stringify(webhookBody([], { webhook: { version: 'v3' } }));
    expect(await send({ body })).toMatchObject({ status: 200 });
    expect(told).toEqual([{ name: 'webhook', appId: 'shop', isOtherVersion: true, queued: 0 }]);
  });
});

describe('a webhook is refused', () => {
  it.each([
    ['without a key', { headers: {} }, 401, 'no_key'],
    ['with an empty key', { headers: { 'x-api-key': '' } }, 401, 'no_key'],
    ['with a wrong key', { headers: { 'x-api-key': 'never' } }, 401, 'wrong_key'],
    ['with two keys, one of them right', { headers: { 'x-api-key': 'now,never' } }, 401, 'wrong_key'],
    ['for an app that has none', { appId: 'bank' }, 404, 'unknown_app'],
    ['for what cannot be an app', { appId: '../shop' }, 404, 'unknown_app'],
    ['for no app', { appId: undefined }, 404, 'unknown_app'],
    ['where it is no webhook', { body: '{}' }, 400, 'unreadable'],
    ['where it is no text', { body: undefined }, 400, 'unreadable'],
    [
      "where it is another app's",
      { body: JSON.stringify(webhookBody([], { app: { id: 'bank' } })) },
      400,
      'other_app',
    ],
  ] as const)('%s', async (_, overrides, status, reason) => {
    expect((await send(overrides)).status).toBe(status);
    expect(told).toMatchObject([{ name: 'request_refused', door: 'webhook', reason }]);
    expect(queued).toEqual([]);
  });

  it('before its body is looked at, and nothing that came in is told', async () => {
    await send({ appId: 'ann-smith', headers: { 'x-api-key': 'a-key' }, body: 'a-body' });
    await send({ headers: { 'x-api-key': 'a-key' }, body: 'a-body' });
    expect(JSON.stringify(told)).not.toMatch(/ann-smith|a-key|a-body/);
  });
});

describe('our own trouble is answered with 503, so that the vendor tries again', () => {
  it('where the secret cannot be read', async () => {
    read = () => {
      throw new Error('unreachable');
    };
    expect(await send()).toMatchObject({ status: 503 });
    expect(told).toMatchObject([{ name: 'fault' }, { reason: 'secrets' }]);
  });

  it.each(['abc', '{}', '{"key":""}'])('where the secret is malformed (%j)', async (current) => {
    secrets.set('shop', { current });
    expect(await send()).toMatchObject({ status: 503 });
    expect(told).toMatchObject([{ name: 'credential_problem', appId: 'shop' }, { name: 'fault' }, {}]);
  });

  it('where the queue takes only some of the events: those come twice', async () => {
    const body = JSON.stringify(
      webhookBody(Array.from({ length: 12 }, (_, index) => joinEvent(`u-${index}`))),
    );
    take = (event) => event.kind !== 'hint' || event.user.id !== 'u-11';
    expect(await send({ body })).toMatchObject({ status: 503 });
    take = () => true;
    expect(await send({ body })).toMatchObject({ status: 200 });
  });

  it('where nobody knows whether the queue took them, after all requests have ended', async () => {
    const body = JSON.stringify(webhookBody(Array.from({ length: 12 }, () => joinEvent())));
    take = () => {
      throw new Error('unreachable');
    };
    expect(await send({ body })).toMatchObject({ status: 503 });
    expect(queued).toHaveLength(2);
  });
});

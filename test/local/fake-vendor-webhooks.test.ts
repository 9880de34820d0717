import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import type { WebhookSettings } from '../../local/fake-vendor/options.ts';
import { answer, type Script, scriptedServer } from '../support/scripted-server.ts';
import { ada, bob, cyd, join, leave, list, shop, shopVendor } from './call-fake-vendor.ts';

const TRIGGERS = [
  'conversation:join',
  'conversation:leave',
  'conversation:remove',
  'user:remove',
  'user:merge',
];
const OK: Script = (response) => answer(response, 200, {});

/** A vendor whose app `shop` has a webhook, and who listens to it. */
async function told(script: Script = OK, webhooks: WebhookSettings = {}, triggers: string[] = TRIGGERS) {
  const endpoint = await scriptedServer(script);
  const vendor = await shopVendor({ apps: [shop({ integrations: ['custom'] })], webhooks });
  const target = `${endpoint.host}/sunshine/shop`;
  const flags = { includeFullUser: false, includeFullSource: false };
  const webhook = vendor.world.app('shop').webhooks.create('custom', { target, triggers, ...flags });
  const bodies = () => endpoint.requests.map(({ body }) => JSON.parse(body));
  return { vendor, endpoint, webhook, bodies, events: () => bodies().flatMap(({ events }) => events) };
}

const settled = (vendor: FakeVendor) => expect.poll(() => vendor.stats().webhooks.waiting).toBe(0);
const group = { id: 'group', type: 'sdkGroup' };
const adaUser = { id: ada.userId, externalId: ada.userExternalId, authenticated: true };

describe('a webhook is told', () => {
  test('of a join through the API, in the documented shape, with its secret', async () => {
    const { vendor, endpoint, webhook, bodies } = await told();
    await join(vendor, { userId: ada.userId });
    await settled(vendor);
    expect(endpoint.requests).toMatchObject([
      {
        method: 'POST',
        url: '/sunshine/shop',
        headers: { 'x-api-key': webhook?.secret, 'content-type': 'application/json' },
      },
    ]);
    const id = expect.stringMatching(/^[0-9a-f]{24}$/);
    const createdAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(bodies()).toEqual([
      {
        app: { id: 'shop' },
        webhook: { id: webhook?.id, version: 'v2' },
        events: [
          { id, createdAt, type: 'conversation:join', payload: { conversation: group, user: adaUser } },
        ],
      },
    ]);
  });

  test('of what happens behind the API’s back, several events at once in one request', async () => {
    const { vendor, endpoint, events } = await told();
    vendor.world.join('shop', 'group', { userId: cyd.userId });
    vendor.world.leave('shop', 'group', { userId: cyd.userId });
    await settled(vendor);
    expect(endpoint.requests).toHaveLength(1);
    const payload = { conversation: group, user: { id: cyd.userId, authenticated: false } };
    expect(events()).toMatchObject([
      { type: 'conversation:join', payload },
      { type: 'conversation:leave', payload },
    ]);
    expect(new Set(events().map(({ id }) => id)).size).toBe(2);
  });

  test('only of what it asked for', async () => {
    const { vendor, events } = await told(OK, {}, ['user:remove']);
    vendor.world.join('shop', 'group', { userId: ada.userId });
    vendor.world.removeUser('shop', { userId: ada.userId });
    await settled(vendor);
    expect(events()).toMatchObject([{ type: 'user:remove', payload: { user: adaUser } }]);
  });

  test('that a conversation is gone, with no word of those who took part', async () => {
    const { vendor, events } = await told();
    vendor.world.join('shop', 'group', { userId: ada.userId });
    expect(vendor.world.removeConversation('shop', 'group')).toBe(true);
    expect(vendor.world.removeConversation('shop', 'group')).toBe(false);
    await settled(vendor);
    expect(events().map(({ type }) => type)).toEqual(['conversation:join', 'conversation:remove']);
    expect(events()[1].payload).toEqual({ conversation: group });
    expect((await list(vendor)).status).toBe(404);
  });
});

describe('a user', () => {
  test('who is removed takes part nowhere and is known to nobody', async () => {
    const { vendor } = await told();
    vendor.world.join('shop', 'group', { userId: ada.userId });
    vendor.world.join('shop', 'private', { userId: ada.userId });
    expect(vendor.world.removeUser('shop', { userExternalId: ada.userExternalId })).toBe(true);
    expect(vendor.world.removeUser('shop', { userId: ada.userId })).toBe(false);
    expect(vendor.world.participants('shop', 'private')).toEqual([]);
    const refusal = { status: 404, body: { errors: [{ code: 'user_not_found' }] } };
    expect(await join(vendor, { userId: ada.userId })).toMatchObject(refusal);
    expect(await leave(vendor, { userExternalId: ada.userExternalId })).toMatchObject(refusal);
  });

  test('who is merged into another takes part as the other, once, and is known no more', async () => {
    const { vendor, events } = await told();
    const { world } = vendor;
    for (const who of [cyd, ada]) world.join('shop', 'group', { userId: who.userId });
    const [ofCyd] = world.participants('shop', 'group');
    world.join('shop', 'private', { userId: cyd.userId });
    world.join('shop', 'private', { userId: bob.userId });
    const merge = { surviving: { userId: bob.userId }, discarded: { userId: cyd.userId } };
    world.mergeUsers('shop', merge);
    const bobs = { userId: bob.userId, userExternalId: bob.userExternalId };
    expect(world.participants('shop', 'group')).toMatchObject([
      { ...bobs, id: ofCyd?.id },
      { userId: ada.userId },
    ]);
    expect(world.participants('shop', 'private')).toMatchObject([bobs]);
    expect((await leave(vendor, { userId: cyd.userId })).body).toMatchObject({
      errors: [{ code: 'user_not_found' }],
    });
    expect((await leave(vendor, { userId: bob.userId })).status).toBe(200);
    expect(() => world.mergeUsers('shop', merge)).toThrow('no user');
    await settled(vendor);
    expect(events().find(({ type }) => type === 'user:merge').payload).toEqual({
      mergedUsers: {
        surviving: { id: bob.userId, externalId: bob.userExternalId, authenticated: true },
        discarded: { id: cyd.userId, authenticated: false },
      },
      reason: 'api',
    });
  });

  test('may be merged together with a conversation', async () => {
    const { vendor, events } = await told();
    const { world } = vendor;
    for (const who of [ada, cyd]) world.join('shop', 'private', { userId: who.userId });
    world.join('shop', 'group', { userId: ada.userId });
    world.mergeUsers('shop', {
      surviving: { userId: bob.userId },
      discarded: { userId: cyd.userId },
      conversations: { surviving: 'group', discarded: 'private' },
    });
    expect(world.participants('shop', 'group')).toMatchObject([
      { userId: ada.userId },
      { userId: bob.userId },
    ]);
    expect(world.app('shop').conversations.has('private')).toBe(false);
    await settled(vendor);
    expect(events().at(-1).payload.mergedConversations).toEqual({
      surviving: group,
      discarded: { id: 'private', type: 'personal' },
    });
  });
});

describe('a delivery', () => {
  test('is tried five times, ever later, and then given up', async () => {
    const { vendor, endpoint } = await told((response) => answer(response, 503, {}), { retryWindowMs: 300 });
    const atMs: number[] = [];
    endpoint.server.on('request', () => atMs.push(performance.now()));
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({
      events: 1,
      delivered: 0,
      exhausted: 1,
      requests: 5,
      statuses: { 503: 5 },
    });
    const gaps = atMs.slice(1).map((at, index) => at - (atMs[index] ?? 0));
    for (const [index, least] of [20, 40, 80, 160].entries()) expect(gaps[index]).toBeGreaterThan(least - 5);
  });

  test('arrives at an endpoint that is down for three tries', async () => {
    const { vendor, events } = await told(
      (response, _, count) => {
        if (count <= 3) response.destroy();
        else answer(response, 200, {});
      },
      { retryWindowMs: 75 },
    );
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({
      delivered: 1,
      deliveredAtTry: { 4: 1 },
      statuses: { none: 3, 200: 1 },
    });
    expect(new Set(events().map(({ id }) => id)).size).toBe(1);
  });

  test.each([400, 401, 403, 404, 406])('that is answered %d is never tried again', async (status) => {
    const { vendor } = await told((response) => answer(response, status, {}), { retryWindowMs: 15 });
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({ refused: 1, requests: 1 });
  });

  test.each([301, 429, 500])('that is answered %d is', async (status) => {
    const { vendor } = await told((response, _, count) => answer(response, count === 1 ? status : 200, {}), {
      retryWindowMs: 15,
    });
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({ delivered: 1, requests: 2 });
  });

  test('that is not answered in time is tried again', async () => {
    const { vendor } = await told((response, _, count) => void (count > 1 && answer(response, 200, {})), {
      retryWindowMs: 15,
      timeoutMs: 50,
    });
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({ delivered: 1, statuses: { none: 1, 200: 1 } });
  });

  test('may be overtaken, and may come again', async () => {
    const { vendor, events } = await told(OK, { jitterMs: 100, repeatShare: 1, retryWindowMs: 100 });
    for (let n = 0; n < 8; n += 1) {
      const who = { userId: ada.userId };
      if (n % 2 === 0) vendor.world.join('shop', 'group', who);
      else vendor.world.leave('shop', 'group', who);
      await sleep(8);
    }
    await settled(vendor);
    const ids = events().map(({ id }) => id);
    const firsts = [...new Set(ids)];
    expect(firsts).toHaveLength(8);
    expect(firsts).not.toEqual(firsts.toSorted());
    expect(ids).toHaveLength(16);
    expect(vendor.stats().webhooks).toMatchObject({ delivered: 8, repeated: 8 });
  });

  test('is dropped with its webhook', async () => {
    const { vendor, webhook } = await told((response) => answer(response, 503, {}), { retryWindowMs: 3_000 });
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await expect.poll(() => vendor.stats().webhooks.requests).toBe(1);
    vendor.world.app('shop').webhooks.delete('custom', webhook?.id ?? '');
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({ dropped: 1, requests: 1 });
  });

  test('does not wait beside more than a set number of others', async () => {
    const { vendor } = await told((response) => answer(response, 503, {}), { waitingMax: 3 });
    for (const who of [ada, bob, cyd]) vendor.world.join('shop', 'group', { userId: who.userId });
    vendor.world.leave('shop', 'group', { userId: ada.userId });
    expect(vendor.stats().webhooks).toMatchObject({ events: 4, waiting: 3, dropped: 1 });
  });

  test('is lost, or cut off for a while, if the vendor is told to', async () => {
    const { vendor, events } = await told(OK, { retryWindowMs: 150 });
    vendor.setWebhookTrouble('lost');
    vendor.world.join('shop', 'group', { userId: ada.userId });
    vendor.setWebhookTrouble('cutOff');
    vendor.world.join('shop', 'group', { userId: bob.userId });
    await expect.poll(() => vendor.stats().webhooks.requests, { interval: 5 }).toBe(3);
    vendor.setWebhookTrouble(undefined);
    await settled(vendor);
    expect(events().map(({ payload }) => payload.user.id)).toEqual([bob.userId]);
    expect(vendor.stats().webhooks).toMatchObject({ lost: 1, delivered: 1, deliveredAtTry: { 4: 1 } });
  });

  test('goes to this machine only', async () => {
    const { vendor, webhook } = await told(OK, { retryWindowMs: 15 });
    const { webhooks } = vendor.world.app('shop');
    if (webhook) webhooks.update('custom', webhook, { target: 'https://example.com/sunshine/shop' });
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await settled(vendor);
    expect(vendor.stats().webhooks).toMatchObject({ exhausted: 1, statuses: { none: 5 } });
  });

  test('does not keep the vendor from closing at once', async () => {
    const { vendor, endpoint } = await told(() => {});
    vendor.world.join('shop', 'group', { userId: ada.userId });
    await expect.poll(() => endpoint.requests.length).toBe(1);
    const startedMs = performance.now();
    await vendor.close();
    expect(performance.now() - startedMs).toBeLessThan(500);
  });
});

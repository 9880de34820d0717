import { describe, expect, test } from 'vitest';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import { basic, error, shop, shopVendor } from './call-fake-vendor.ts';

const APPS = [
  shop({
    keys: [
      { keyId: 'app_1', secret: 's3cret' },
      { keyId: 'int_1', secret: 'ours', integrationId: 'custom' },
    ],
    tokens: ['ready-made'],
    integrations: ['custom', 'another'],
  }),
];
const FIELDS = { target: 'https://example.com/callback', triggers: ['conversation:join'] };

async function ask(
  vendor: FakeVendor,
  method: string,
  path: string,
  { body, authorization = basic('app_1', 's3cret') }: { body?: unknown; authorization?: string } = {},
) {
  const response = await fetch(`${vendor.url}/v2/apps/shop/integrations/${path}`, {
    method,
    headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: whatever it is, the tests look into it
  return { status: response.status, body: (await response.json()) as any };
}

const vendorOfShop = () => shopVendor({ apps: APPS });

describe('the webhooks API', () => {
  test('creates, shows, changes and deletes', async () => {
    const vendor = await vendorOfShop();
    const created = await ask(vendor, 'POST', 'custom/webhooks', { body: FIELDS });
    const webhook = {
      ...FIELDS,
      id: expect.stringMatching(/^[0-9a-f]{24}$/),
      version: 'v2',
      secret: expect.stringMatching(/^[0-9a-f]{32}$/),
      includeFullUser: false,
      includeFullSource: false,
    };
    expect(created).toEqual({ status: 201, body: { webhook } });
    const path = `custom/webhooks/${created.body.webhook.id}`;
    expect(await ask(vendor, 'GET', path)).toEqual({ status: 200, body: created.body });
    expect(await ask(vendor, 'GET', 'custom/webhooks')).toEqual({
      status: 200,
      body: { webhooks: [created.body.webhook] },
    });
    const triggers = ['user:merge', 'user:remove'];
    const changed = { webhook: { ...created.body.webhook, triggers } };
    expect(await ask(vendor, 'PATCH', path, { body: { triggers } })).toEqual({ status: 200, body: changed });
    expect(await ask(vendor, 'DELETE', path)).toEqual({ status: 200, body: {} });
    expect(await ask(vendor, 'GET', path)).toEqual({
      status: 404,
      body: error('not_found', 'Resource not found'),
    });
    expect(vendor.stats().requests.webhooks).toBe(6);
  });

  test.each([
    ['nothing', undefined],
    ['no triggers', { target: FIELDS.target }],
    ['an empty list of triggers', { ...FIELDS, triggers: [] }],
    ['a target that is no URL', { ...FIELDS, target: 'example.com' }],
    ['a flag that is none', { ...FIELDS, includeFullUser: 'yes' }],
  ])('refuses to create one of %s', async (_, body) => {
    const reply = await ask(await vendorOfShop(), 'POST', 'custom/webhooks', { body });
    expect(reply.status).toBe(400);
    expect(reply.body.errors[0]).toMatchObject({ code: 'bad_request' });
  });

  test('gives an app ten at most', async () => {
    const vendor = await vendorOfShop();
    for (let n = 0; n < 10; n += 1)
      expect((await ask(vendor, 'POST', 'custom/webhooks', { body: FIELDS })).status).toBe(201);
    expect((await ask(vendor, 'POST', 'another/webhooks', { body: FIELDS })).status).toBe(400);
  });

  test('knows no integration that there is not, and no method that there is not', async () => {
    const vendor = await vendorOfShop();
    const unknown = { status: 404, body: error('integration_not_found', 'Integration not found') };
    expect(await ask(vendor, 'GET', 'nowhere/webhooks')).toEqual(unknown);
    expect((await ask(vendor, 'PUT', 'custom/webhooks', { body: FIELDS })).status).toBe(404);
    expect((await ask(vendor, 'DELETE', 'custom/webhooks')).status).toBe(404);
  });

  test.each([
    ['an integration’s key means its own', basic('int_1', 'ours'), 200],
    ['a token means that of whoever it was issued to', 'Bearer ready-made', 200],
    ['an app’s key means none', basic('app_1', 's3cret'), 404],
    ['a wrong key means nothing', basic('int_1', 'theirs'), 401],
  ])('by "me" %s', async (_, authorization, status) => {
    expect((await ask(await vendorOfShop(), 'GET', 'me/webhooks', { authorization })).status).toBe(status);
  });

  test('shows an integration no other’s', async () => {
    const vendor = await vendorOfShop();
    const authorization = basic('int_1', 'ours');
    await ask(vendor, 'POST', 'me/webhooks', { body: FIELDS, authorization });
    expect((await ask(vendor, 'GET', 'custom/webhooks')).body.webhooks).toHaveLength(1);
    expect((await ask(vendor, 'GET', 'another/webhooks', { authorization })).status).toBe(403);
  });

  test('is out with its app', async () => {
    const vendor = await vendorOfShop();
    vendor.setOutage('shop', 'refuse');
    const response = await fetch(`${vendor.url}/v2/apps/shop/integrations/custom/webhooks`);
    expect(response.status).toBe(503);
  });
});

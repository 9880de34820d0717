import { createHmac } from 'node:crypto';
import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { basic, error, list, shop, shopVendor } from './call-fake-vendor.ts';

const nowSeconds = Math.floor(Date.now() / 1000);

const jwt = async (
  claims: object = { scope: 'app' },
  { kid = 'app_1', secret = 's3cret', alg = 'HS256' } = {},
): Promise<string> =>
  `Bearer ${await new SignJWT({ ...claims }).setProtectedHeader({ alg, kid }).sign(Buffer.from(secret))}`;

const apps = [
  shop({
    keys: [
      { keyId: 'app_1', secret: 's3cret' },
      { keyId: 'act_1', secret: 'a:b' },
      { keyId: 'app_weak', secret: 'weak', scope: 'user' },
    ],
    tokens: ['ready-made'],
  }),
  { appId: 'other', keys: [{ keyId: 'app_other', secret: 'other' }] },
];

async function statusOf(authorization: string, app = 'shop'): Promise<number> {
  const vendor = await shopVendor({ apps });
  return (await list(vendor, '', { authorization, app })).status;
}

test.each([
  ['an app key', basic('app_1', 's3cret'), 200],
  ['an account key whose secret holds a colon', basic('act_1', 'a:b'), 200],
  ['a scheme in lower case', basic('app_1', 's3cret').replace('Basic', 'basic'), 200],
  ['a wrong secret', basic('app_1', 'wrong'), 401],
  ['an unknown key', basic('app_2', 's3cret'), 401],
  ['no colon', `Basic ${Buffer.from('app_1').toString('base64')}`, 401],
  ['a key without the scope', basic('app_weak', 'weak'), 403],
  ['a key of another app', basic('app_other', 'other'), 403],
  ['a token issued elsewhere', 'Bearer ready-made', 200],
  ['an unknown token', 'Bearer made-up', 401],
  ['another scheme', 'Digest app_1', 401],
  ['nothing', '', 401],
])('%s', async (_, authorization, status) => {
  expect(await statusOf(authorization)).toBe(status);
});

test.each([
  ['a JWT of an app key', jwt(), 200],
  ['a JWT of an account key', jwt({ scope: 'account' }, { kid: 'act_1', secret: 'a:b' }), 200],
  ['a JWT that expires later', jwt({ scope: 'app', exp: nowSeconds + 60 }), 200],
  ['an expired JWT', jwt({ scope: 'app', exp: nowSeconds - 1 }), 401],
  ['an expiry that is no number', jwt({ scope: 'app', exp: 'never' }), 401],
  ['a JWT signed with another secret', jwt(undefined, { secret: 'wrong' }), 401],
  ['a JWT of an unknown key', jwt(undefined, { kid: 'app_2' }), 401],
  ['another algorithm', jwt(undefined, { alg: 'HS512' }), 401],
  ['a JWT without a scope', jwt({}), 401],
  ['a scope that is not the key’s', jwt({ scope: 'account' }), 403],
  ['a scope that may not call', jwt({ scope: 'user' }, { kid: 'app_weak', secret: 'weak' }), 403],
  ['a fourth part', jwt().then((token) => `${token}.x`), 401],
])('%s', async (_, authorization, status) => {
  expect(await statusOf(await authorization)).toBe(status);
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

test('an unsigned JWT is refused', async () => {
  expect(await statusOf(`Bearer ${part({ alg: 'none', kid: 'app_1' })}.${part({ scope: 'app' })}.`)).toBe(
    401,
  );
});

test('a JWT that names another algorithm than it is signed with is refused', async () => {
  const signed = `${part({ alg: 'none', kid: 'app_1' })}.${part({ scope: 'app' })}`;
  const signature = createHmac('sha256', 's3cret').update(signed).digest('base64url');
  expect(await statusOf(`Bearer ${signed}.${signature}`)).toBe(401);
});

test('the refusals have the vendor’s shape', async () => {
  const vendor = await shopVendor({ apps });
  expect((await list(vendor, '', { authorization: 'none' })).body).toEqual(
    error('unauthorized', 'Authorization is required'),
  );
  expect((await list(vendor, '', { authorization: basic('app_weak', 'weak') })).body).toEqual(
    error('forbidden', 'Forbidden'),
  );
});

test('an unknown app is told only to those who are known', async () => {
  expect(await statusOf(basic('app_1', 's3cret'), 'nowhere')).toBe(404);
  expect(await statusOf(basic('app_1', 'wrong'), 'nowhere')).toBe(401);
});

test('credentials come and go while the vendor runs', async () => {
  const vendor = await shopVendor();
  const { credentials } = vendor.world.app('shop');
  const old = { authorization: basic('app_1', 's3cret') };
  const fresh = { authorization: basic('app_2', 'fresh') };
  const statuses = async (): Promise<number[]> => [
    (await list(vendor, '', old)).status,
    (await list(vendor, '', fresh)).status,
  ];
  credentials.addKey({ keyId: 'app_2', secret: 'fresh' });
  expect(await statuses()).toEqual([200, 200]);
  credentials.revokeKey('app_1');
  expect(await statuses()).toEqual([401, 200]);

  const token = { authorization: 'Bearer later' };
  expect((await list(vendor, '', token)).status).toBe(401);
  credentials.addToken('later');
  expect((await list(vendor, '', token)).status).toBe(200);
  credentials.revokeToken('later');
  expect((await list(vendor, '', token)).status).toBe(401);
});

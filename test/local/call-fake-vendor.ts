/** A fake vendor with one small app, and plain HTTP calls to it. */
import { onTestFinished } from 'vitest';
import type { FakeVendor, FakeVendorOptions } from '../../local/fake-vendor/fake-vendor.ts';
import type { AppSeed } from '../../local/fake-vendor/options.ts';
import { startFakeVendor } from '../../local/fake-vendor/server.ts';

export const basic = (keyId: string, secret: string): string =>
  `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;

export const ada = { userId: 'aaaaaaaaaaaaaaaaaaaaaaaa', userExternalId: 'ada@example.com' };
export const bob = { userId: 'bbbbbbbbbbbbbbbbbbbbbbbb', userExternalId: 'bob@example.com' };
export const cyd = { userId: 'cccccccccccccccccccccccc' };

/** The app `shop`, with three users and the conversations `group`, empty, and `private`. */
export const shop = (overrides: Partial<AppSeed> = {}): AppSeed => ({
  appId: 'shop',
  keys: [{ keyId: 'app_1', secret: 's3cret' }],
  users: [ada, bob, cyd],
  conversations: [{ conversationId: 'group' }, { conversationId: 'private', type: 'personal' }],
  ...overrides,
});

/** A vendor with the app `shop`, closed when the test ends. */
export async function shopVendor(options: FakeVendorOptions = {}): Promise<FakeVendor> {
  const vendor = await startFakeVendor({ apps: [shop()], ...options });
  onTestFinished(() => vendor.close());
  return vendor;
}

export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

interface Request {
  readonly base?: string;
  readonly app?: string;
  readonly conversation?: string;
  readonly authorization?: string;
  readonly signal?: AbortSignal;
}

export async function send(
  vendor: FakeVendor,
  last: string,
  body: unknown,
  { base = '/v2', app = 'shop', conversation = 'group', authorization, signal }: Request = {},
): Promise<Reply> {
  const response = await fetch(`${vendor.url}${base}/apps/${app}/conversations/${conversation}/${last}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: authorization ?? basic('app_1', 's3cret'),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
}

export const join = (vendor: FakeVendor, who: object, request?: Request): Promise<Reply> =>
  send(vendor, 'join', { ...who, subscribeSDKClient: false }, request);

export const leave = (vendor: FakeVendor, who: object, request?: Request): Promise<Reply> =>
  send(vendor, 'leave', who, request);

export const list = (vendor: FakeVendor, query = '', request?: Request): Promise<Reply> =>
  send(vendor, `participants${query}`, undefined, request);

export const error = (code: string, ...titles: string[]): { errors: { code: string; title: string }[] } => ({
  errors: titles.map((title) => ({ code, title })),
});

/** The ids of the users who take part in the conversation `group`. */
export const present = (vendor: FakeVendor): string[] =>
  vendor.world.participants('shop', 'group').map((participant) => participant.userId);

import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SunshineVendor } from '../../functions/adapters/vendor.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Vendor } from '../../functions/workflows/ports.ts';
import { conversationKey, memberKey } from '../support/builders.ts';
import { answer, type RecordedRequest, type Script, scriptedServer } from '../support/scripted-server.ts';

const TIMEOUT_MS = 2_000;

async function vendorAgainst(script: Script) {
  const server = await scriptedServer(script);
  const vendor = new SunshineVendor();
  onTestFinished(() => vendor.close());
  const credential: Credential = { host: server.host, auth: { keyId: 'app_key', secret: 'first' } };
  return { ...server, vendor, port: vendor as Vendor, credential };
}

const joined: Script = (response) => answer(response, 201, { participant: { id: 'p-1', userId: 'ann' } });
const left: Script = (response) => answer(response, 200, {});
const error = (status: number, code: string, title = ''): Script => {
  return (response) => answer(response, status, { errors: [{ code, title }] }, { 'x-request-id': 'r-1' });
};

describe('a join', () => {
  it('names the member by the id of its kind and always says whether to subscribe', async () => {
    const { port, credential, requests } = await vendorAgainst(joined);
    const external = memberKey({ idKind: 'userExternalId', memberId: '../ü' });
    expect(await port.join(credential, memberKey(), false, TIMEOUT_MS)).toEqual({
      result: { kind: 'applied', participantId: 'p-1' },
    });
    await port.join(credential, external, true, TIMEOUT_MS);
    expect(requests.map(({ url, body }) => [url, JSON.parse(body)])).toEqual([
      ['/v2/apps/shop/conversations/orders/join', { userId: 'ann', subscribeSDKClient: false }],
      ['/v2/apps/shop/conversations/orders/join', { userExternalId: '../ü', subscribeSDKClient: true }],
    ]);
  });

  it.each<[string, Script, object]>([
    ['an unknown conversation', error(404, 'conversation_not_found'), { kind: 'gone', what: 'conversation' }],
    ['an unknown user', error(404, 'user_not_found'), { kind: 'gone', what: 'user' }],
    [
      'a full conversation',
      error(400, 'bad_request', 'Too many participants'),
      { kind: 'rejected', reason: 'full' },
    ],
    ['a refused credential', error(401, 'unauthorized'), { kind: 'unauthorized', status: 401 }],
    [
      'too many requests',
      (response) => answer(response, 429, 'slow', { 'retry-after': '3' }),
      {
        kind: 'throttled',
        retryAfterMs: 3_000,
      },
    ],
    [
      'a fault of the vendor',
      error(503, 'unavailable'),
      { kind: 'unreachable', mayHaveBeenApplied: true, status: 503 },
    ],
    ['a cut connection', (response) => response.destroy(), { kind: 'unreachable', mayHaveBeenApplied: true }],
    [
      'an answer of somebody else',
      (response) => answer(response, 201, {}),
      {
        kind: 'unreachable',
        status: 201,
      },
    ],
  ])('that meets %s gives what that means', async (_, script, result) => {
    const { port, credential } = await vendorAgainst(script);
    const answered = await port.join(credential, memberKey(), false, TIMEOUT_MS);
    expect(answered.result).toMatchObject(result);
  });

  it("carries the vendor's id of a request that did not succeed", async () => {
    const { port, credential } = await vendorAgainst(error(404, 'user_not_found'));
    const answered = await port.join(credential, memberKey(), false, TIMEOUT_MS);
    expect(answered.vendorRequestId).toBe('r-1');
  });

  it('is given up when its time is over', async () => {
    const { port, credential } = await vendorAgainst(() => {});
    const answered = await port.join(credential, memberKey(), false, 50.5);
    expect(answered.result).toEqual({ kind: 'unreachable', mayHaveBeenApplied: true });
  });
});

describe('a leave', () => {
  it('names the member and is applied', async () => {
    const { port, credential, requests } = await vendorAgainst(left);
    const answered = await port.leave(credential, memberKey(), TIMEOUT_MS);
    expect(answered).toEqual({ result: { kind: 'applied' } });
    expect(requests[0]?.url).toBe('/v2/apps/shop/conversations/orders/leave');
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ userId: 'ann' });
  });

  it('of somebody who is not there is already so', async () => {
    const title = 'User is not a member of the conversation';
    const { port, credential } = await vendorAgainst(error(404, 'not_found', title));
    expect((await port.leave(credential, memberKey(), TIMEOUT_MS)).result).toEqual({ kind: 'already' });
  });
});

describe('a listing', () => {
  const participants = [
    { id: 'p-1', userId: 'ann', userExternalId: 'a', unreadCount: 1 },
    { id: 'p-2', userId: 'bob', userExternalId: null },
  ];

  it('gives one page of a hundred, after the cursor', async () => {
    const meta = { hasMore: true, afterCursor: 'c-2' };
    const { port, credential, requests } = await vendorAgainst((response) =>
      answer(response, 200, { participants, meta }),
    );
    const answered = await port.list(credential, conversationKey(), 'c-1', TIMEOUT_MS);
    expect(answered).toEqual({
      result: { kind: 'applied' },
      page: {
        participants: [
          { id: 'p-1', userId: 'ann', userExternalId: 'a' },
          { id: 'p-2', userId: 'bob' },
        ],
        hasMore: true,
        afterCursor: 'c-2',
      },
    });
    const query = new URL(requests[0]?.url ?? '', 'http://x').searchParams;
    expect(Object.fromEntries(query)).toEqual({ 'page[after]': 'c-1', 'page[size]': '100' });
  });

  it('without a cursor is the last page', async () => {
    const { port, credential } = await vendorAgainst((response) =>
      answer(response, 200, { participants: [], meta: { hasMore: false, afterCursor: '' } }),
    );
    const { page } = await port.list(credential, conversationKey(), undefined, TIMEOUT_MS);
    expect(page).toEqual({ participants: [], hasMore: false });
  });

  it('that hides somebody is none', async () => {
    const { port, credential } = await vendorAgainst((response) =>
      answer(response, 200, { participants: [...participants, { id: 'p-3' }], meta: { hasMore: false } }),
    );
    expect(await port.list(credential, conversationKey(), undefined, TIMEOUT_MS)).toEqual({
      result: { kind: 'unreachable', mayHaveBeenApplied: false, status: 200 },
    });
  });

  it('that fails gives no page', async () => {
    const { port, credential } = await vendorAgainst(error(404, 'conversation_not_found'));
    const answered = await port.list(credential, conversationKey(), undefined, TIMEOUT_MS);
    expect(answered).toEqual({ result: { kind: 'gone', what: 'conversation' }, vendorRequestId: 'r-1' });
  });
});

describe('ids that cannot stand in a request', () => {
  it.each([
    ['appId', memberKey({ appId: '../other' })],
    ['conversationId', memberKey({ conversationId: 'a/leave?x=' })],
    ['conversationId', memberKey({ conversationId: '' })],
    ['userId', memberKey({ memberId: '' })],
  ])('are rejected by the name of the field (%s), and nothing is sent', async (field, member) => {
    const { port, credential, requests } = await vendorAgainst(left);
    const { result } = await port.leave(credential, member, TIMEOUT_MS);
    expect(result).toMatchObject({ kind: 'rejected', reason: 'unexpected' });
    expect(result).toMatchObject({ title: `${field}: cannot stand in a request` });
    expect(requests).toEqual([]);
  });
});

describe('the client of an app', () => {
  const authorization = ({ headers }: RecordedRequest) => headers.authorization;
  const next = ({ host }: Credential): Credential => ({ host, auth: { token: 'second' } });

  it('keeps its connection from call to call', async () => {
    const { port, credential, sockets } = await vendorAgainst(left);
    await port.leave(credential, memberKey(), TIMEOUT_MS);
    await port.leave(credential, memberKey(), TIMEOUT_MS);
    expect(sockets).toHaveLength(1);
  });

  it('changes with the credential, and the old one is closed', async () => {
    const { port, credential, requests, sockets } = await vendorAgainst(left);
    await port.leave(credential, memberKey(), TIMEOUT_MS);
    const closed = once(sockets[0] ?? process, 'close', { signal: AbortSignal.timeout(2_000) });
    await port.leave(next(credential), memberKey(), TIMEOUT_MS);
    await closed;
    const basic = `Basic ${Buffer.from('app_key:first').toString('base64')}`;
    expect(requests.map(authorization)).toEqual([basic, 'Bearer second']);
  });

  it('that is replaced finishes the calls under way', async () => {
    const held: (() => void)[] = [];
    const { port, credential, sockets } = await vendorAgainst((response, _, count) => {
      if (count > 1) answer(response, 200, {});
      else held.push(() => answer(response, 200, {}));
    });
    const slow = port.leave(credential, memberKey(), TIMEOUT_MS);
    await expect.poll(() => held.length).toBe(1);
    await port.leave(next(credential), memberKey(), TIMEOUT_MS);
    const closed = once(sockets[0] ?? process, 'close', { signal: AbortSignal.timeout(2_000) });
    held[0]?.();
    expect(await slow).toEqual({ result: { kind: 'applied' } });
    await closed;
  });

  it('is not shared with another app', async () => {
    const { port, credential, requests } = await vendorAgainst(left);
    const other = memberKey({ appId: 'support' });
    await Promise.all([
      port.leave(credential, memberKey(), TIMEOUT_MS),
      port.leave(next(credential), other, TIMEOUT_MS),
    ]);
    const seen = requests.map((request) => [
      request.url.split('/')[3],
      authorization(request)?.split(' ')[0],
    ]);
    expect(seen.toSorted()).toEqual([
      ['shop', 'Basic'],
      ['support', 'Bearer'],
    ]);
  });

  it.each<[string, (credential: Credential) => Credential]>([
    ['a token with a line break', ({ host }) => ({ host, auth: { token: 'a\nb' } })],
    ['a key with a colon', ({ host }) => ({ host, auth: { keyId: 'a:b', secret: 'c' } })],
    ['a host of plain http', ({ auth }) => ({ host: 'http://example.com', auth })],
  ])('is refused, and nothing sent, with %s', async (_, spoil) => {
    const { port, credential, requests } = await vendorAgainst(left);
    const { result } = await port.leave(spoil(credential), memberKey(), TIMEOUT_MS);
    expect(result).toEqual({ kind: 'unauthorized', status: 401 });
    expect(requests).toEqual([]);
  });
});

import { inspect } from 'node:util';
import { ParticipantsApi, type ParticipantsApiOptions } from 'rollcall/participants-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answer, type Script, scriptedServer } from '../support/scripted-server.ts';

const AUTH = { keyId: 'app_key', secret: 'the-secret' };
const PARTICIPANT = {
  id: 'p1',
  userId: 'u1',
  unreadCount: 2,
  clientAssociations: [{ type: 'sdk', clientId: 'c1' }],
};

async function apiAgainst(script: Script, options: Partial<ParticipantsApiOptions> = {}, basePath = '') {
  const server = await scriptedServer(script);
  const api = new ParticipantsApi({ host: server.host + basePath, auth: AUTH, ...options });
  onTestFinished(() => api.close());
  return { api, ...server };
}

const joined: Script = (response) => answer(response, 201, { participant: PARTICIPANT });
const left: Script = (response) => answer(response, 200, {});
const listed: Script = (response) =>
  answer(response, 200, { participants: [PARTICIPANT], meta: { hasMore: false } });

describe('join', () => {
  test('posts one id and the subscription, and gives the participant', async () => {
    const { api, requests } = await apiAgainst(joined);
    const response = await api.joinConversation('app1', 'conv1', { userId: 'u1', subscribeSDKClient: false });
    expect(response).toEqual({ participant: PARTICIPANT });
    expect(requests[0]).toMatchObject({ method: 'POST', url: '/v2/apps/app1/conversations/conv1/join' });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ userId: 'u1', subscribeSDKClient: false });
    expect(requests[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      accept: 'application/json',
    });
  });

  test('sends an external id in the body, whatever it holds', async () => {
    const { api, requests } = await apiAgainst(joined);
    const userExternalId = '../?#%2f\u0000\n"é😀';
    await api.joinConversation('app1', 'conv1', { userExternalId, subscribeSDKClient: true });
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ userExternalId, subscribeSDKClient: true });
  });

  test.each([200, 201, 202])('takes status %i with a fitting body as joined', async (status) => {
    const { api } = await apiAgainst((response) => answer(response, status, { participant: PARTICIPANT }));
    await expect(api.joinConversation('a', 'c', { userId: 'u1' })).resolves.toMatchObject({
      participant: { id: 'p1' },
    });
  });

  test.each<[object, object]>([
    [{ unreadCount: null }, {}],
    [{ lastRead: 7 }, {}],
    [{ clientAssociations: 'none' }, {}],
    [{ clientAssociations: [null] }, {}],
    [
      { clientAssociations: [{ type: 7, clientId: 'c', more: 1 }] },
      { clientAssociations: [{ clientId: 'c', more: 1 }] },
    ],
  ])('makes of a participant with %o one with %o', async (given, kept) => {
    const { api } = await apiAgainst((response) =>
      answer(response, 201, { participant: { id: 'p1', ...given } }),
    );
    const response = await api.joinConversation('a', 'c', { userId: 'u1' });
    expect(response).toEqual({ participant: { id: 'p1', ...kept } });
  });

  test('keeps fields that are not documented, and leaves out documented ones of another type', async () => {
    const participant = { id: 'p1', userExternalId: null, unreadCount: 'two', role: 'guest' };
    const { api } = await apiAgainst((response) => answer(response, 201, { participant, more: 1 }));
    const response = await api.joinConversation('a', 'c', { userId: 'u1' });
    expect(response).toEqual({ participant: { id: 'p1', userExternalId: null, role: 'guest' }, more: 1 });
  });
});

describe('leave', () => {
  test.each([{ userId: 'u1' }, { userExternalId: 'e1' }, { participantId: 'p1' }])(
    'posts %o',
    async (body) => {
      const { api, requests } = await apiAgainst(left);
      await expect(api.leaveConversation('app1', 'conv1', body)).resolves.toBeUndefined();
      expect(requests[0]).toMatchObject({ method: 'POST', url: '/v2/apps/app1/conversations/conv1/leave' });
      expect(JSON.parse(requests[0]?.body ?? '')).toEqual(body);
    },
  );
});

describe('list', () => {
  test('gets a page with all keys of page', async () => {
    const { api, requests } = await apiAgainst(listed);
    const response = await api.listParticipants('app1', 'conv1', { page: { size: 100, after: 'cursor&1' } });
    expect(response).toEqual({ participants: [PARTICIPANT], meta: { hasMore: false } });
    expect(requests[0]).toMatchObject({ method: 'GET', body: '' });
    const url = new URL(requests[0]?.url ?? '', 'http://localhost');
    expect(url.pathname).toBe('/v2/apps/app1/conversations/conv1/participants');
    expect(Object.fromEntries(url.searchParams)).toEqual({ 'page[size]': '100', 'page[after]': 'cursor&1' });
  });

  test('sends no query without a page', async () => {
    const { api, requests } = await apiAgainst(listed);
    await api.listParticipants('app1', 'conv1');
    expect(requests[0]?.url).toBe('/v2/apps/app1/conversations/conv1/participants');
  });
});

describe('the headers', () => {
  const headersOf = async (call: (api: ParticipantsApi) => Promise<unknown>, script: Script) => {
    const { api, host, requests } = await apiAgainst(script);
    await call(api);
    return { headers: requests[0]?.headers, host: new URL(host).host };
  };

  test('of a post say how long its body is', async () => {
    const body = { userExternalId: 'é😀' } as const;
    const { headers, host } = await headersOf((api) => api.leaveConversation('a', 'c', body), left);
    expect(headers).toEqual({
      host,
      accept: 'application/json',
      'user-agent': 'rollcall',
      'content-type': 'application/json',
      authorization: expect.stringMatching(/^Basic /),
      'content-length': String(Buffer.byteLength(JSON.stringify(body))),
      connection: 'keep-alive',
    });
  });

  test('of a get speak of no body', async () => {
    const { headers, host } = await headersOf((api) => api.listParticipants('a', 'c'), listed);
    expect(headers).toEqual({
      host,
      accept: 'application/json',
      'user-agent': 'rollcall',
      authorization: expect.stringMatching(/^Basic /),
      connection: 'keep-alive',
    });
  });

  test('name an address of IPv6 in brackets', async () => {
    const { host, requests } = await scriptedServer(left, '::1');
    const api = new ParticipantsApi({ host, auth: AUTH });
    onTestFinished(() => api.close());
    await api.leaveConversation('a', 'c', { userId: 'u1' });
    expect(requests[0]?.headers.host).toBe(new URL(host).host);
  });
});

describe('the path', () => {
  test.each(['/sc', '/sc/', '/sc//'])('keeps the base path %s', async (basePath) => {
    const { api, requests } = await apiAgainst(left, {}, basePath);
    await api.leaveConversation('app1', 'conv1', { userId: 'u1' });
    expect(requests[0]?.url).toBe('/sc/v2/apps/app1/conversations/conv1/leave');
  });

  test.each(['../..', 'a/b', 'a\\b', 'a?b', 'a#b', 'a%2fb', '%2e%2e', 'a;b', 'ü😀', '...', ' '])(
    'keeps the id %j in its segment',
    async (id) => {
      const { api, requests } = await apiAgainst(left);
      await api.leaveConversation(id, id, { userId: 'u1' });
      const segments = (requests[0]?.url ?? '').split('/');
      expect(segments.map(decodeURIComponent)).toEqual(['', 'v2', 'apps', id, 'conversations', id, 'leave']);
    },
  );

  test.each(['', '.', '..', 'a\nb', 'a\u0000', '\u007f', 'a\u0085', '\ud800', 7, undefined])(
    'refuses the id %j before anything is sent',
    async (id) => {
      const { api, requests } = await apiAgainst(left);
      const body = { userId: 'u1' };
      await expect(api.leaveConversation(id as string, 'c', body)).rejects.toThrow(/^appId: must/);
      await expect(api.joinConversation('a', id as string, body)).rejects.toThrow(/^conversationId: must/);
      await expect(api.listParticipants('a', id as string)).rejects.toThrow(TypeError);
      await expect(api.participants('a', id as string).next()).rejects.toThrow(TypeError);
      expect(requests).toEqual([]);
    },
  );
});

describe('arguments that are wrong are refused with a TypeError that names the field and not the value', () => {
  const api = new ParticipantsApi({ auth: AUTH });
  const wrong = [
    [{}, /userId, userExternalId/],
    [{ userId: 'her-id', userExternalId: 'her-id' }, /userId, userExternalId/],
    [{ userId: '' }, /userId/],
    [{ userId: null }, /userId/],
    [{ userId: 'her-id', subscribeSDKClient: 'her-id' }, /subscribeSDKClient/],
    [null, /userId, userExternalId/],
  ] as const;

  test.each(wrong)('join: %j', async (body, field) => {
    const error = await api.joinConversation('a', 'c', body as never).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toMatch(field);
    expect(error.message).not.toContain('her-id');
  });

  test('leave: two ids, and none', async () => {
    const two = { userId: 'u1', participantId: 'p1' } as never;
    await expect(api.leaveConversation('a', 'c', two)).rejects.toThrow(
      /userId, userExternalId, participantId/,
    );
    await expect(api.leaveConversation('a', 'c', {} as never)).rejects.toThrow(TypeError);
  });

  test.each([{ size: 0 }, { size: 101 }, { size: 1.5 }, { after: 'a', before: 'b' }, { after: '' }])(
    'list: %j',
    async (page) => {
      await expect(api.listParticipants('a', 'c', { page })).rejects.toThrow(/^page\./);
    },
  );

  test.each([0, -1, 0.5, 2 ** 31, Number.NaN])('a time-out of %d ms', async (timeoutMs) => {
    await expect(api.listParticipants('a', 'c', { timeoutMs })).rejects.toThrow(/^timeoutMs/);
    expect(() => new ParticipantsApi({ auth: AUTH, requestTimeoutMs: timeoutMs })).toThrow(
      /^requestTimeoutMs/,
    );
    expect(() => new ParticipantsApi({ auth: AUTH, connectTimeoutMs: timeoutMs })).toThrow(
      /^connectTimeoutMs/,
    );
  });
});

describe('the host', () => {
  test.each([
    'https://api.smooch.io',
    'https://api.eu-1.smooch.io/',
    'https://example.zendesk.com/sc',
    'http://127.0.0.1:8080',
    'http://localhost/sc/',
    'http://[::1]:80',
  ])('may be %s', (host) => {
    expect(() => new ParticipantsApi({ host, auth: AUTH })).not.toThrow();
  });

  test.each([
    '',
    'api.smooch.io',
    'ftp://api.smooch.io',
    'https:api.smooch.io',
    'http://api.smooch.io',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
    'https://user@api.smooch.io',
    'https://user:hunter2@api.smooch.io',
    'https://@api.smooch.io',
    'https://api.smooch.io?hunter2',
    'https://api.smooch.io/sc?',
    'https://api.smooch.io#',
    'https://api.smooch.io\\sc',
    ' https://api.smooch.io',
    'https://api.smooch.io\n',
  ])('is refused as %j, without being repeated', (host) => {
    const refused = catchError(() => new ParticipantsApi({ host, auth: AUTH }));
    expect(refused).toBeInstanceOf(TypeError);
    expect(refused.message).toMatch(/^host: must/);
    expect(refused.message).not.toContain('hunter2');
  });
});

test('neither the client nor what it is made of shows the secret', async () => {
  const { api } = await apiAgainst(left);
  await api.leaveConversation('a', 'c', { userId: 'u1' });
  const shown = [inspect(api, { depth: null, showHidden: true }), JSON.stringify(api), String(api)].join(
    '\n',
  );
  expect(shown).not.toContain(AUTH.secret);
  expect(shown).not.toContain(Buffer.from(`${AUTH.keyId}:${AUTH.secret}`).toString('base64'));
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('nothing was thrown');
}

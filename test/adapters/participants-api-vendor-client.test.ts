import fc from 'fast-check';
import { type Auth, ParticipantsApi } from 'rollcall/participants-api';
// @ts-expect-error it ships no types
import untypedVendorClient from 'sunshine-conversations-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { codePoint } from '../support/code-point.ts';
import { answer, type RecordedRequest, scriptedServer } from '../support/scripted-server.ts';

/*
 * Side by side with the vendor's own client: the same call of both must put the same request on the wire.
 */

interface VendorApiClient {
  basePath: string;
  authentications: {
    basicAuth: { username?: string; password?: string };
    bearerAuth: { accessToken?: string };
  };
}

interface VendorParticipantsApi {
  joinConversation(appId: string, conversationId: string, body: object): Promise<unknown>;
  leaveConversation(appId: string, conversationId: string, body: object): Promise<unknown>;
  listParticipants(appId: string, conversationId: string, options?: object): Promise<unknown>;
}

const vendorClient: {
  ApiClient: new () => VendorApiClient;
  ParticipantsApi: new (client: VendorApiClient) => VendorParticipantsApi;
} = untypedVendorClient;

function vendorApi(host: string, auth: Auth): VendorParticipantsApi {
  const client = new vendorClient.ApiClient();
  client.basePath = host;
  if ('token' in auth) client.authentications.bearerAuth.accessToken = auth.token;
  else Object.assign(client.authentications.basicAuth, { username: auth.keyId, password: auth.secret });
  return new vendorClient.ParticipantsApi(client);
}

/** Both clients against one recording server that answers every call with what it hopes for. */
async function sideBySide(basePath: string, auth: Auth) {
  const { host, requests } = await scriptedServer((response, { url }) => {
    if (url.endsWith('/join')) answer(response, 201, { participant: { id: 'p1' } });
    else if (url.endsWith('/leave')) answer(response, 200, {});
    else answer(response, 200, { participants: [], meta: { hasMore: false } });
  });
  const ours = new ParticipantsApi({ host: host + basePath, auth });
  onTestFinished(() => ours.close());
  return { ours, theirs: vendorApi(host + basePath, auth), requests };
}

/** What a request says, whichever of the equal spellings of a URL or a JSON text it uses. */
function meaningOf(request: RecordedRequest) {
  // These may be encoded or not, and mean the same; the two clients differ in some.
  const url = request.url.replace(
    /[!'()*~]/g,
    (character) => `%${Buffer.from(character).toString('hex').toUpperCase()}`,
  );
  return {
    method: request.method,
    url,
    body: request.body === '' ? undefined : JSON.parse(request.body),
    authorization: request.headers.authorization,
    contentType: request.body === '' ? undefined : request.headers['content-type'],
    accept: request.headers.accept,
  };
}

const CREDENTIALS: [string, Auth][] = [
  ['Basic', { keyId: 'app_67a0', secret: 'sécret:with/odd+chars=' }],
  ['Bearer', { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2ln' }],
];
const SETTINGS = CREDENTIALS.flatMap(([scheme, auth]) =>
  ['', '/sc'].map((basePath) => [scheme, basePath, auth] as const),
);

/** Ids that both clients take: the vendor's also sends what would be another path, which ours refuses. */
const pathIds = fc
  .oneof(
    fc.stringMatching(/^[0-9a-f]{24}$/),
    fc.constantFrom(
      'a/b',
      'a%2fb',
      '../x',
      '%2e%2e',
      'a?b=c',
      'a#b',
      'a\\b',
      "it's",
      '(a)!*~',
      'ä ö😀',
      '{appId}',
    ),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  )
  .filter((id) => id !== '.' && id !== '..' && !/\p{Cc}/u.test(id));
const personIds = fc.oneof(fc.string({ unit: codePoint, minLength: 1 }), fc.uuid(), fc.emailAddress());

describe.each(SETTINGS)('with %s and the base path "%s"', (_scheme, basePath, auth) => {
  test('joins are the same', async () => {
    const { ours, theirs, requests } = await sideBySide(basePath, auth);
    const bodies = fc
      .tuple(fc.constantFrom('userId', 'userExternalId'), personIds, fc.constantFrom(true, false, undefined))
      .map(([field, id, subscribeSDKClient]) => ({
        [field]: id,
        ...(subscribeSDKClient !== undefined && { subscribeSDKClient }),
      }));
    await fc.assert(
      fc.asyncProperty(pathIds, pathIds, bodies, async (appId, conversationId, body) => {
        requests.length = 0;
        await theirs.joinConversation(appId, conversationId, body);
        await ours.joinConversation(appId, conversationId, body as never);
        const [vendors, own] = requests.map(meaningOf);
        expect(own).toEqual(vendors);
        expect(requests).toHaveLength(2);
      }),
    );
  });

  test('leaves are the same', async () => {
    const { ours, theirs, requests } = await sideBySide(basePath, auth);
    const fields = fc.constantFrom('userId', 'userExternalId', 'participantId');
    await fc.assert(
      fc.asyncProperty(pathIds, pathIds, fields, personIds, async (appId, conversationId, field, id) => {
        requests.length = 0;
        await theirs.leaveConversation(appId, conversationId, { [field]: id });
        await ours.leaveConversation(appId, conversationId, { [field]: id } as never);
        const [vendors, own] = requests.map(meaningOf);
        expect(own).toEqual(vendors);
        expect(requests).toHaveLength(2);
      }),
    );
  });

  test('lists are the same, with one key of page or none', async () => {
    const { ours, theirs, requests } = await sideBySide(basePath, auth);
    const pages = fc.option(
      fc.oneof(
        fc.record({ size: fc.integer({ min: 1, max: 100 }) }),
        fc.record({ after: fc.string({ unit: 'grapheme', minLength: 1 }) }),
        fc.record({ before: fc.stringMatching(/^[0-9a-f]{24}$/) }),
      ),
      { nil: undefined },
    );
    await fc.assert(
      fc.asyncProperty(pathIds, pathIds, pages, async (appId, conversationId, page) => {
        requests.length = 0;
        const options = page === undefined ? {} : { page };
        await theirs.listParticipants(appId, conversationId, options);
        await ours.listParticipants(appId, conversationId, options);
        const [vendors, own] = requests.map(meaningOf);
        expect(own).toEqual(vendors);
        expect(requests).toHaveLength(2);
      }),
    );
  });

  test("lists differ where the vendor's client sends the first key of page only", async () => {
    const { ours, theirs, requests } = await sideBySide(basePath, auth);
    const url = `${basePath}/v2/apps/app1/conversations/conv1/participants`;
    for (const [page, firstKey] of [
      [{ size: 100, after: 'a1' }, 'page%5Bsize%5D=100'],
      [{ after: 'a1', size: 100 }, 'page%5Bafter%5D=a1'],
    ] as const) {
      requests.length = 0;
      await theirs.listParticipants('app1', 'conv1', { page });
      await ours.listParticipants('app1', 'conv1', { page });
      const [vendors, own] = requests.map(meaningOf);
      expect(vendors).toMatchObject({ url: `${url}?${firstKey}` });
      expect(own).toEqual({ ...vendors, url: `${url}?page%5Bafter%5D=a1&page%5Bsize%5D=100` });
    }
  });
});

test("the vendor's client sends ids that leave their segment; ours refuses them", async () => {
  const { ours, theirs, requests } = await sideBySide('', { token: 't' });
  await theirs.leaveConversation('app1', '..', { userId: 'u1' });
  expect(requests.map(({ url }) => url)).toEqual(['/v2/apps/app1/conversations/../leave']);
  await expect(ours.leaveConversation('app1', '..', { userId: 'u1' })).rejects.toThrow(TypeError);
  expect(requests).toHaveLength(1);
});

import { request as httpRequest } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { MembershipEvent } from '../../local/fake-vendor/events.ts';
import {
  ada,
  basic,
  bob,
  cyd,
  error,
  join,
  leave,
  list,
  present,
  send,
  shop,
  shopVendor,
} from './call-fake-vendor.ts';

const hexId = expect.stringMatching(/^[0-9a-f]{24}$/);

describe('join', () => {
  test('by user id is answered 201 with the participant', async () => {
    const vendor = await shopVendor();
    const reply = await join(vendor, { userId: ada.userId });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({
      participant: {
        id: hexId,
        userId: ada.userId,
        userExternalId: ada.userExternalId,
        unreadCount: 0,
        clientAssociations: [],
        lastRead: null,
      },
    });
    expect(present(vendor)).toEqual([ada.userId]);
  });

  test('by external id, subscribed, under the base path /sc', async () => {
    const vendor = await shopVendor();
    const body = { userExternalId: bob.userExternalId, subscribeSDKClient: true };
    const reply = await send(vendor, 'join', body, { base: '/sc/v2' });
    expect(reply).toMatchObject({
      status: 201,
      body: { participant: { userId: bob.userId, clientAssociations: [{ type: 'sdk', clientId: hexId }] } },
    });
  });

  test('of somebody present is answered as the vendor is set to, and changes nothing', async () => {
    const kind = await shopVendor();
    const first = await join(kind, { userId: ada.userId });
    expect(await join(kind, { userId: ada.userId })).toMatchObject({ status: 201, body: first.body });

    const strict = await shopVendor({ onRejoin: 'badRequest' });
    await join(strict, { userId: ada.userId });
    expect((await join(strict, { userId: ada.userId })).status).toBe(400);
    expect(present(strict)).toEqual([ada.userId]);
    expect(strict.stats().joined).toBe(1);
  });

  test('of one too many is refused, and room is made by a leave', async () => {
    const vendor = await shopVendor();
    vendor.world.conversation('shop', 'group').participantCap = 1;
    await join(vendor, { userId: ada.userId });
    const refused = await join(vendor, { userId: bob.userId });
    expect(refused).toMatchObject({ status: 400, body: error('bad_request', 'Too many participants') });
    await leave(vendor, { userId: ada.userId });
    expect((await join(vendor, { userId: bob.userId })).status).toBe(201);
  });

  test('of a conversation that is no sdkGroup is refused', async () => {
    const vendor = await shopVendor();
    expect((await join(vendor, { userId: ada.userId }, { conversation: 'private' })).status).toBe(400);
  });

  test('without subscribeSDKClient is refused', async () => {
    const vendor = await shopVendor();
    const reply = await send(vendor, 'join', { userId: ada.userId });
    expect(reply).toMatchObject({ status: 400, body: { errors: [{ code: 'bad_request' }] } });
  });

  test.each([
    ['both ids', { userId: ada.userId, userExternalId: ada.userExternalId, subscribeSDKClient: true }],
    ['neither id', { subscribeSDKClient: true }],
    ['an id that is no string', { userId: 1, subscribeSDKClient: true }],
    ['an empty id', { userId: '', subscribeSDKClient: true }],
    ['a participant id', { participantId: ada.userId, subscribeSDKClient: true }],
    ['a flag that is no boolean', { userId: ada.userId, subscribeSDKClient: 'true' }],
    ['an array', []],
    ['no JSON', '{"userId"'],
    ['nothing', ''],
  ])('with %s is refused', async (_, body) => {
    const vendor = await shopVendor();
    const reply = await send(vendor, 'join', body);
    const refusal = expect.objectContaining({ code: 'bad_request' });
    expect(reply).toMatchObject({ status: 400, body: { errors: expect.arrayContaining([refusal]) } });
    expect(present(vendor)).toEqual([]);
  });

  test('with several mistakes names each of them', async () => {
    const vendor = await shopVendor();
    expect((await send(vendor, 'join', {})).body).toEqual(
      error('bad_request', expect.stringContaining('userId'), expect.stringContaining('subscribeSDKClient')),
    );
  });

  test('of an unknown user, conversation or app is answered 404, each with its code', async () => {
    const vendor = await shopVendor();
    const nobody = { userId: 'dddddddddddddddddddddddd' };
    const answers = [
      await join(vendor, nobody),
      await join(vendor, { userExternalId: 'nobody' }),
      await join(vendor, nobody, { conversation: 'gone' }),
      await join(vendor, nobody, { conversation: 'gone', app: 'other' }),
    ];
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [404, error('user_not_found', 'User not found')],
      [404, error('user_not_found', 'User not found')],
      [404, error('conversation_not_found', 'Conversation not found')],
      [404, error('app_not_found', 'App not found')],
    ]);
  });
});

describe('leave', () => {
  test.each([
    ['user id', () => ({ userId: ada.userId })],
    ['external id', () => ({ userExternalId: ada.userExternalId })],
    ['participant id', (participantId: string) => ({ participantId })],
  ])('by %s is answered 200 with an empty object', async (_, who) => {
    const vendor = await shopVendor();
    const { id } = vendor.world.join('shop', 'group', { userId: ada.userId });
    vendor.world.join('shop', 'group', { userId: bob.userId });
    expect(await leave(vendor, who(id))).toMatchObject({ status: 200, body: {} });
    expect(present(vendor)).toEqual([bob.userId]);
    expect(vendor.stats()).toMatchObject({ joined: 0, left: 1 });
  });

  test('of somebody absent is answered 404, which names the membership', async () => {
    const vendor = await shopVendor();
    const absent = error('not_found', 'User is not a member of the conversation');
    expect(await leave(vendor, { userId: ada.userId })).toMatchObject({ status: 404, body: absent });
    const participantId = 'dddddddddddddddddddddddd';
    expect(await leave(vendor, { participantId })).toMatchObject({ status: 404, body: absent });
  });

  test('of an unknown user or conversation is answered 404, each with its code', async () => {
    const vendor = await shopVendor();
    expect((await leave(vendor, { userId: 'x' })).body).toEqual(error('user_not_found', 'User not found'));
    vendor.world.removeConversation('shop', 'group');
    const gone = error('conversation_not_found', 'Conversation not found');
    expect(await leave(vendor, { userId: ada.userId })).toMatchObject({ status: 404, body: gone });
    expect(await list(vendor)).toMatchObject({ status: 404, body: gone });
  });

  test.each([
    ['two ids', { userId: ada.userId, participantId: ada.userId }],
    ['no id', {}],
  ])('with %s is refused', async (_, body) => {
    expect((await leave(await shopVendor(), body)).status).toBe(400);
  });
});

describe('paths', () => {
  test.each([
    ['GET', '/v2/apps/shop/conversations/group/join'],
    ['POST', '/v2/apps/shop/conversations/group/participants'],
    ['GET', '/v2/apps/shop/conversations/group'],
    ['GET', '/v2/apps/shop/conversations/group/participants/'],
    ['GET', '/v3/apps/shop/conversations/group/participants'],
    ['GET', '/sc/sc/v2/apps/shop/conversations/group/participants'],
    ['GET', '/v2/apps/shop/conversations/%zz/participants'],
    ['GET', '/_control/stats'],
  ])('%s %s is not there', async (method, path) => {
    const vendor = await shopVendor();
    const headers = { authorization: basic('app_1', 's3cret') };
    const response = await fetch(vendor.url + path, { method, headers });
    expect([response.status, await response.json()]).toEqual([404, error('not_found', 'Resource not found')]);
    expect(vendor.stats().requests.other).toBe(1);
  });

  test('are percent-decoded, segment by segment', async () => {
    const vendor = await shopVendor();
    vendor.world.addConversation('shop', { conversationId: 'a/b c?' });
    expect((await list(vendor, '', { conversation: 'a%2Fb%20c%3F' })).status).toBe(200);
  });
});

test('a body of more than 100 kB is refused', async () => {
  const vendor = await shopVendor();
  const padded = (bytes: number) =>
    JSON.stringify({ userId: ada.userId, subscribeSDKClient: true }).padEnd(bytes);
  expect((await send(vendor, 'join', padded(100 * 1024 + 1))).status).toBe(413);
  expect((await send(vendor, 'join', padded(100 * 1024))).status).toBe(201);
});

test('a body that is not declared to be JSON is not read', async () => {
  const vendor = await shopVendor();
  const response = await fetch(`${vendor.url}/v2/apps/shop/conversations/group/join`, {
    method: 'POST',
    headers: { authorization: basic('app_1', 's3cret'), 'content-type': 'text/plain' },
    body: JSON.stringify({ userId: ada.userId, subscribeSDKClient: true }),
  });
  expect(response.status).toBe(400);
});

test('a caller that goes away while it sends is forgotten', async () => {
  const vendor = await shopVendor();
  const request = httpRequest(`${vendor.url}/v2/apps/shop/conversations/group/join`, {
    method: 'POST',
    headers: { 'content-length': 50 },
  });
  request.on('error', () => {});
  request.write('{');
  await expect.poll(() => vendor.stats().inFlight).toBe(1);
  request.destroy();
  await expect.poll(() => vendor.stats().inFlight).toBe(0);
  expect(vendor.stats().requests.join).toBe(0);
});

test('every join and leave is told, whoever made it, and once', async () => {
  const events: MembershipEvent[] = [];
  const vendor = await shopVendor({ onMembershipEvent: (event) => events.push(event) });
  await join(vendor, { userId: ada.userId });
  await join(vendor, { userId: ada.userId });
  vendor.world.join('shop', 'group', { userId: cyd.userId });
  expect(vendor.world.leave('shop', 'group', { userExternalId: ada.userExternalId })).toBe(true);
  expect(vendor.world.leave('shop', 'group', { userExternalId: ada.userExternalId })).toBe(false);
  const common = { appId: 'shop', conversation: { id: 'group', type: 'sdkGroup' } };
  const adaUser = { id: ada.userId, externalId: ada.userExternalId };
  expect(events).toEqual([
    { ...common, type: 'conversation:join', user: adaUser },
    { ...common, type: 'conversation:join', user: { id: cyd.userId, externalId: null } },
    { ...common, type: 'conversation:leave', user: adaUser },
  ]);
});

test('two vendors make up the same ids', async () => {
  const [one, other] = [await shopVendor(), await shopVendor()];
  for (const { world } of [one, other]) {
    world.addConversation('shop', { participants: [{ userId: world.addUser('shop').id }] });
  }
  expect(one.world.app('shop')).toEqual(other.world.app('shop'));
  expect(one.world.addUser('shop').id).toEqual(hexId);
});

test('a seed that contradicts itself is refused', async () => {
  const { world } = await shopVendor();
  expect(() => world.addApp(shop())).toThrow('already');
  expect(() => world.addUser('shop', ada)).toThrow('already');
  expect(() => world.join('shop', 'group', { userId: 'nobody' })).toThrow('no user');
  expect(() => world.participants('shop', 'nowhere')).toThrow('no conversation');
  expect(() => world.app('other')).toThrow('no app');
});

test('requests, answers and concurrency are counted, and the last requests kept', async () => {
  const vendor = await shopVendor({ logSize: 2, latencyMs: 20 });
  await Promise.all([ada, bob, cyd].map(({ userId }) => join(vendor, { userId })));
  await list(vendor);
  await leave(vendor, { userId: 'x' });
  expect(vendor.stats()).toMatchObject({
    requests: { join: 3, leave: 1, list: 1, webhooks: 0, other: 0 },
    statuses: { 200: 1, 201: 3, 404: 1 },
    joined: 3,
    left: 0,
    inFlightPeak: 3,
  });
  const path = '/v2/apps/shop/conversations/group';
  expect(vendor.log()).toEqual([
    { operation: 'list', method: 'GET', url: `${path}/participants`, body: '', status: 200 },
    { operation: 'leave', method: 'POST', url: `${path}/leave`, body: '{"userId":"x"}', status: 404 },
  ]);
});

test('an answer takes its latency, the change does not', async () => {
  const vendor = await shopVendor({ latencyMs: 100 });
  const startedMs = performance.now();
  const answer = join(vendor, { userId: ada.userId });
  await expect.poll(() => present(vendor), { interval: 5 }).toEqual([ada.userId]);
  expect(vendor.stats().statuses).toEqual({});
  await answer;
  expect(performance.now() - startedMs).toBeGreaterThan(95);
});

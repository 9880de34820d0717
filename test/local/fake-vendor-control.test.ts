import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import { ada, basic, bob, join, list, present, shop, shopVendor } from './call-fake-vendor.ts';

async function control(vendor: Pick<FakeVendor, 'url'>, path: string, body?: unknown): Promise<unknown[]> {
  const response = await fetch(`${vendor.url}/_control/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return [response.status, await response.json()];
}

test('participants are shown and changed behind the API’s back', async () => {
  const vendor = await shopVendor({ control: true });
  const path = 'apps/shop/conversations/group/participants';
  await control(vendor, path, { add: [{ userId: ada.userId }, { userExternalId: bob.userExternalId }] });
  await control(vendor, path, { remove: [{ userId: ada.userId }] });
  const participants = [expect.objectContaining({ userId: bob.userId })];
  expect(await control(vendor, path)).toEqual([200, { participants }]);
  expect(await control(vendor, 'apps/shop/conversations')).toEqual([
    200,
    {
      conversations: [
        { id: 'group', type: 'sdkGroup', participantCap: null, participants },
        { id: 'private', type: 'personal', participantCap: null, participants: [] },
      ],
    },
  ]);
});

test('users and conversations end, and webhooks are shown', async () => {
  const vendor = await shopVendor({ control: true });
  const { world } = vendor;
  for (const who of [ada, bob]) world.join('shop', 'group', { userId: who.userId });
  const merge = { surviving: { userId: bob.userId }, discarded: { userExternalId: ada.userExternalId } };
  expect(await control(vendor, 'apps/shop/users/merge', merge)).toEqual([200, {}]);
  expect(present(vendor)).toEqual([bob.userId]);
  expect(await control(vendor, 'apps/shop/users/remove', { userId: bob.userId })).toEqual([
    200,
    { removed: true },
  ]);
  expect(present(vendor)).toEqual([]);
  const removal = 'apps/shop/conversations/group/remove';
  expect(await control(vendor, removal, {})).toEqual([200, { removed: true }]);
  expect(await control(vendor, removal, {})).toEqual([200, { removed: false }]);
  expect(await control(vendor, 'apps/shop/webhooks')).toEqual([200, { webhooks: [] }]);
});

test('faults, outages and keys are switched', async () => {
  const vendor = await shopVendor({ control: true });
  const status = async (): Promise<number> => (await join(vendor, { userId: ada.userId })).status;
  await control(vendor, 'faults', { seed: 1, blockSize: 1, perBlock: { throttle: 1 } });
  expect(await status()).toBe(429);
  await control(vendor, 'faults', null);
  await control(vendor, 'apps/shop/outage', { mode: 'refuse' });
  expect(await status()).toBe(503);
  await control(vendor, 'apps/shop/outage', { mode: null });
  await control(vendor, 'apps/shop/keys', { add: { keyId: 'app_2', secret: 'fresh' }, revoke: 'app_1' });
  expect(await status()).toBe(401);
  expect((await list(vendor, '', { authorization: basic('app_2', 'fresh') })).status).toBe(200);
});

test('apps are added whole, and what was counted is told, without the control’s own requests', async () => {
  const vendor = await shopVendor({ apps: [], control: true });
  const conversations = [{ conversationId: 'group', participants: [{ userId: ada.userId }] }];
  await control(vendor, 'apps', shop({ conversations }));
  expect(present(vendor)).toEqual([ada.userId]);
  await list(vendor);
  expect(await control(vendor, 'stats')).toEqual([
    200,
    expect.objectContaining({
      requests: { join: 0, leave: 0, list: 1, webhooks: 0, other: 0 },
      inFlightPeak: 1,
    }),
  ]);
});

test.each([
  ['nothing/of/the/kind', undefined],
  ['apps/shop/nothing', undefined],
  ['apps/other/conversations', undefined],
  ['apps/shop/conversations/nowhere/participants', undefined],
  ['apps/shop/outage', { mode: 'sometimes' }],
  ['apps/shop/users/merge', { surviving: { userId: 'nobody' }, discarded: ada }],
  ['faults', { seed: 1, blocksize: 1 }],
])('what cannot be done is refused: %s', async (path, body) => {
  const vendor = await shopVendor({ control: true });
  expect(await control(vendor, path, body)).toEqual([400, { error: expect.any(String) }]);
});

function forkVendor(settings: string): ChildProcess {
  const child = fork('local/fake-vendor/main.ts', [settings], { silent: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test('in a process of its own it prints where it is, and ends with its parent’s channel', async () => {
  const settings = JSON.stringify({ apps: [shop()], control: true });
  const child = forkVendor(settings);
  const [line] = await once(child.stdout ?? child, 'data');
  const vendor: { url: string } = JSON.parse(String(line));
  expect((await control(vendor, 'stats'))[0]).toBe(200);
  const exited = once(child, 'exit');
  child.disconnect();
  expect(await exited).toEqual([0, null]);
});

test('in a process of its own it refuses settings that it does not know', async () => {
  const child = forkVendor('{"latency":20}');
  const said = text(child.stderr ?? process.stdin);
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(await said).toContain('latency');
});

import { describe, expect, onTestFinished, test } from 'vitest';
import { type Auth, ParticipantsApi } from '../../functions/adapters/participants-api.ts';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import type { ListFault } from '../../local/fake-vendor/pagination.ts';
import { ada, present, shop, shopVendor } from './call-fake-vendor.ts';

function client(host: string, auth: Auth = { keyId: 'app_1', secret: 's3cret' }): ParticipantsApi {
  const api = new ParticipantsApi({ host, auth });
  onTestFinished(() => api.close());
  return api;
}

async function crowd(): Promise<FakeVendor> {
  const vendor = await shopVendor({ apps: [shop({ tokens: ['ready-made'] })] });
  const { world } = vendor;
  for (let n = 0; n < 250; n += 1) world.join('shop', 'group', { userId: world.addUser('shop').id });
  return vendor;
}

async function listed(api: ParticipantsApi): Promise<string[]> {
  const userIds: string[] = [];
  for await (const { userId } of api.participants('shop', 'group')) userIds.push(userId ?? '');
  return userIds;
}

describe('the project’s own client and the fake vendor', () => {
  test('list 250 participants in three requests', async () => {
    const vendor = await crowd();
    expect(await listed(client(vendor.url))).toEqual(present(vendor));
    expect(vendor.stats().requests.list).toBe(3);
  });

  test.each<[string, Auth]>([
    ['a key', { keyId: 'app_1', secret: 's3cret' }],
    ['a JWT', { keyId: 'app_1', secret: 's3cret', scope: 'app' }],
    ['a token', { token: 'ready-made' }],
  ])('join and leave with %s, under the base path /sc', async (_, auth) => {
    const vendor = await crowd();
    const api = client(`${vendor.url}/sc`, auth);
    await api.joinConversation('shop', 'group', { userId: ada.userId, subscribeSDKClient: false });
    expect(present(vendor)).toContain(ada.userId);
    await api.leaveConversation('shop', 'group', { userExternalId: ada.userExternalId });
    expect(present(vendor)).not.toContain(ada.userId);
  });

  test.each<ListFault>(['failPage2', 'repeatPage', 'staleHasMore'])(
    'never list in part: %s',
    async (fault) => {
      const vendor = await crowd();
      vendor.world.conversation('shop', 'group').listFault = fault;
      await expect(listed(client(vendor.url))).rejects.toThrow();
    },
  );
});

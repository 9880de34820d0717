import { describe, expect, test } from 'vitest';
import type { FakeVendor } from '../../local/fake-vendor/fake-vendor.ts';
import type { Page } from '../../local/fake-vendor/pagination.ts';
import { error, list, shop, shopVendor } from './call-fake-vendor.ts';

async function vendorWith(participants: number): Promise<{ vendor: FakeVendor; ids: string[] }> {
  const vendor = await shopVendor({ apps: [shop()] });
  const { world } = vendor;
  for (let n = 0; n < participants; n += 1) world.join('shop', 'group', { userId: world.addUser('shop').id });
  return { vendor, ids: world.participants('shop', 'group').map(({ id }) => id) };
}

interface ListBody {
  participants: Page['participants'];
  meta: Omit<Page, 'participants'>;
  links: { prev?: string; next?: string };
}

async function page(vendor: FakeVendor, query: string): Promise<ListBody & { ids: string[] }> {
  const { status, body } = await list(vendor, query);
  expect(status).toBe(200);
  const listed = body as ListBody;
  return { ...listed, ids: listed.participants.map(({ id }) => id) };
}

describe('a listing', () => {
  test('of an empty conversation is one empty page', async () => {
    const { vendor } = await vendorWith(0);
    expect((await list(vendor)).body).toEqual({ participants: [], meta: { hasMore: false }, links: {} });
  });

  test('gives 25 unless asked for another size', async () => {
    const { vendor, ids } = await vendorWith(30);
    const { vendor: exact } = await vendorWith(25);
    const first = await page(vendor, '');
    expect(first.ids).toEqual(ids.slice(0, 25));
    expect(first.meta).toEqual({ hasMore: true, afterCursor: ids[24] });
    expect((await page(exact, '')).meta).toEqual({ hasMore: false });
  });

  test('goes forward by page[after], and its links lead on', async () => {
    const { vendor, ids } = await vendorWith(7);
    const second = await page(vendor, `?page[size]=3&page[after]=${ids[2]}`);
    expect(second.ids).toEqual(ids.slice(3, 6));
    expect(second.meta).toEqual({ hasMore: true, afterCursor: ids[5], beforeCursor: ids[3] });
    const path = `${vendor.url}/v2/apps/shop/conversations/group/participants`;
    expect(second.links).toEqual({
      prev: `${path}?page[before]=${ids[3]}&page[size]=3`,
      next: `${path}?page[after]=${ids[5]}&page[size]=3`,
    });
    const third = await page(vendor, new URL(second.links.next ?? '').search);
    expect(third.ids).toEqual(ids.slice(6));
    expect(third.meta).toEqual({ hasMore: false, beforeCursor: ids[6] });
  });

  test('goes back by page[before]', async () => {
    const { vendor, ids } = await vendorWith(7);
    const back = await page(vendor, `?page%5Bsize%5D=3&page%5Bbefore%5D=${ids[5]}`);
    expect(back.ids).toEqual(ids.slice(2, 5));
    expect(back.meta).toEqual({ hasMore: true, afterCursor: ids[4], beforeCursor: ids[2] });
    const first = await page(vendor, `?page[size]=3&page[before]=${ids[2]}`);
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(first.meta).toEqual({ hasMore: false, afterCursor: ids[1] });
  });

  test('goes on where it was when the cursor’s participant has left', async () => {
    const { vendor, ids } = await vendorWith(6);
    const [, , third] = vendor.world.participants('shop', 'group');
    vendor.world.leave('shop', 'group', { userId: third?.userId ?? '' });
    expect((await page(vendor, `?page[size]=2&page[after]=${third?.id}`)).ids).toEqual(ids.slice(3, 5));
    expect((await page(vendor, `?page[size]=2&page[before]=${third?.id}`)).ids).toEqual(ids.slice(0, 2));
  });

  test('ends with an empty page after the last', async () => {
    const { vendor } = await vendorWith(2);
    expect((await page(vendor, '?page[after]=ffffffffffffffffffffffff')).meta).toEqual({ hasMore: false });
  });

  test.each([
    '?page[size]=0',
    '?page[size]=101',
    '?page[size]=-1',
    '?page[size]=1.5',
    '?page[size]=ten',
    '?page[size]=',
    '?page[size]=1&page[size]=2',
    '?page[after]=',
    '?page[after]=short',
    '?page[after]=aaaaaaaaaaaaaaaaaaaaaaaa&page[before]=bbbbbbbbbbbbbbbbbbbbbbbb',
    '?page[limit]=10',
    '?page=2',
  ])('with %s is refused', async (query) => {
    const { vendor } = await vendorWith(1);
    const invalid = error('bad_request', 'Invalid page query parameters');
    expect(await list(vendor, query)).toMatchObject({ status: 400, body: invalid });
  });

  test.each(['?page[size]=1', '?page[size]=100', '?cache=no'])('with %s is served', async (query) => {
    const { vendor } = await vendorWith(1);
    expect((await list(vendor, query)).status).toBe(200);
  });
});

describe('a listing that goes wrong', () => {
  test('fails on every page but the first', async () => {
    const { vendor, ids } = await vendorWith(5);
    vendor.world.conversation('shop', 'group').listFault = 'failPage2';
    expect((await page(vendor, '?page[size]=2')).meta.hasMore).toBe(true);
    expect((await list(vendor, `?page[size]=2&page[after]=${ids[1]}`)).status).toBe(500);
  });

  test('repeats its first page with the same cursor', async () => {
    const { vendor, ids } = await vendorWith(5);
    vendor.world.conversation('shop', 'group').listFault = 'repeatPage';
    const first = await page(vendor, '?page[size]=2');
    expect(first.ids).toEqual(ids.slice(0, 2));
    expect(await page(vendor, `?page[size]=2&page[after]=${ids[1]}`)).toEqual(first);
  });

  test('says hasMore where there is none, and the reverse', async () => {
    const { vendor, ids } = await vendorWith(3);
    vendor.world.conversation('shop', 'group').listFault = 'staleHasMore';
    expect((await page(vendor, '?page[size]=2')).meta).toEqual({ hasMore: false, afterCursor: ids[1] });
    expect((await page(vendor, `?page[size]=2&page[after]=${ids[1]}`)).meta).toMatchObject({ hasMore: true });
  });
});

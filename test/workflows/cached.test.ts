import { describe, expect, test } from 'vitest';
import { Cached } from '../../functions/workflows/cached.ts';
import { MINUTE } from '../support/builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const KEEP_MS = 5 * MINUTE;

/** A cache over reads that the test answers: each waits until it is told its value, or its failure. */
function cached() {
  const clock = new VirtualClock();
  const reads: { name: string; answer(value: string): void; fail(): void }[] = [];
  const cache = new Cached<string>(
    (name) =>
      new Promise((resolve, reject) => {
        reads.push({ name, answer: resolve, fail: () => reject(new Error('out')) });
      }),
    KEEP_MS,
    clock,
  );
  return { cache, clock, reads };
}

/** A cache that holds `old`. */
async function warm() {
  const test = cached();
  const got = test.cache.get('shop');
  test.reads[0]?.answer('old');
  await got;
  return test;
}

describe('a value', () => {
  test('is read once, and kept', async () => {
    const { cache, clock, reads } = await warm();
    clock.pass(KEEP_MS - 1);
    expect(await cache.get('shop')).toBe('old');
    expect(reads).toHaveLength(1);
  });

  test('is read again when its time is over', async () => {
    const { cache, clock, reads } = await warm();
    clock.pass(KEEP_MS);
    const got = cache.get('shop');
    reads[1]?.answer('new');
    expect(await got).toBe('new');
    expect(await cache.get('shop')).toBe('new');
    expect(reads).toHaveLength(2);
  });

  test('is kept from when it came, not from when it was asked for', async () => {
    const { cache, clock, reads } = cached();
    const got = cache.get('shop');
    clock.pass(KEEP_MS);
    reads[0]?.answer('old');
    await got;
    clock.pass(KEEP_MS - 1);
    await cache.get('shop');
    expect(reads).toHaveLength(1);
  });

  test('may be undefined, and is kept all the same', async () => {
    let reads = 0;
    const read = async () => {
      reads += 1;
      return undefined;
    };
    const cache = new Cached(read, KEEP_MS, new VirtualClock());
    await cache.get('shop');
    await cache.get('shop');
    expect(reads).toBe(1);
  });

  test('has a name, and is not that of another', async () => {
    const { cache, reads } = await warm();
    const other = cache.get('bank');
    reads[1]?.answer('other');
    expect(await other).toBe('other');
    expect(await cache.get('shop')).toBe('old');
    expect(reads.map(({ name }) => name)).toEqual(['shop', 'bank']);
  });
});

describe('a read under way', () => {
  test('is shared by all who come meanwhile', async () => {
    const { cache, reads } = cached();
    const all = Promise.all([cache.get('shop'), cache.refresh('shop'), cache.get('shop')]);
    reads[0]?.answer('new');
    expect(await all).toEqual(['new', 'new', 'new']);
    expect(reads).toHaveLength(1);
  });

  test('fails for all who share it, and for none after them', async () => {
    const { cache, reads } = cached();
    const all = Promise.allSettled([cache.get('shop'), cache.get('shop')]);
    reads[0]?.fail();
    expect((await all).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const later = cache.get('shop');
    reads[1]?.answer('new');
    expect(await later).toBe('new');
  });
});

describe('a refresh', () => {
  test('reads again, whatever is kept, and what it brings is kept', async () => {
    const { cache, reads } = await warm();
    const refreshed = cache.refresh('shop');
    reads[1]?.answer('new');
    expect(await refreshed).toBe('new');
    expect(await cache.get('shop')).toBe('new');
  });

  test('that fails says so, and takes nothing away', async () => {
    const { cache, reads } = await warm();
    const refreshed = cache.refresh('shop');
    reads[1]?.fail();
    await expect(refreshed).rejects.toThrow('out');
    expect(await cache.get('shop')).toBe('old');
  });
});

describe('while reads fail', () => {
  test('what was read before serves on, and each asks again', async () => {
    const { cache, clock, reads } = await warm();
    clock.pass(10 * KEEP_MS);
    const first = cache.get('shop');
    reads[1]?.fail();
    expect(await first).toBe('old');
    const second = cache.get('shop');
    reads[2]?.answer('new');
    expect(await second).toBe('new');
  });

  test('there is nothing to serve before a first read came', async () => {
    const { cache, reads } = cached();
    const got = cache.get('shop');
    reads[0]?.fail();
    await expect(got).rejects.toThrow('out');
  });
});

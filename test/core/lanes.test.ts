import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchesOf, lanesOf } from '../../functions/core/lanes.ts';

it('items are divided into requests of ten, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { maxLength: 45, size: 'max' }), (items) => {
      const batches = batchesOf(items);
      expect(batches.flat()).toEqual(items);
      expect(batches.slice(0, -1).every((batch) => batch.length === 10)).toBe(true);
      expect(batches.every((batch) => batch.length > 0 && batch.length <= 10)).toBe(true);
    }),
  );
});

it('items of one key share a lane and keep their order, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100, size: 'max' }), (keys) => {
      const items = keys.map((key, index) => ({ key, index }));
      const lanes = lanesOf(items, ({ key }) => String(key));
      expect(lanes.flat().toSorted((a, b) => a.index - b.index)).toEqual(items);
      for (const key of new Set(keys)) {
        const ofKey = lanes.filter((lane) => lane.some((item) => item.key === key));
        expect(ofKey).toHaveLength(1);
        const order = ofKey.flat().filter((item) => item.key === key);
        expect(order).toEqual(items.filter((item) => item.key === key));
      }
    }),
  );
});

it.each([
  ['keys that fill one request to the last place share a lane', [7, 3], [10]],
  ['a key that does not fit begins a new lane, and the next may join it', [7, 4, 6, 1], [7, 10, 1]],
  ['what one key has beyond one request stays in its lane, and nobody joins it', [12, 1], [12, 1]],
])('%s', (_, sizesByKey, lanes) => {
  const items = sizesByKey.flatMap((size, key) => Array.from({ length: size }, () => key));
  expect(lanesOf(items, String).map((lane) => lane.length)).toEqual(lanes);
});

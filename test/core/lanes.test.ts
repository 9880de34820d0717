import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchesOf, lanesOf } from '../../functions/core/lanes.ts';

it('items are divided into requests of ten, in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), (items) => {
      const batches = batchesOf(items);
      expect(batches.flat()).toEqual(items);
      expect(batches.every((batch) => batch.length > 0 && batch.length <= 10)).toBe(true);
    }),
  );
});

it('items of one key share a lane and keep their order, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 }), (keys) => {
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

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Allowance } from '../../functions/core/allowance.ts';

it('gives so many at once, and then one every so often', () => {
  const allowance = new Allowance(3, 1_000);
  const taken = [0, 0, 0, 0, 999, 1_000, 1_001, 5_000, 5_000, 5_000, 5_000].map((ms) => allowance.take(ms));
  expect(taken).toEqual([true, true, true, false, false, true, false, true, true, true, false]);
});

it('never gives more than that, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -500, max: 500 })), (steps) => {
      const allowance = new Allowance(5, 100);
      let nowMs = 10_000;
      let forwardMs = 0;
      let taken = 0;
      for (const step of steps) {
        nowMs += step;
        forwardMs += Math.max(0, step);
        if (allowance.take(nowMs)) taken += 1;
      }
      expect(taken).toBeLessThanOrEqual(5 + forwardMs / 100);
    }),
  );
});

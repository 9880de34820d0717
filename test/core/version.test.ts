import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  BEFORE_EVERY_CHANGE,
  type FirstArrival,
  occurredAtOf,
  versionOf,
} from '../../functions/core/version.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { NOW } from '../support/builders.ts';

const occurredAtMs = fc.nat({ max: 999_999_999_999_999 });

/** Compares as the promise says: when it happened, when it first arrived, in which sequence. */
function order(a: readonly [number, FirstArrival], b: readonly [number, FirstArrival]): number {
  const [sequenceA, sequenceB] = [BigInt(a[1].sequenceNumber), BigInt(b[1].sequenceNumber)];
  const bySequence = sequenceA < sequenceB ? -1 : Number(sequenceA > sequenceB);
  return Math.sign(a[0] - b[0]) || Math.sign(a[1].sentAtMs - b[1].sentAtMs) || bySequence;
}

test('a version is three numbers in a text of one length', () => {
  expect(versionOf(1, { sentAtMs: 22, sequenceNumber: '333' })).toBe(
    '000000000000001.000000000000022.000000000000000000000000000000000000333',
  );
  expect(versionOf(NOW, { sentAtMs: NOW, sequenceNumber: String(2n ** 128n - 1n) })).toBe(
    '001772366400000.001772366400000.340282366920938463463374607431768211455',
  );
});

test('texts sort as changes do', () => {
  const few = fc.nat({ max: 2 });
  const close = fc.record({ sentAtMs: few, sequenceNumber: fc.nat({ max: 12 }).map(String) });
  const one: fc.Arbitrary<[number, FirstArrival]> = fc.oneof(
    fc.tuple(occurredAtMs, arbitrary.arrival),
    fc.tuple(few, close),
  );
  fc.assert(
    fc.property(one, one, (a, b) => {
      const [textA, textB] = [versionOf(...a), versionOf(...b)];
      const sorted = textA < textB ? -1 : Number(textA > textB);
      expect(sorted).toBe(order(a, b));
    }),
    { numRuns: 1_000 },
  );
});

test('a version tells when its change happened', () => {
  fc.assert(
    fc.property(occurredAtMs, arbitrary.arrival, (atMs, arrival) => {
      expect(occurredAtOf(versionOf(atMs, arrival))).toBe(atMs);
    }),
  );
});

test('what members are adopted with is older than every change', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999_999_999 }), arbitrary.arrival, (atMs, arrival) => {
      expect(versionOf(atMs, arrival) > BEFORE_EVERY_CHANGE).toBe(true);
    }),
  );
  expect(occurredAtOf(BEFORE_EVERY_CHANGE)).toBe(0);
});

import { expect, it } from 'vitest';
import { billOf } from '../../bench/prices.ts';

it('a bill is what a million changes use, times the price of one', () => {
  const bill = billOf({
    writeUnits: 2,
    readUnits: 1,
    queueRequests: 0.3,
    invocations: 0.1,
    milliseconds: 4,
    logBytes: 1_000,
  });
  const dollars = Object.fromEntries(bill.map(({ what, dollarsPerMillion }) => [what, dollarsPerMillion]));
  expect(dollars['table, writes']).toBeCloseTo(1.25);
  expect(dollars['table, reads']).toBeCloseTo(0.125);
  expect(dollars['FIFO queue: send, receive, delete']).toBeCloseTo(0.15);
  expect(dollars['function, invocations']).toBeCloseTo(0.02);
  expect(dollars['function, 256 MB arm64']).toBeCloseTo(0.0133, 4);
  expect(dollars['logs']).toBeCloseTo(0.5);
  expect(dollars['traces']).toBeCloseTo(0.025);
});

import { describe, expect, it } from 'vitest';
import { median, quantile, spread, sum } from '../../bench/statistics.ts';

describe('a median', () => {
  it('is the value in the middle, in whatever order they come', () => {
    expect(median([30, 1, 2])).toBe(2);
  });

  it('is the mean of the two in the middle of an even number', () => {
    expect(median([4, 1, 100, 2])).toBe(3);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('a quantile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('is what so large a share does not exceed', () => {
    expect(quantile(hundred, 0.99)).toBe(99);
    expect(quantile(hundred, 0.5)).toBe(50);
  });

  it('of all is the largest, and of none the smallest', () => {
    expect(quantile(hundred, 1)).toBe(100);
    expect(quantile(hundred, 0)).toBe(1);
  });
});

it('a spread is the least and the most', () => {
  expect(spread([3, 1, 2])).toEqual([1, 3]);
});

it('a sum of nothing is 0', () => {
  expect(sum([])).toBe(0);
  expect(sum([1, 2, 3])).toBe(6);
});

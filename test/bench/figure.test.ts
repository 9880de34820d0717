import { describe, expect, it } from 'vitest';
import { type Figure, isMet, rounded, toJson } from '../../bench/figure.ts';

const figure: Figure = { name: 'time', meaning: 'time', value: 1, target: 1, better: 'less' };

describe('a target', () => {
  it.each([
    ['less', 1, true],
    ['less', 1.01, false],
    ['more', 1, true],
    ['more', 0.99, false],
    ['equal', 1, true],
    ['equal', 0.5, false],
  ] as const)('where %s is better is met by %d: %s', (better, value, met) => {
    expect(isMet({ ...figure, better, value })).toBe(met);
  });

  it('is neither met nor missed where there is none, or where the run cannot tell', () => {
    const { target: _, ...without } = figure;
    expect(isMet(without)).toBeNull();
    expect(isMet({ ...figure, undecided: 'too short' })).toBeNull();
    expect(isMet({ ...figure, value: Number.NaN })).toBeNull();
  });
});

describe('the JSON', () => {
  it('has every figure by its name', () => {
    const json = toJson([
      figure,
      { ...figure, name: 'share', value: 0.123456, better: 'more', bestPeer: 0.5 },
    ]);
    expect(json).toEqual({
      figures: {
        time: { value: 1, target: 1, met: true, bestPeer: null },
        share: { value: 0.1235, target: 1, met: false, bestPeer: 0.5 },
      },
    });
  });

  it('judges by what was measured, not by what it is rounded to', () => {
    expect(toJson([{ ...figure, value: 1.00001 }]).figures['time']).toMatchObject({ value: 1, met: false });
  });
});

it('numbers are rounded to four digits, or to whole ones', () => {
  expect([rounded(0.000123456), rounded(12.3456), rounded(123_456.7)]).toEqual([0.0001235, 12.35, 123_457]);
});

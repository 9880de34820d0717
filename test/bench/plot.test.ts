import { describe, expect, it } from 'vitest';
import { decades, evenTicks, svgOf } from '../../bench/plot.ts';

describe('ticks', () => {
  it('of a linear axis are even, and reach over the largest value', () => {
    expect(evenTicks(430)).toEqual([0, 100, 200, 300, 400, 500]);
    expect(evenTicks(9)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  it('of a logarithmic axis are the powers of ten around all values', () => {
    expect(decades([20, 900])).toEqual([10, 100, 1_000]);
    expect(decades([100])).toEqual([100, 1_000]);
  });
});

it('a plot shows each line at its place, and its text as text', () => {
  const svg = svgOf({
    title: 'a < b & c',
    x: { label: 'x', scale: 'log' },
    y: { label: 'y', scale: 'linear' },
    lines: [
      {
        name: 'one',
        points: [
          [10, 0],
          [100, 50],
        ],
      },
    ],
  });
  expect(svg).toContain('a &lt; b &amp; c');
  expect(svg).toContain('points="70,360 500,40"');
});

import { expect, it } from 'vitest';
import { figuresTable, markdown, withSpread } from '../../bench/table.ts';

it('a measurement is shown by its median and its spread', () => {
  expect(withSpread([1, 1.2345, 3])).toBe('1.234 (1-3)');
  expect(withSpread([2])).toBe('2');
});

it('a figure is a row: what, how much, the target, the best alternative and whether it is met', () => {
  const { rows } = figuresTable([
    { name: 'a', meaning: 'share', value: 0.96, target: 0.95, better: 'more', bestPeer: 0.8 },
    { name: 'b', meaning: 'time', value: 2, target: 1, better: 'less' },
    { name: 'c', meaning: 'growth', value: 2, target: 1, better: 'less', undecided: 'too short' },
    { name: 'd', meaning: 'beside', value: 2, better: 'less' },
  ]);
  expect(rows).toEqual([
    ['share', '0.96', '≥ 0.95', '0.8', 'yes'],
    ['time', '2', '≤ 1', '-', '**no**'],
    ['growth', '2', '≤ 1', '-', 'too short'],
    ['beside', '2', '', '-', ''],
  ]);
});

it('a table is Markdown, its notes below it', () => {
  const text = markdown({ title: 'T', header: ['', 'x'], rows: [['a', '1']], notes: ['One.', 'Two.'] });
  expect(text).toBe('### T\n\n|  | x |\n| --- | --- |\n| a | 1 |\n\nOne. Two.');
});

import { expect, it } from 'vitest';
import { readOptions } from '../../bench/options.ts';

const known = ['cpu', 'listing'];

it('without options all cases run in full', () => {
  expect(readOptions([], known)).toEqual({ json: false, quick: false, write: false });
});

it('cases are chosen by name', () => {
  expect(readOptions(['--quick', '--json', '--cases', 'listing,cpu'], known)).toEqual({
    json: true,
    quick: true,
    write: false,
    cases: ['listing', 'cpu'],
  });
});

it('what is not known is refused, and what is known is named', () => {
  expect(() => readOptions(['--cases', 'cpu,dsik'], known)).toThrow(
    'there is no case dsik; there are: cpu, listing',
  );
  expect(() => readOptions(['--fast'], known)).toThrow('--fast');
});

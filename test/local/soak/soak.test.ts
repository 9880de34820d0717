import { describe, expect, test } from 'vitest';
import { expectedParked } from '../../../local/expected-membership.ts';
import { soakInput } from '../../../local/soak/changes.ts';
import { readSoakOptions } from '../../../local/soak/options.ts';
import { figuresOf } from '../../../local/soak/process-figures.ts';
import { withFigures } from '../../../local/soak/report.ts';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

describe('the changes of a soak', () => {
  test('are the same for the same seed, and others for another', () => {
    expect(soakInput(500, 1, NOW).lines).toEqual(soakInput(500, 1, NOW).lines);
    expect(soakInput(500, 2, NOW).lines).not.toEqual(soakInput(500, 1, NOW).lines);
  });

  test('are as many as are asked for, and hold some of everything', () => {
    const { lines, expected } = soakInput(5_000, 1, NOW);
    expect(lines).toHaveLength(5_000);
    expect(Object.keys(expectedParked(expected)).toSorted()).toEqual(['invalid', 'unknown_app']);
    const kinds = new Set(expected.perLine.map(({ kind }) => kind));
    expect(kinds).toEqual(new Set(['newest', 'older', 'parked', 'repeat']));
    expect(expected.members.size).toBeLessThanOrEqual(2_000);
  });
});

test('figures of a process are read while it is there', () => {
  const figures = figuresOf(process.pid);
  if (process.platform === 'linux') expect(figures?.rssMiB).toBeGreaterThan(10);
  expect(figuresOf(2 ** 30)).toBeUndefined();
});

test('figures stand between their markers, and nowhere where there are none', () => {
  const page = 'a\n<!-- soak:figures -->\nold\n<!-- /soak:figures -->\nz';
  expect(withFigures(page, 'new')).toBe('a\n<!-- soak:figures -->\n\nnew\n\n<!-- /soak:figures -->\nz');
  expect(() => withFigures('a', 'new')).toThrow('no place');
});

test('options that make no sense are named', () => {
  expect(readSoakOptions([])).toEqual({ changes: 100_000, seed: 1, json: false, write: false });
  expect(() => readSoakOptions(['--changes', 'many'])).toThrow('--changes');
  expect(() => readSoakOptions(['--changes', '1'])).toThrow('from 100');
});

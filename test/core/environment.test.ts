import { describe, expect, test } from 'vitest';
import { EnvironmentError, readEnvironment, type VARIABLES } from '../../functions/core/environment.ts';
import { TIMINGS } from '../support/builders.ts';

type Name = keyof typeof VARIABLES;

/** The message of the error that reading these variables ends in. */
function complaint(source: Record<string, string | undefined>, ...names: Name[]): string {
  try {
    readEnvironment(source, names);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  throw new Error('it was read');
}

const TEXTS = [
  'ROSTER_TABLE',
  'CHANGE_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'RECONCILE_QUEUE_URL',
  'APP_SECRET_PREFIX',
  'LOG_KEY_SECRET',
] as const;

test('only the variables that are asked for are read', () => {
  expect(readEnvironment({ ROSTER_TABLE: 'roster', BUDGET_SHARE: 'much' }, ['ROSTER_TABLE'])).toEqual({
    ROSTER_TABLE: 'roster',
  });
});

describe.each(TEXTS)('%s', (name) => {
  test('is a text', () => {
    expect(readEnvironment({ [name]: 'x' }, [name])).toEqual({ [name]: 'x' });
  });

  test('must be set, to something', () => {
    expect(complaint({}, name)).toBe(`environment is not valid\n  ${name}: is not set`);
    expect(complaint({ [name]: '' }, name)).toBe(`environment is not valid\n  ${name}: must not be empty`);
  });
});

describe('EXTRA_HOSTS', () => {
  test('is a JSON array of texts, and need not be there', () => {
    expect(readEnvironment({ EXTRA_HOSTS: '["http://127.0.0.1:1"]' }, ['EXTRA_HOSTS'])).toEqual({
      EXTRA_HOSTS: ['http://127.0.0.1:1'],
    });
    expect(readEnvironment({}, ['EXTRA_HOSTS'])).toEqual({ EXTRA_HOSTS: [] });
  });

  test.each(['', 'http://127.0.0.1:1', '["http://127.0.0.1:1"'])('%j is not JSON', (value) => {
    expect(complaint({ EXTRA_HOSTS: value }, 'EXTRA_HOSTS')).toBe(
      'environment is not valid\n  EXTRA_HOSTS: must be JSON',
    );
  });

  test.each(['{}', 'null', '"http://127.0.0.1:1"', '[1]', '[""]'])('%j is not an array of texts', (value) => {
    expect(complaint({ EXTRA_HOSTS: value }, 'EXTRA_HOSTS')).toContain('EXTRA_HOSTS: ');
  });
});

describe('TIMINGS', () => {
  test('are the deployed ones but for what is said', () => {
    expect(readEnvironment({}, ['TIMINGS'])).toEqual({ TIMINGS });
    expect(readEnvironment({ TIMINGS: '{"cacheMs":7}' }, ['TIMINGS'])).toEqual({
      TIMINGS: { ...TIMINGS, cacheMs: 7 },
    });
  });

  test.each(['[]', '7', '{"cacheMs":0}', '{"cacheMs":"7"}', '{cacheMs:7}'])('%j are refused', (value) => {
    expect(complaint({ TIMINGS: value }, 'TIMINGS')).toContain('TIMINGS: ');
  });
});

describe('POLICY', () => {
  test('is one of the four, and managed where it is not set', () => {
    expect(readEnvironment({ POLICY: 'report' }, ['POLICY'])).toEqual({ POLICY: 'report' });
    expect(readEnvironment({}, ['POLICY'])).toEqual({ POLICY: 'managed' });
  });

  test.each(['', 'everything'])('%j is none', (value) => {
    expect(complaint({ POLICY: value }, 'POLICY')).toContain(
      'POLICY: must be one of report, additive, managed, exact',
    );
  });
});

describe('BUDGET_SHARE', () => {
  test.each([
    ['1', 1],
    ['0.125', 0.125],
  ])('%j is a part of the whole', (value, share) => {
    expect(readEnvironment({ BUDGET_SHARE: value }, ['BUDGET_SHARE'])).toEqual({ BUDGET_SHARE: share });
  });

  test.each(['', '0', '-1', '1.01', 'half', 'NaN', 'Infinity'])('%j is not', (value) => {
    expect(complaint({ BUDGET_SHARE: value }, 'BUDGET_SHARE')).toContain('BUDGET_SHARE: ');
  });

  test('must be set', () => {
    expect(complaint({}, 'BUDGET_SHARE')).toContain('BUDGET_SHARE: is not set');
  });
});

describe('an environment that is wrong', () => {
  const wrong = {
    ROSTER_TABLE: '',
    EXTRA_HOSTS: '[S3CRET',
    TIMINGS: '{"cacheMs":"S3CRET"}',
    BUDGET_SHARE: 'S3CRET',
  };
  const names: Name[] = ['ROSTER_TABLE', 'CHANGE_QUEUE_URL', 'EXTRA_HOSTS', 'TIMINGS', 'BUDGET_SHARE'];

  test('is told whole, a line for each variable', () => {
    const lines = complaint(wrong, ...names).split('\n');
    expect(lines[0]).toBe('environment is not valid');
    expect(lines.slice(1).map((line) => /^ {2}([A-Z_]+): \S/.exec(line)?.[1])).toEqual(names);
  });

  test('is told without any value', () => {
    expect(complaint(wrong, ...names)).not.toContain('S3CRET');
  });

  test('has an error of its own', () => {
    expect(() => readEnvironment({}, ['ROSTER_TABLE'])).toThrow(
      expect.objectContaining({ name: 'EnvironmentError' }),
    );
  });
});

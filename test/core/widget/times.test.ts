import { expect, it } from 'vitest';
import { moment, span } from '../../../functions/core/widget/times.ts';
import { DAY, HOUR, MINUTE, NOW, SECOND } from '../../support/builders.ts';

it.each([
  [0, '0 s'],
  [59 * SECOND, '59 s'],
  [MINUTE, '1 min'],
  [HOUR, '1 h'],
  [3 * HOUR + 12 * MINUTE, '3 h 12 min'],
  [2 * DAY, '2 days'],
  [5 * DAY + 4 * HOUR + MINUTE, '5 days 4 h'],
])('%d ms are %s', (ms, text) => {
  expect(span(ms)).toBe(text);
});

it('a moment is shown as an age and as a time, before and after now', () => {
  expect(moment(NOW - HOUR, NOW).text).toMatch(/1 h ago.*2026-03-01 11:00:00 UTC/);
  expect(moment(NOW + HOUR, NOW).text).toContain('in 1 h');
  expect(moment(NOW, NOW).text).toContain('0 s ago');
});

import { expect, test } from 'vitest';
import { PARK_REASONS } from '../../functions/core/reasons.ts';

test('every reason is a name for machines and a text for people, no two alike', () => {
  const texts = Object.values(PARK_REASONS);
  for (const reason of Object.keys(PARK_REASONS)) expect(reason).toMatch(/^[a-z]+(_[a-z]+)*$/);
  for (const text of texts) expect(text).toMatch(/^\S.{10,}\S$/);
  expect(new Set(texts).size).toBe(texts.length);
});

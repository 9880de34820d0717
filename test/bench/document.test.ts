import { expect, it } from 'vitest';
import { withSection } from '../../bench/document.ts';

const page = 'before\n<!-- bench:a -->old<!-- /bench:a -->\nafter';

it('a section is replaced between its markers, again and again', () => {
  const once = withSection(page, 'a', 'new');
  expect(once).toBe('before\n<!-- bench:a -->\n\nnew\n\n<!-- /bench:a -->\nafter');
  expect(withSection(once, 'a', 'new')).toBe(once);
});

it('a section without a place is an error', () => {
  expect(() => withSection(page, 'b', 'new')).toThrow('no place for b');
});

import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { linkedTests } from './linked-tests.ts';

const page = readFileSync('docs/threat-model.md', 'utf8');
const links = linkedTests(page);

describe('docs/threat-model.md', () => {
  test('names tests that are there, by file and title', () => {
    expect(links.length).toBeGreaterThan(40);
    const missing = links.filter(
      ({ file, title = '' }) => !existsSync(file) || !readFileSync(file, 'utf8').includes(title),
    );
    expect(missing).toEqual([]);
  });

  test('has a test for each door', () => {
    const doors = page.split(/^## /m).filter((section) => /^Door /.test(section));
    expect(doors.length).toBeGreaterThan(7);
    expect(doors.filter((door) => linkedTests(door).length === 0)).toEqual([]);
  });
});

test('a link to a test is told from other links, and one to a file from one to a title', () => {
  expect(
    linkedTests('[says so](../test/a.test.ts) [`a.test.ts`](../test/a.test.ts) [other](../lib/a.ts)'),
  ).toEqual([{ file: 'test/a.test.ts', title: 'says so' }, { file: 'test/a.test.ts' }]);
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DOCUMENT, withCurrentTable } from '../../lib/configuration-doc.ts';
import { SETTING_NAMES } from '../../lib/settings.ts';

describe('docs/configuration.md', () => {
  const document = readFileSync(DOCUMENT, 'utf8');

  it('says what the schema says (otherwise: node lib/configuration-doc.ts)', () => {
    expect(document).toBe(withCurrentTable(document));
  });

  it('says of every setting what it does', () => {
    for (const name of SETTING_NAMES) {
      expect(document).toMatch(
        new RegExp(`^\\| \`rollcall:${name}\` \\|[^|]*\\|[^|]+\\| [A-Z][^|]+\\. \\|$`, 'm'),
      );
    }
  });

  it('is not given a table where it has no place for one', () => {
    expect(() => withCurrentTable('# Configuration')).toThrow('must hold the lines');
  });
});

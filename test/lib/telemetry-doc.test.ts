import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { METRICS } from '../../functions/core/metrics.ts';
import { DOCUMENT, withCurrentTables } from '../../lib/telemetry-doc.ts';

describe('docs/telemetry.md', () => {
  const document = readFileSync(DOCUMENT, 'utf8');

  it('says what the code says (otherwise: node lib/telemetry-doc.ts)', () => {
    expect(document).toBe(withCurrentTables(document));
  });

  it('tells of every metric', () => {
    for (const name of Object.keys(METRICS)) expect(document).toContain(`| \`${name}\` |`);
  });

  it('is not given a table where it has no place for one', () => {
    expect(() => withCurrentTables('# Logs')).toThrow('must hold the lines');
  });
});

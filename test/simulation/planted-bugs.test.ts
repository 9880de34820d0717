import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PATCHES = join(ROOT, 'test/simulation/planted-bugs');
const patches = readdirSync(PATCHES).filter((file) => file.endsWith('.patch'));

describe('a planted bug, for `npm run planted-bugs` to find', () => {
  it('is one of at least a dozen', () => {
    expect(patches.length).toBeGreaterThanOrEqual(12);
  });

  it.each(patches)('can still be planted: %s', (patch) => {
    execFileSync('git', ['apply', '--check', '-C1', join(PATCHES, patch)], { cwd: ROOT, stdio: 'pipe' });
  });
});

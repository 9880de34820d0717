import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { originalFrame } from '../../functions/adapters/telemetry/original-frame.ts';

const FAULT_FIELDS = fileURLToPath(
  new URL('../../functions/adapters/telemetry/fault-fields.ts', import.meta.url),
);
const SOURCE = `
import { faultFields } from ${JSON.stringify(FAULT_FIELDS)};

interface Told { readonly why: string }

function fail({ why }: Told): never {
  const message = why.toUpperCase();
  throw new Error(message);
}

try {
  fail({ why: 'because' });
} catch (error) {
  console.log(JSON.stringify(faultFields(error)));
}
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rollcall-frames-'));
  writeFileSync(join(directory, 'source.ts'), SOURCE);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The innermost frame of what a bundle logs of an error of its own. */
async function frameOf(name: string, sourcemap: boolean): Promise<string> {
  const outfile = join(directory, name, 'index.mjs');
  const entryPoints = [join(directory, 'source.ts')];
  const common = { bundle: true, platform: 'node', format: 'esm', minify: true } as const;
  await build({ ...common, entryPoints, outfile, sourcemap, sourcesContent: false });
  const { stdout } = spawnSync(process.execPath, [outfile], { encoding: 'utf8', env: {} });
  return JSON.parse(stdout).at[0];
}

describe('a frame of a stack', () => {
  it('of a bundle is told as a place in the source', async () => {
    expect(await frameOf('mapped', true)).toBe('at source.ts:8:9');
  });

  it('of a bundle without a map stays as it is', async () => {
    expect(await frameOf('bare', false)).toMatch(/^at .*\/bare\/index\.mjs:\d+:\d+\)?$/);
  });

  it.each([
    'at node:internal/process/task_queues:103:5',
    'at async Promise.all (index 0)',
    'at <anonymous>',
    'at fail (file:///not-there/index.mjs:1:1)',
  ])('stays as it is: %s', (frame) => {
    expect(originalFrame(frame)).toBe(frame);
  });
});

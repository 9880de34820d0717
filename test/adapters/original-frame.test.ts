import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { originalFrame } from '../../functions/adapters/telemetry/original-frame.ts';

const SOURCE = `
interface Told { readonly why: string }

function fail({ why }: Told): never {
  const message = why.toUpperCase();
  throw new Error(message);
}

fail({ why: 'because' });
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rollcall-frames-'));
  writeFileSync(join(directory, 'source.ts'), SOURCE);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The innermost frame of the error that ends a bundle, made as the functions' are. */
async function frameOf(name: string, sourcemap: boolean): Promise<string> {
  const outfile = join(directory, `${name}.mjs`);
  const entryPoints = [join(directory, 'source.ts')];
  await build({ entryPoints, outfile, format: 'esm', minify: true, sourcemap, sourcesContent: false });
  const { stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8', env: {} });
  return /^\s+(at .*)$/m.exec(stderr)?.[1] ?? stderr;
}

describe('a frame of a stack', () => {
  it('of a bundle is told as a place in the source', async () => {
    const frame = await frameOf('mapped', true);
    expect(frame).toMatch(/mapped\.mjs:\d:\d+\)?$/);
    expect(originalFrame(frame)).toBe('at source.ts:6:9');
  });

  it('of a bundle without a map stays as it is', async () => {
    const frame = await frameOf('bare', false);
    expect(originalFrame(frame)).toBe(frame);
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

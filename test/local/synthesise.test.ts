import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { synthesise } from '../../local/synthesise.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synthesise-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what the CDK complains about is told', async () => {
  await expect(synthesise({ 'rollcall:retryBase': 1 }, folder)).rejects.toThrow(
    /could not be synthesised.*rollcall:retryBase: is not a setting/s,
  );
});

test('an abort ends it, before and meanwhile', async () => {
  const controller = new AbortController();
  const synthesised = synthesise({}, folder, controller.signal);
  controller.abort(new Error('enough'));
  await expect(synthesised).rejects.toThrow('enough');
  await expect(synthesise({}, folder, controller.signal)).rejects.toThrow('enough');
});

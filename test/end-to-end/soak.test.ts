import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const CHANGES = 2_000;

test('a short soak accounts for every change', { timeout: 300_000 }, async () => {
  const soak = join(import.meta.dirname, '../../local/soak.ts');
  const child = spawn(process.execPath, [soak, '--changes', String(CHANGES), '--json']);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const { accepted, applied, already, superseded, parked } = result;
  expect(applied + already + superseded + parked.invalid + parked.unknown_app).toBe(accepted);
  expect(accepted).toBeGreaterThan(CHANGES * 0.95);
  expect(result).toMatchObject({ lost: 0, mismatched: 0, failed: [] });
  expect(Math.min(...Object.values<number>(result.faults))).toBeGreaterThan(0);
});

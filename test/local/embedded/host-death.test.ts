import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { writeTinyStack } from './tiny-stack.ts';

test('a host that ends without stopping leaves no process behind, not even a frozen one', async () => {
  const dir = writeTinyStack();
  const host = fileURLToPath(new URL('./tiny-host.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [host, dir], { timeout: 15_000 });
  rmSync(dir, { recursive: true });
  const pids = stdout.trim().split('\n').map(Number);
  expect(pids).toHaveLength(2);
  for (const pid of pids) await expect.poll(() => isAlive(pid), { timeout: 2_000 }).toBe(false);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished, vi } from 'vitest';
import { runRollcall } from '../../bin/program.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/rollcall.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

type Variables = Readonly<Record<string, string>>;

/** The environment of somebody who uses emulators. */
const ENVIRONMENT: Variables = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

/** Runs `rollcall` in this process, which is a good deal faster than in one of its own. */
export async function rollcall(args: readonly string[], env: Variables = {}): Promise<Ended> {
  for (const [name, value] of Object.entries({ ...ENVIRONMENT, NO_COLOR: '1', ...env }))
    vi.stubEnv(name, value);
  vi.stubEnv('FORCE_COLOR', undefined);
  const written = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((chunk) => {
      written[name] += chunk;
      return true;
    }),
  );
  try {
    const code = await runRollcall(args);
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
}

/** Starts `rollcall` as a process of its own, by its name as a shell would; it is gone when the test is over. */
export function startRollcall(args: readonly string[], { env = {}, cwd = process.cwd() }: StartOptions = {}) {
  const PATH = process.env['PATH'] ?? '';
  const child = spawn(PROGRAM, args, { cwd, env: { PATH, ...ENVIRONMENT, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [code]]): Ended => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

interface StartOptions {
  readonly env?: Variables;
  readonly cwd?: string;
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

const PROGRAM = join(import.meta.dirname, '../../bin/rollcall.ts');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** The environment of somebody who uses emulators, and nothing of the one that the tests run in. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
};

/** Starts `rollcall` as a process of its own; it is gone when the test is over. */
export function startRollcall(args: readonly string[], { env = {}, cwd = process.cwd() }: RunOptions = {}) {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...ENVIRONMENT, ...env } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]).then(
    ([stdout, stderr, [code]]): Ended => ({ code, stdout, stderr }),
  );
  return { child, ended };
}

/** Runs `rollcall` to its end; `stdin` is what is piped into it. */
export function rollcall(args: readonly string[], options: RunOptions = {}, stdin = ''): Promise<Ended> {
  const { child, ended } = startRollcall(args, options);
  child.stdin.end(stdin);
  return ended;
}

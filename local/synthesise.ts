import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('./synthesise-main.ts', import.meta.url));
/** Where the CDK looks for its bundler, wherever this was started from. */
const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Synthesises a deployment in a process of its own: the CDK is large, talks while it bundles, and is not needed
 * afterwards. Gives the folder of the cloud assembly.
 *
 * @param context settings (`rollcall:…`) that differ from those of cdk.json
 * @throws what the process said where it failed, or the signal's reason; it has ended by then
 */
export async function synthesise(
  context: Readonly<Record<string, unknown>>,
  outdir: string,
  signal?: AbortSignal,
): Promise<string> {
  signal?.throwIfAborted();
  const child = spawn(process.execPath, [MAIN, JSON.stringify(context), outdir], {
    cwd: PROJECT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal?.addEventListener('abort', kill, { once: true });
  const exited = new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  const [said, exitCode] = await Promise.all([text(child.stderr), exited]);
  signal?.removeEventListener('abort', kill);
  signal?.throwIfAborted();
  if (exitCode !== 0) throw new Error(`the stack could not be synthesised\n${said}`);
  return outdir;
}

import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import type { InvocationOutcome } from '../../../local/embedded/events.ts';
import { LocalFunction } from '../../../local/embedded/local-function.ts';
import { Recorder } from './recorder.ts';
import type { Act } from './tiny-act.ts';
import { writeTinyStack } from './tiny-stack.ts';

let dir: string;
beforeAll(() => {
  dir = writeTinyStack();
});
afterAll(() => rmSync(dir, { recursive: true }));

/** The function `act` of the tiny stack. */
function start({ onTestFinished }: TestContext, settings: { timeoutMs?: number; handler?: string } = {}) {
  const { timeoutMs = 10_000, handler = 'act.act' } = settings;
  const taskRoot = path.join(dir, 'asset.c0ffee');
  const environment = { LAMBDA_TASK_ROOT: taskRoot, _HANDLER: handler };
  const recorder = new Recorder();
  const tested = new LocalFunction(
    { logicalId: 'Act', name: 'act', arn: 'arn:act', taskRoot, memoryMb: 256, timeoutMs, environment },
    recorder.report,
  );
  onTestFinished(() => tested.stop());
  const invoke = (act: Act): Promise<InvocationOutcome> => tested.invoke({ act });
  const untilBegun = () => recorder.until(() => recorder.logged.at(-1)?.['begun']);
  const pids = () => recorder.of('invocationStarted').map(({ pid }) => pid);
  return { tested, recorder, invoke, untilBegun, pids };
}

const returned: unknown = expect.objectContaining({ kind: 'returned' });

describe.concurrent('a function', () => {
  test('uses an idle process again, and starts another while that is busy', async (context) => {
    const { invoke, pids, untilBegun } = start(context);
    expect(await invoke('return')).toEqual(returned);
    const busy = invoke('takeLong');
    await untilBegun();
    expect(await invoke('return')).toEqual(returned);
    expect(await busy).toEqual({ kind: 'returned', value: 'done' });
    const [first, second, third] = pids();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  test('that throws keeps its process', async (context) => {
    const { invoke, pids } = start(context);
    expect(await invoke('throw')).toEqual({ kind: 'threw', errorType: 'TypeError', errorMessage: 'as told' });
    expect(await invoke('return')).toEqual(returned);
    expect(new Set(pids()).size).toBe(1);
  });

  test('whose process ends gets a new one', async (context) => {
    const { invoke, pids } = start(context);
    expect(await invoke('exit')).toEqual({ kind: 'crashed', exitCode: 7, signal: null });
    expect(await invoke('return')).toEqual(returned);
    expect(new Set(pids()).size).toBe(2);
  });

  test('is killed at its time-out, which begins when the bundle has been loaded', async (context) => {
    const { invoke, recorder } = start(context, { timeoutMs: 50 });
    expect(await invoke('hang')).toEqual({ kind: 'timedOut', timeoutMs: 50 });
    const ended = await recorder.until(() => recorder.of('processEnded')[0]);
    expect(ended).toMatchObject({ signal: 'SIGKILL' });
  });

  test('knows how long it still has', async (context) => {
    const { invoke } = start(context, { timeoutMs: 5_000 });
    const remainingMs = expect.toSatisfy((ms: number) => ms > 4_000 && ms <= 5_000);
    expect(await invoke('return')).toMatchObject({ value: { remainingMs } });
  });

  test('whose bundle cannot be loaded says why', async (context) => {
    const { invoke } = start(context, { handler: 'act.nothing' });
    expect(await invoke('return')).toMatchObject({
      kind: 'threw',
      errorMessage: "act.mjs exports no function 'nothing'",
    });
  });

  test('that is killed crashes, and one that is idle is left alone', async (context) => {
    const { tested, invoke, untilBegun } = start(context);
    await invoke('return');
    expect(tested.kill()).toBe(0);
    const hanging = invoke('hang');
    await untilBegun();
    expect(tested.kill()).toBe(1);
    expect(await hanging).toEqual({ kind: 'crashed', exitCode: null, signal: 'SIGKILL' });
  });

  test('that is frozen beyond its time-out goes on where it stood', async (context) => {
    const { tested, invoke, untilBegun } = start(context, { timeoutMs: 800 });
    const slow = invoke('takeLong');
    await untilBegun();
    tested.processes[0]?.freeze();
    const frozen = await Promise.race([slow, new Promise((resolve) => setTimeout(resolve, 1_000, 'frozen'))]);
    expect(frozen).toBe('frozen');
    tested.processes[0]?.thaw();
    expect(await slow).toEqual({ kind: 'returned', value: 'done' });
  });
});

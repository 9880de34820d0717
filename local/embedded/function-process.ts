import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { asError, type InvocationOutcome, type Report } from './events.ts';
import type { FunctionMessage, InvokeMessage } from './function-messages.ts';
import { lambdaNodeOptions } from './node-options.ts';
import { PausableTimer } from './pausable-timer.ts';

const RUNTIME = fileURLToPath(new URL('./function-runtime.ts', import.meta.url));
/** As on Lambda: loading a module may take no longer. */
const INIT_TIMEOUT_MS = 10_000;

/** What a function's processes are started with. */
export interface FunctionSettings {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  /** The folder of the bundle. */
  readonly taskRoot: string;
  readonly memoryMb: number;
  readonly timeoutMs: number;
  /** The whole environment: nothing of the host's own is added. */
  readonly environment: Readonly<Record<string, string>>;
}

interface Invocation {
  readonly requestId: string;
  readonly event: unknown;
  readonly settle: (outcome: InvocationOutcome) => void;
}

/**
 * One execution environment of a function: a process that loads the bundle once and runs one invocation at a time.
 * It can be killed or frozen at any moment, and the host then sees what Lambda would see.
 */
export class FunctionProcess {
  /** Settles when the process is gone. */
  readonly ended: Promise<void>;
  readonly #settings: FunctionSettings;
  readonly #report: Report;
  readonly #child: ChildProcess;
  #loaded = false;
  #frozen = false;
  #retired = false;
  #invocation: Invocation | undefined;
  #timer: PausableTimer | undefined;

  constructor(settings: FunctionSettings, report: Report) {
    this.#settings = settings;
    this.#report = report;
    this.#child = fork(RUNTIME, [settings.arn], {
      env: { ...settings.environment },
      cwd: settings.taskRoot,
      execArgv: lambdaNodeOptions(settings.memoryMb),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#child.on('message', (message) => this.#hear(message as FunctionMessage));
    this.#child.on('error', (error) => {
      report({ kind: 'trouble', where: `process of ${settings.logicalId}`, error: asError(error) });
      if (this.#child.pid === undefined) this.#end(null, null, resolve);
    });
    this.#child.once('exit', (exitCode, signal) => this.#end(exitCode, signal, resolve));
    this.#readLines('stdout');
    this.#readLines('stderr');
    report({ kind: 'processStarted', functionId: settings.logicalId, pid: this.pid });
  }

  /** 0 if the process could not be started. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The invocation that it works on. */
  get requestId(): string | undefined {
    return this.#invocation?.requestId;
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** Whether it could take an invocation now. */
  get idle(): boolean {
    return !this.#retired && !this.#frozen && this.#invocation === undefined;
  }

  /** Runs the handler; only for a process that is idle. Never rejects: a crash is an outcome. */
  invoke(event: unknown): Promise<InvocationOutcome> {
    if (!this.idle) throw new Error('this process takes no invocation now');
    const { promise, resolve } = Promise.withResolvers<InvocationOutcome>();
    const requestId = randomUUID();
    const startedAtMs = performance.now();
    const about = { functionId: this.#settings.logicalId, pid: this.pid, requestId };
    const settle = (outcome: InvocationOutcome): void => {
      this.#timer?.pause();
      this.#invocation = undefined;
      const durationMs = performance.now() - startedAtMs;
      this.#report({ kind: 'invocationEnded', ...about, durationMs, outcome });
      resolve(outcome);
    };
    this.#invocation = { requestId, event, settle };
    this.#report({ kind: 'invocationStarted', ...about });
    if (this.#loaded) this.#handOver();
    else this.#limit(INIT_TIMEOUT_MS);
    return promise;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.#retired = true;
    this.#child.kill(signal);
  }

  /** Stops the process where it stands, and with it the clock of its time-out, as when its machine is paused. */
  freeze(): void {
    this.#timer?.pause();
    this.#frozen = this.#child.kill('SIGSTOP');
  }

  /** Lets a frozen process go on. */
  thaw(): void {
    if (!this.#frozen) return;
    this.#frozen = false;
    this.#child.kill('SIGCONT');
    if (this.#invocation !== undefined) this.#timer?.run();
  }

  #handOver(): void {
    if (this.#invocation === undefined) return;
    const { timeoutMs } = this.#settings;
    const { requestId, event } = this.#invocation;
    const message: InvokeMessage = { requestId, event, deadlineMs: Date.now() + timeoutMs };
    this.#limit(timeoutMs);
    // A process that is gone cannot be told: its exit settles the invocation.
    this.#child.send(message, () => {});
  }

  #limit(timeoutMs: number): void {
    this.#timer?.pause();
    this.#timer = new PausableTimer(timeoutMs, () => {
      this.kill();
      this.#invocation?.settle({ kind: 'timedOut', timeoutMs });
    });
    if (!this.#frozen) this.#timer.run();
  }

  #hear(message: FunctionMessage): void {
    switch (message.kind) {
      case 'loaded':
        this.#loaded = true;
        this.#handOver();
        return;
      case 'loadFailed':
        this.#retired = true;
        this.#invocation?.settle(threw(message));
        return;
      case 'threw':
        if (message.requestId === this.requestId) this.#invocation?.settle(threw(message));
        return;
      case 'returned':
        if (message.requestId !== this.requestId) return;
        this.#invocation?.settle({ kind: 'returned', value: JSON.parse(message.valueJson) });
        return;
      default:
        message satisfies never;
    }
  }

  #readLines(stream: 'stdout' | 'stderr'): void {
    const input = this.#child[stream];
    if (input === null) return;
    const about = { functionId: this.#settings.logicalId, pid: this.pid, stream };
    let rest = '';
    const tell = (line: string): void => this.#report({ kind: 'logLine', ...about, line });
    input.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(tell);
    });
    input.once('end', () => {
      if (rest !== '') tell(rest);
    });
  }

  #end(exitCode: number | null, signal: NodeJS.Signals | null, ended: () => void): void {
    this.#retired = true;
    this.#frozen = false;
    this.#report({
      kind: 'processEnded',
      functionId: this.#settings.logicalId,
      pid: this.pid,
      exitCode,
      signal,
    });
    this.#invocation?.settle({ kind: 'crashed', exitCode, signal });
    ended();
  }
}

function threw({ errorType, errorMessage }: { errorType: string; errorMessage: string }): InvocationOutcome {
  return { kind: 'threw', errorType, errorMessage };
}

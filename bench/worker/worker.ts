import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface WorkerOptions {
  readonly args?: readonly string[];
  /** The whole environment of the process; that of its parent if left out. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly nodeOptions?: readonly string[];
  /** Told how many bytes the process writes to its standard output, which otherwise goes nowhere. */
  readonly onOutput?: (bytes: number) => void;
}

type Reply = { readonly value: unknown } | { readonly error: string };

/** A process of the benchmark that answers questions, one after the other. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #last: Promise<unknown>;

  constructor(program: URL, { args = [], environment, nodeOptions = [], onOutput }: WorkerOptions = {}) {
    this.#child = fork(fileURLToPath(program), [...args], {
      execArgv: [...nodeOptions],
      stdio: ['ignore', onOutput ? 'pipe' : 'ignore', 'inherit', 'ipc'],
      ...(environment && { env: { ...environment } }),
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => onOutput?.(chunk.length));
    this.#exited = once(this.#child, 'close');
    this.#last = this.#reply();
    this.#last.catch(() => {});
  }

  /** Resolves once the process can answer. */
  async ready(): Promise<this> {
    await this.#last;
    return this;
  }

  ask<Answer>(question: object): Promise<Answer> {
    const answer = this.#last.then(() => {
      const reply = this.#reply();
      this.#child.send(question);
      return reply as Promise<Answer>;
    });
    this.#last = answer.catch(() => {});
    return answer;
  }

  /** Stops the process where it stands, as when a function is frozen between two invocations. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async #reply(): Promise<unknown> {
    const died = this.#exited.then(() => Promise.reject(new Error('a process of the benchmark has ended')));
    const [message] = (await Promise.race([once(this.#child, 'message'), died])) as [Reply];
    if ('error' in message) throw new Error(message.error);
    return message.value;
  }
}

import type { Invocable, InvocationOutcome, Report } from './events.ts';
import { FunctionProcess, type FunctionSettings } from './function-process.ts';

/**
 * A function as its event sources see it: every invocation gets an execution environment that has none, an idle one
 * if there is one. How many run at once is up to those who invoke.
 */
export class LocalFunction implements Invocable {
  readonly #settings: FunctionSettings;
  readonly #report: Report;
  readonly #processes = new Set<FunctionProcess>();
  #stopped = false;

  constructor(settings: FunctionSettings, report: Report) {
    this.#settings = settings;
    this.#report = report;
  }

  get logicalId(): string {
    return this.#settings.logicalId;
  }

  get name(): string {
    return this.#settings.name;
  }

  /** Its execution environments that are alive, busy ones and idle ones. */
  get processes(): readonly FunctionProcess[] {
    return [...this.#processes];
  }

  /** Runs the handler with this event. @throws once the function has been stopped */
  invoke(event: unknown): Promise<InvocationOutcome> {
    if (this.#stopped) throw new Error(`${this.logicalId} has been stopped`);
    const idle = this.processes.find((process) => process.idle);
    return (idle ?? this.#start()).invoke(event);
  }

  /** Sends a signal to the processes that work on an invocation, SIGKILL unless told; says how many there were. */
  kill(signal?: NodeJS.Signals): number {
    const busy = this.processes.filter((process) => process.requestId !== undefined);
    for (const process of busy) process.kill(signal);
    return busy.length;
  }

  /** Kills every process, frozen ones too, and waits until they are gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const processes = this.processes;
    for (const process of processes) process.kill();
    await Promise.all(processes.map((process) => process.ended));
  }

  #start(): FunctionProcess {
    const started = new FunctionProcess(this.#settings, this.#report);
    this.#processes.add(started);
    void started.ended.then(() => this.#processes.delete(started));
    return started;
  }
}

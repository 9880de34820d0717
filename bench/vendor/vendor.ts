import { Worker } from '../worker/worker.ts';
import type { VendorApp, VendorCounts, VendorProcessOptions } from './apps.ts';

/** The fake vendor, in a process of its own. */
export class VendorProcess {
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
  }

  static async start(options: Partial<VendorProcessOptions> = {}): Promise<VendorProcess> {
    const all: VendorProcessOptions = { latencyMs: 0, arrivalJitterMs: 0, ...options };
    const program = new URL('./process.ts', import.meta.url);
    return new VendorProcess(await new Worker(program, { args: [JSON.stringify(all)] }).ready());
  }

  /** Adds an app; gives the URL that the vendor is at. */
  addApp(app: VendorApp): Promise<string> {
    return this.#worker.ask({ kind: 'addApp', app });
  }

  counts(appId: string): Promise<VendorCounts> {
    return this.#worker.ask({ kind: 'counts', appId });
  }

  /** The users who take part in any of an app's conversations. */
  participants(appId: string): Promise<string[]> {
    return this.#worker.ask({ kind: 'participants', appId });
  }

  /** How long answers take from now on. */
  setLatency(latencyMs: number): Promise<void> {
    return this.#worker.ask({ kind: 'setLatency', latencyMs });
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}

import type { LocalStack } from '../local-stack.ts';
import { childrenNamed, figuresOf, type ProcessFigures } from './process-figures.ts';

/** The system at one moment. */
export interface Sample {
  readonly atMs: number;
  /** Changes that have ended. */
  readonly ended: number;
  /** Of the functions' processes: the largest's memory, files and sockets, and the time of all that ever were. */
  readonly functions: ProcessFigures;
  readonly emulators: {
    /** Queues, secrets and the vendor, and what this run keeps of every change. */
    readonly hostRssMiB: number;
    readonly tableRssMiB: number;
    readonly tableCpuMs: number;
  };
}

const EVERY_MS = 2_000;

/** Looks at the system again and again. */
export class Sampler {
  readonly samples: Sample[] = [];
  readonly #stack: LocalStack;
  readonly #ended: () => number;
  readonly #cpuMs = new Map<number, number>();
  readonly #timer: NodeJS.Timeout;

  constructor(stack: LocalStack, ended: () => number) {
    this.#stack = stack;
    this.#ended = ended;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
    this.#look();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#look();
  }

  #look(): void {
    const pids = [...this.#stack.embedded.functions.values()].flatMap(({ processes }) =>
      processes.map(({ pid }) => pid),
    );
    const figures = pids.flatMap((pid) => {
      const read = figuresOf(pid);
      if (read) this.#cpuMs.set(pid, read.cpuMs);
      return read ? [read] : [];
    });
    const most = (field: keyof ProcessFigures) => Math.max(0, ...figures.map((each) => each[field]));
    const cpuMs = [...this.#cpuMs.values()].reduce((sum, each) => sum + each, 0);
    const [tables] = childrenNamed('table-process').flatMap((pid) => figuresOf(pid) ?? []);
    this.samples.push({
      atMs: performance.now(),
      ended: this.#ended(),
      functions: { rssMiB: most('rssMiB'), cpuMs, files: most('files'), sockets: most('sockets') },
      emulators: {
        hostRssMiB: process.memoryUsage().rss / 2 ** 20,
        tableRssMiB: tables?.rssMiB ?? 0,
        tableCpuMs: tables?.cpuMs ?? 0,
      },
    });
  }
}

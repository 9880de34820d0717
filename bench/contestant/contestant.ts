import type { SQSRecord } from 'aws-lambda';
import { lambdaNodeOptions } from '../../local/embedded/node-options.ts';
import type { Bench } from '../bench.ts';
import { ROSTER_IN_MEMORY } from '../bundle.ts';
import type { Population } from '../changes.ts';
import { BOUNDLESS } from '../rollcall/deployment.ts';
import { KEY } from '../vendor/apps.ts';
import { Worker } from '../worker/worker.ts';
import type { ContestantOptions, ContestantQuestion, Work } from './protocol.ts';

/** Who takes part, and how it is set up. */
export interface Entrant {
  readonly name: string;
  /** A file under bench/peers, without its ending. */
  readonly peer: string;
  /** Of Rollcall: where its roster is. */
  readonly roster?: 'table' | { readonly answersInMs: number };
  /** Of Rollcall: what it may do a second, all instances together, and what part of that is this instance's. */
  readonly budget?: { readonly perSecond: number; readonly share: number };
}

export const LIMIT: Entrant = { name: 'limit', peer: 'limit' };
export const ROLLCALL: Entrant = { name: 'Rollcall', peer: 'rollcall', roster: { answersInMs: 0 } };
/** What a user would write instead. */
export const ALTERNATIVES: readonly Entrant[] = [
  { name: "vendor's client in a loop", peer: 'vendor-client-in-a-loop' },
  { name: "vendor's client, powertools FIFO", peer: 'powertools-fifo' },
  { name: "vendor's client, powertools parallel", peer: 'powertools-parallel' },
  { name: 'middy + fetch', peer: 'middy-fetch' },
];

export interface Setting {
  /** The vendor's, or that of something in front of it. */
  readonly url: string;
  readonly population: Population;
  readonly onOutput?: (bytes: number) => void;
  /** Of Rollcall: what differs from the deployed environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A process that applies changes. */
export class Contestant {
  readonly entrant: Entrant;
  readonly #worker: Worker;

  private constructor(entrant: Entrant, worker: Worker) {
    this.entrant = entrant;
    this.#worker = worker;
  }

  /** The population's app must be known to the vendor; Rollcall's must be declared, too. */
  static async start(bench: Bench, entrant: Entrant, setting: Setting): Promise<Contestant> {
    const { url, population, onOutput, environment = {} } = setting;
    const options: ContestantOptions = { peer: entrant.peer, target: { url, ...KEY }, population };
    const worker = new Worker(new URL('./process.ts', import.meta.url), {
      args: [JSON.stringify(options)],
      nodeOptions: lambdaNodeOptions(bench.deployment.function('apply-changes').memoryMb),
      ...(entrant.roster && {
        environment: { ...(await rollcallEnvironment(bench, entrant, url)), ...environment },
      }),
      ...(onOutput && { onOutput }),
    });
    return new Contestant(entrant, await worker.ready());
  }

  /** Applies changes from an endless queue. @throws where any of them fails */
  async work(how: { batch: number } & ({ changes: number } | { forMs: number })): Promise<Work> {
    const done = await this.#ask<Work>({ kind: 'work', ...how });
    if (done.failed > 0) throw new Error(`${this.entrant.name}: ${done.failed} of ${done.changes} failed`);
    return done;
  }

  /** Gives the message ids that failed. */
  apply(records: readonly SQSRecord[]): Promise<string[]> {
    return this.#ask({ kind: 'apply', records });
  }

  /** Gets the next batch ready, to be applied in so long; `armed` then tells how many of it failed. */
  arm(batch: number, afterMs: number): Promise<void> {
    return this.#ask({ kind: 'arm', batch, afterMs });
  }

  armed(): Promise<number> {
    return this.#ask({ kind: 'armed' });
  }

  freeze(): void {
    this.#worker.freeze();
  }

  thaw(): void {
    this.#worker.thaw();
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }

  #ask<Answer>(question: ContestantQuestion): Promise<Answer> {
    return this.#worker.ask(question);
  }
}

async function rollcallEnvironment(
  bench: Bench,
  { roster, budget = { perSecond: BOUNDLESS, share: 1 } }: Entrant,
  url: string,
): Promise<Record<string, string>> {
  const deployed = bench.deployment.function('apply-changes', {
    EXTRA_HOSTS: JSON.stringify([url]),
    BUDGET_SHARE: String(budget.share),
  });
  if (typeof roster !== 'object') return { ...deployed.environment, BENCH_BUNDLE: deployed.bundle };
  return {
    ...deployed.environment,
    BENCH_BUNDLE: await bench.bundle('functions/apply-changes/handler.ts', ROSTER_IN_MEMORY),
    BENCH_ROSTER_MS: String(roster.answersInMs),
    BENCH_VENDOR_URL: url,
    BENCH_REQUESTS_PER_SECOND: String(budget.perSecond),
  };
}

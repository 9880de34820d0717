import type { Bench } from '../bench.ts';
import { VendorProcess } from '../vendor/vendor.ts';
import { Contestant, type Entrant } from './contestant.ts';
import type { Work } from './protocol.ts';

export interface RaceOptions {
  readonly entrants: readonly Entrant[];
  readonly latencyMs: number;
  readonly rounds: number;
  /** Who takes part in the first round only, after a short warm-up; nobody if left out. */
  readonly briefly?: readonly Entrant[];
  /** How long each works in each round. */
  readonly forMs: number;
}

const BATCH = 10;
const MEMBERS = 1_000;
const CONVERSATIONS = 10;
/**
 * Before the first round, while the vendor answers at once: the runtime compiles what it runs often, which takes a good
 * part of the CPU for some seconds, and a pacer begins gently.
 */
const WARM_UP_MS = 3_000;
const SHORT_WARM_UP_MS = 700;
/** Before each round: connections that were closed meanwhile are opened again. */
const REOPENING_MS = 60;

let races = 0;

/**
 * Lets entrants apply changes in turn, round after round, against one fake vendor in a process of its own. Each has a
 * process, an app and members of its own. Gives the rounds of each, by name.
 */
export async function race(bench: Bench, options: RaceOptions): Promise<Map<string, Work[]>> {
  const { entrants, latencyMs, rounds, briefly = [], forMs } = options;
  const vendor = await VendorProcess.start();
  const contestants: Contestant[] = [];
  try {
    races += 1;
    for (const [index, entrant] of entrants.entries()) {
      const population = { appId: `race-${races}-${index}`, members: MEMBERS, conversations: CONVERSATIONS };
      const url = await vendor.addApp(population);
      await bench.deployment.declareApp(population.appId, url);
      const contestant = await Contestant.start(bench, entrant, { url, population });
      contestants.push(contestant);
      const warmUpMs = briefly.includes(entrant) ? SHORT_WARM_UP_MS : WARM_UP_MS;
      await contestant.work({ batch: BATCH, forMs: warmUpMs });
    }
    await vendor.setLatency(latencyMs);
    const results = new Map<string, Work[]>(entrants.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const contestant of contestants) {
        if (round > 0 && briefly.includes(contestant.entrant)) continue;
        await contestant.work({ batch: BATCH, forMs: REOPENING_MS });
        results.get(contestant.entrant.name)?.push(await contestant.work({ batch: BATCH, forMs }));
      }
    }
    return results;
  } finally {
    await Promise.all([...contestants, vendor].map((each) => each.stop()));
  }
}

/** A measure of each round, as a ratio to that of another's same round. */
export function ratios(
  of: readonly Work[] = [],
  to: readonly Work[] = [],
  measure: (work: Work) => number,
): number[] {
  return of.flatMap((work, round) => {
    const other = to[round];
    return other ? [measure(work) / measure(other)] : [];
  });
}

export const changesPerSecond = ({ changes, ms }: Work) => (changes / ms) * 1_000;
export const cpuMicrosPerChange = ({ changes, cpuMs }: Work) => (cpuMs / changes) * 1_000;

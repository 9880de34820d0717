import type { Case } from '../bench.ts';
import { ALTERNATIVES, type Entrant, LIMIT, ROLLCALL } from '../contestant/contestant.ts';
import { changesPerSecond, race, ratios } from '../contestant/field.ts';
import type { Work } from '../contestant/protocol.ts';
import { median } from '../statistics.ts';
import { withSpread } from '../table.ts';

const LATENCY_MS = 20;

const IN_MEMORY: Entrant = { ...ROLLCALL, name: 'Rollcall, roster in memory' };
const BEHIND_5_MS: Entrant = { ...ROLLCALL, name: 'Rollcall, roster in 5 ms', roster: { answersInMs: 5 } };
const ON_TABLE: Entrant = { ...ROLLCALL, name: 'Rollcall, SDK and local table', roster: 'table' };
const ENTRANTS = [LIMIT, IN_MEMORY, BEHIND_5_MS, ON_TABLE, ...ALTERNATIVES];

/** Changes a second at a vendor that takes 20 ms, in batches of ten. */
export const throughput: Case = {
  name: 'throughput',
  async run(bench) {
    const lengths = bench.quick
      ? { rounds: 5, briefly: [ON_TABLE, ...ALTERNATIVES], forMs: 400 }
      : { rounds: 9, forMs: 1_000 };
    const results = await race(bench, { entrants: ENTRANTS, latencyMs: LATENCY_MS, ...lengths });
    const shares = (name: string) => ratios(results.get(name), results.get(LIMIT.name), changesPerSecond);
    const best = Math.max(...ALTERNATIVES.map(({ name }) => median(shares(name))));
    const figure = (name: string, meaning: string, entrant: Entrant) => ({
      name,
      meaning: `changes/s at ${LATENCY_MS} ms, ${meaning}: share of the limit`,
      value: median(shares(entrant.name)),
      better: 'more' as const,
    });
    return {
      figures: [
        { ...figure('throughputInMemory', 'roster in memory', IN_MEMORY), target: 0.95, bestPeer: best },
        { ...figure('throughputBehind5Ms', 'roster answers in 5 ms', BEHIND_5_MS), target: 0.6 },
        figure('throughputOnLocalTable', 'SDK and local table', ON_TABLE),
      ],
      tables: [
        {
          title: `Changes a second at ${LATENCY_MS} ms, batches of 10`,
          header: ['', 'share of the limit', 'changes/s', 'CPU µs per change'],
          rows: ENTRANTS.map(({ name }) => [
            name,
            withSpread(shares(name)),
            ...rest(results.get(name) ?? []),
          ]),
        },
      ],
    };
  },
};

function rest(rounds: readonly Work[]): string[] {
  const cpu = rounds.map(({ cpuMs, changes }) => (1_000 * cpuMs) / changes);
  return [Math.round(median(rounds.map(changesPerSecond))).toString(), Math.round(median(cpu)).toString()];
}

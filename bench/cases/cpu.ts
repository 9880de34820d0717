import type { Case } from '../bench.ts';
import { ALTERNATIVES, LIMIT, ROLLCALL } from '../contestant/contestant.ts';
import { changesPerSecond, cpuMicrosPerChange, race, ratios } from '../contestant/field.ts';
import { median } from '../statistics.ts';
import { withSpread } from '../table.ts';

const ENTRANTS = [LIMIT, ROLLCALL, ...ALTERNATIVES];

/** CPU per change where nothing has to be waited for. */
export const cpu: Case = {
  name: 'cpu',
  async run(bench) {
    const lengths = bench.quick
      ? { rounds: 6, briefly: ALTERNATIVES, forMs: 450 }
      : { rounds: 11, forMs: 700 };
    const results = await race(bench, { entrants: ENTRANTS, latencyMs: 0, ...lengths });
    const ofLimit = (name: string) => ratios(results.get(name), results.get(LIMIT.name), cpuMicrosPerChange);
    const row = (name: string) => {
      const each = results.get(name) ?? [];
      const perSecond = Math.round(median(each.map(changesPerSecond)));
      return [name, withSpread(ofLimit(name)), withSpread(each.map(cpuMicrosPerChange)), `${perSecond}`];
    };
    return {
      figures: [
        {
          name: 'cpuPerChange',
          meaning: "CPU per change at 0 ms, roster in memory: times the limit's",
          value: median(ofLimit(ROLLCALL.name)),
          target: 2.5,
          better: 'less',
          bestPeer: Math.min(...ALTERNATIVES.map(({ name }) => median(ofLimit(name)))),
        },
      ],
      tables: [
        {
          title: 'CPU per change at 0 ms, roster in memory',
          header: ['', "times the limit's", 'CPU µs per change', 'changes/s'],
          rows: ENTRANTS.map(({ name }) => row(name)),
        },
      ],
    };
  },
};

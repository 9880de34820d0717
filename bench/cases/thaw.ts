import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Case } from '../bench.ts';
import { ALTERNATIVES, Contestant, type Entrant, ROLLCALL } from '../contestant/contestant.ts';
import { Relay } from '../relay.ts';
import { sum } from '../statistics.ts';
import { VendorProcess } from '../vendor/vendor.ts';

const BATCH = 10;
/** Time enough to be frozen in, before the next batch is begun. */
const AFTER_MS = 60;
const ENTRANTS: readonly Entrant[] = [
  ROLLCALL,
  ...ALTERNATIVES,
  { name: 'node:http, keep-alive agent', peer: 'keep-alive-agent' },
];

/** The first batch after a freeze during which every connection has died, as when a function was not needed for long. */
export const thaw: Case = {
  name: 'thaw',
  async run(bench) {
    const rounds = bench.quick ? 10 : 50;
    const vendor = await VendorProcess.start();
    try {
      const failures = await Promise.all(
        ENTRANTS.map((entrant, index) => freezes(bench, vendor, entrant, index, rounds)),
      );
      const [rollcall = [], ...others] = failures;
      return {
        figures: [
          {
            name: 'thawFailedBatches',
            meaning: `first batches after freeze and thaw with failures, of ${rounds}`,
            value: failedBatches(rollcall),
            target: 0,
            better: 'equal',
            bestPeer: Math.min(...others.map(failedBatches)),
          },
        ],
        tables: [
          {
            title: 'First batch after freeze and thaw, all connections dead',
            header: ['', 'batches with failures', 'records failed'],
            rows: ENTRANTS.map(({ name }, index) => {
              const failed = failures[index] ?? [];
              return [name, `${failedBatches(failed)} of ${rounds}`, `${sum(failed)} of ${rounds * BATCH}`];
            }),
          },
        ],
      };
    } finally {
      await vendor.stop();
    }
  },
};

function failedBatches(failed: readonly number[]): number {
  return failed.filter((records) => records > 0).length;
}

/** How many records failed in each first batch. */
async function freezes(
  bench: Bench,
  vendor: VendorProcess,
  entrant: Entrant,
  index: number,
  rounds: number,
): Promise<number[]> {
  const population = { appId: `thaw-${index}`, members: 100, conversations: 10 };
  const relay = await Relay.to(await vendor.addApp(population));
  await bench.deployment.declareApp(population.appId, relay.url);
  const contestant = await Contestant.start(bench, entrant, { url: relay.url, population });
  try {
    const failed: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await contestant.work({ batch: BATCH, changes: BATCH });
      await contestant.arm(BATCH, AFTER_MS);
      contestant.freeze();
      relay.cut();
      await sleep(AFTER_MS);
      contestant.thaw();
      failed.push(await contestant.armed());
    }
    return failed;
  } finally {
    await contestant.stop();
    await relay.close();
  }
}

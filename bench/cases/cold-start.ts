import { lambdaNodeOptions } from '../../local/embedded/node-options.ts';
import type { Bench, Case } from '../bench.ts';
import { kibOf } from '../bundle.ts';
import { median } from '../statistics.ts';
import { withSpread } from '../table.ts';
import { KEY } from '../vendor/apps.ts';
import { VendorProcess } from '../vendor/vendor.ts';
import { Worker } from '../worker/worker.ts';

const PROGRAM = new URL('../cold-start-process.ts', import.meta.url);
const APP = 'cold-start';
const MAX_MEMBERS = 1_000;
const BUNDLE_MAX_KIB = 520;
const ROLLCALL = 'Rollcall';
const BARE = 'bare handler: same clients, one secret, table and vendor call';
const BARE_REPLACED = "bare handler with what Rollcall's bundles replace";
const VENDORS_CLIENT = "vendor's client alone: no secret, no table";

/** From the first line of the bundle until the first record is done, in a fresh process. */
export const coldStart: Case = {
  name: 'cold-start',
  async run(bench) {
    const vendor = await VendorProcess.start();
    try {
      const population = { appId: APP, members: MAX_MEMBERS, conversations: 10 };
      const url = await vendor.addApp(population);
      await bench.deployment.declareApp(APP, url);
      const bundles = await bundlesOf(bench);
      return resultOf(bundles, await measure(bench, bundles, url, bench.quick ? 12 : 60));
    } finally {
      await vendor.stop();
    }
  },
};

async function bundlesOf(bench: Bench): Promise<Map<string, string>> {
  return new Map([
    [ROLLCALL, bench.deployment.function('apply-changes').bundle],
    [BARE, await bench.bundle('bench/peers/bare-handler.ts')],
    ...(bench.quick
      ? []
      : [[BARE_REPLACED, await bench.bundle('bench/peers/bare-handler.ts', {}, true)] as const]),
    [VENDORS_CLIENT, await bench.bundle('bench/peers/vendor-client-handler.ts')],
  ]);
}

async function measure(bench: Bench, bundles: ReadonlyMap<string, string>, url: string, rounds: number) {
  const deployed = bench.deployment.function('apply-changes', { EXTRA_HOSTS: JSON.stringify([url]) });
  // The vendor's client uses what Node warns of; once a process is enough to drown everything else.
  const nodeOptions = [...lambdaNodeOptions(deployed.memoryMb), '--no-deprecation'];
  const environment = {
    ...deployed.environment,
    BENCH_VENDOR_URL: url,
    BENCH_KEY_ID: KEY.keyId,
    BENCH_SECRET: KEY.secret,
  };
  const times = new Map<string, number[]>([...bundles.keys()].map((name) => [name, []]));
  let member = 0;
  // The first round finds nothing in the file system's cache, and emulators that have yet to be compiled.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, bundle] of bundles) {
      const args = [bundle, APP, String(member++)];
      const worker = await new Worker(PROGRAM, { args, environment, nodeOptions }).ready();
      const ms = await worker.ask<number>({ kind: 'start' });
      await worker.stop();
      if (round > 0) times.get(name)?.push(ms);
    }
  }
  return times;
}

function resultOf(bundles: ReadonlyMap<string, string>, times: ReadonlyMap<string, number[]>) {
  const bare = times.get(BARE) ?? [];
  const toBare = (name: string) =>
    (times.get(name) ?? []).map((ms, round) => ms / (bare[round] ?? Number.NaN));
  return {
    figures: [
      {
        name: 'coldStart',
        meaning: "init and first record: times a bare handler's with the same clients",
        value: median(toBare(ROLLCALL)),
        target: 1.15,
        better: 'less' as const,
        bestPeer: median(toBare(VENDORS_CLIENT)),
      },
      {
        name: 'bundleKib',
        meaning: "the consumer's bundle, KiB",
        value: kibOf(bundles.get(ROLLCALL) ?? ''),
        target: BUNDLE_MAX_KIB,
        better: 'less' as const,
        bestPeer: kibOf(bundles.get(VENDORS_CLIENT) ?? ''),
      },
    ],
    tables: [
      {
        title: 'Cold start: bundled, a fresh process of Node, until the first record is done',
        header: ['', "times the bare handler's", 'ms', 'bundle KiB'],
        rows: [...bundles].map(([name, bundle]) => {
          const ms = withSpread(times.get(name) ?? []);
          return [name, withSpread(toBare(name)), ms, String(Math.round(kibOf(bundle)))];
        }),
      },
    ],
  };
}

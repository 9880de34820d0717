import { lambdaNodeOptions } from '../../local/embedded/node-options.ts';
import type { Bench, Case } from '../bench.ts';
import { RECONCILE_ROSTER_IN_MEMORY } from '../bundle.ts';
import { rounded } from '../figure.ts';
import type { Listed, ListingOptions } from '../listing/protocol.ts';
import { BOUNDLESS } from '../rollcall/deployment.ts';
import { median } from '../statistics.ts';
import { withSpread } from '../table.ts';
import { KEY } from '../vendor/apps.ts';
import { VendorProcess } from '../vendor/vendor.ts';
import { Worker } from '../worker/worker.ts';

const APP = { appId: 'listing', members: 250, conversations: 1_000, isFull: true };
const LATENCY_MS = 20;
const AT_ONCE = 64;
const WARM_UP = 128;

interface Lister {
  readonly name: string;
  readonly lister: string;
  readonly atOnce: number;
  /** Conversations of a round, from whose time and requests those of all are extrapolated; all if left out. */
  readonly conversations?: number;
  /** The same of the quick run. */
  readonly quickly?: number;
}

const RAW: Lister = { name: 'raw sockets', lister: 'raw-sockets', atOnce: AT_ONCE };
const ROLLCALL: Lister = { name: 'Rollcall', lister: 'rollcall', atOnce: AT_ONCE };
const GENERIC: Lister = {
  name: "vendor's client, its generic call, pages of 100",
  lister: 'vendor-client-generic',
  atOnce: AT_ONCE,
  quickly: 250,
};
const DOCUMENTED: Lister = {
  name: "vendor's client as documented, pages of 25",
  lister: 'vendor-client-as-documented',
  atOnce: 1,
  conversations: 20,
  quickly: 2,
};
const LISTERS = [RAW, ROLLCALL, GENERIC, DOCUMENTED];

interface Round extends Listed {
  readonly requests: number;
}

/** All participants of a thousand conversations, 64 conversations at once. */
export const listing: Case = {
  name: 'listing',
  async run(bench) {
    const vendor = await VendorProcess.start({ latencyMs: LATENCY_MS });
    const workers: Worker[] = [];
    try {
      const url = await vendor.addApp(APP);
      await bench.deployment.declareApp(APP.appId, url);
      for (const lister of LISTERS) workers.push(await startLister(bench, lister, url));
      return resultOf(await listInTurn(vendor, workers, bench.quick));
    } finally {
      await Promise.all([...workers, vendor].map((each) => each.stop()));
    }
  },
};

async function startLister(bench: Bench, { lister }: Lister, url: string): Promise<Worker> {
  const options: ListingOptions = { lister, target: { url, ...KEY }, appId: APP.appId };
  const deployed = bench.deployment.function('reconcile-conversation', {
    EXTRA_HOSTS: JSON.stringify([url]),
    BUDGET_SHARE: '1',
    BENCH_BUNDLE: await bench.bundle(
      'functions/reconcile-conversation/handler.ts',
      RECONCILE_ROSTER_IN_MEMORY,
    ),
    BENCH_VENDOR_URL: url,
    BENCH_REQUESTS_PER_SECOND: String(BOUNDLESS),
    BENCH_MEMBERS: String(APP.members),
  });
  const { environment, memoryMb } = deployed;
  const nodeOptions = lambdaNodeOptions(memoryMb);
  const program = new URL('../listing/process.ts', import.meta.url);
  return new Worker(program, { args: [JSON.stringify(options)], environment, nodeOptions }).ready();
}

async function listInTurn(vendor: VendorProcess, workers: readonly Worker[], isQuick: boolean) {
  const results = new Map<Lister, Round[]>(LISTERS.map((lister) => [lister, []]));
  for (let round = 0; round < (isQuick ? 3 : 5); round += 1) {
    for (const [index, lister] of LISTERS.entries()) {
      const { atOnce, conversations = APP.conversations, quickly = conversations } = lister;
      const to = isQuick ? quickly : conversations;
      if (round === 0) await workers[index]?.ask({ from: 0, to: Math.min(to, WARM_UP), atOnce });
      const before = (await vendor.counts(APP.appId)).requests;
      const listed = await workers[index]?.ask<Listed>({ from: 0, to, atOnce });
      const times = APP.conversations / to;
      const requests = ((await vendor.counts(APP.appId)).requests - before) * times;
      if (listed) results.get(lister)?.push({ ...listed, ms: listed.ms * times, requests });
    }
  }
  return results;
}

function resultOf(results: ReadonlyMap<Lister, readonly Round[]>) {
  const of = (lister: Lister) => results.get(lister) ?? [];
  const toRaw = (lister: Lister) =>
    of(lister).map(({ ms }, round) => ms / (of(RAW)[round]?.ms ?? Number.NaN));
  const requests = (lister: Lister) => median(of(lister).map((round) => round.requests));
  const peakMb = (lister: Lister) => Math.max(...of(lister).map((round) => round.peakMb));
  const what = `${APP.conversations} conversations of ${APP.members} at ${LATENCY_MS} ms, ${AT_ONCE} at once`;
  return {
    figures: [
      {
        name: 'listingTime',
        meaning: `listing ${what}, roster stubbed: times raw sockets`,
        value: median(toRaw(ROLLCALL)),
        target: 1.4,
        better: 'less' as const,
        bestPeer: median(toRaw(GENERIC)),
      },
      {
        name: 'listingRequests',
        meaning: 'requests for it',
        value: requests(ROLLCALL),
        target: 3_000,
        better: 'equal' as const,
        bestPeer: requests(GENERIC),
      },
      {
        name: 'listingMemoryMb',
        meaning: 'peak resident memory for it, MB',
        value: peakMb(ROLLCALL),
        target: 160,
        better: 'less' as const,
        bestPeer: peakMb(GENERIC),
      },
    ],
    tables: [
      {
        title: `Listing ${what}`,
        header: ['', 'times raw sockets', 'seconds', 'requests', 'peak RSS MB'],
        rows: LISTERS.map((lister) => [
          lister.name,
          withSpread(toRaw(lister)),
          String(rounded(median(of(lister).map(({ ms }) => ms / 1_000)))),
          requests(lister).toLocaleString('en'),
          String(Math.round(peakMb(lister))),
        ]),
        notes: [
          'The last one lists one conversation after the other, as in its documentation; its figures are',
          'extrapolated from a few conversations.',
        ],
      },
    ],
  };
}

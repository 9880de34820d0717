import { type Backlog, queueOf, type Throttled, throttledOf } from '../backlog.ts';
import type { Bench, Case } from '../bench.ts';
import { recordOf } from '../changes.ts';
import { Contestant, type Entrant, ROLLCALL } from '../contestant/contestant.ts';
import { rounded } from '../figure.ts';
import { median, quantile } from '../statistics.ts';
import { withSpread } from '../table.ts';
import { VendorProcess } from '../vendor/vendor.ts';

const CHANGES = 5_000;
const LATENCY_MS = 20;
/** What the vendor allows a second. */
const ALLOWED = 200;
/** What Rollcall is told that it may do, where it does not know. */
const FAR_MORE = 5 * ALLOWED;

interface Setting {
  readonly name: string;
  readonly instances: number;
  /** Changes that an instance works on at once. */
  readonly batch: number;
  readonly entrant: Entrant;
  /** Names the figures, and says what they are to reach; absent: shown only. */
  readonly targets?: { readonly name: string; readonly time: number; readonly throttledPercent: number };
}

const SETTINGS: readonly Setting[] = [
  rollcall(1, 10, FAR_MORE, { name: 'throttled1', time: 1.04, throttledPercent: 4 }),
  rollcall(4, 10, FAR_MORE, { name: 'throttled4', time: 1.05, throttledPercent: 4 }),
  // All instances together have 64 changes in hand, as the alternative below has.
  rollcall(16, 4, FAR_MORE, { name: 'throttled16', time: 1.06, throttledPercent: 7 }),
  rollcall(4, 10, ALLOWED),
  {
    name: 'exponential backoff, full jitter',
    instances: 1,
    batch: 64,
    entrant: { name: 'backoff', peer: 'backoff' },
  },
];
/** Each has ten changes in hand at two dozen a second: none can be done in less than 0.8 s on the average. */
const FULL_BATCHES = rollcall(16, 10, FAR_MORE);

function rollcall(
  instances: number,
  batch: number,
  perSecond: number,
  targets?: Setting['targets'],
): Setting {
  const knows = perSecond === ALLOWED ? 'rate configured' : 'rate unknown';
  const entrant = { ...ROLLCALL, budget: { perSecond, share: 1 / instances } };
  const name = `Rollcall, ${instances} × ${batch} at once, ${knows}`;
  return { name, instances, batch, entrant, ...(targets && { targets }) };
}

/** A backlog against a vendor that allows far less than is configured. */
export const throttled: Case = {
  name: 'throttled',
  async run(bench) {
    const vendor = await VendorProcess.start({ latencyMs: LATENCY_MS });
    try {
      const settings = bench.quick ? SETTINGS : [...SETTINGS, FULL_BATCHES];
      const results = new Map<Setting, Throttled[]>(settings.map((setting) => [setting, []]));
      for (let round = 0; round < (bench.quick ? 1 : 2); round += 1) {
        for (const wave of wavesOf(settings)) {
          const drained = wave.map(async (setting) => {
            const run = `${round}-${settings.indexOf(setting)}`;
            results.get(setting)?.push(await drain(bench, vendor, setting, run));
          });
          await Promise.all(drained);
        }
      }
      return resultOf(results);
    } finally {
      await vendor.stop();
    }
  },
};

/** They mostly wait, and each has an app and a limit of its own: there is room for the small ones at once. */
function wavesOf(settings: readonly Setting[]): Setting[][] {
  const small = settings.filter(({ instances }) => instances <= 4);
  return [small, ...settings.filter((setting) => !small.includes(setting)).map((setting) => [setting])];
}

/** Works a backlog off, and says how it went. */
async function drain(bench: Bench, vendor: VendorProcess, setting: Setting, run: string): Promise<Throttled> {
  const population = { appId: `throttled-${run}`, members: CHANGES, conversations: 10 };
  const warmUp = { appId: `${population.appId}-warm-up`, members: 100, conversations: 10 };
  const url = await vendor.addApp({ ...population, requestsPerSecond: ALLOWED });
  await vendor.addApp(warmUp);
  await bench.deployment.declareApp(population.appId, url);
  await bench.deployment.declareApp(warmUp.appId, url);
  const starts = Array.from({ length: setting.instances }, () =>
    Contestant.start(bench, setting.entrant, { url, population: warmUp }),
  );
  const instances = await Promise.all(starts);
  try {
    // Of another app: the runtime has compiled what it runs, and nothing is known about the limit.
    await Promise.all(instances.map((instance) => instance.work({ batch: 10, changes: 100 })));
    const backlog = queueOf(CHANGES, population);
    const startedMs = Date.now();
    await Promise.all(instances.map((instance) => workOff(instance, backlog, setting.batch)));
    return throttledOf(await vendor.counts(population.appId), backlog, { startedMs, latencyMs: LATENCY_MS });
  } finally {
    await Promise.all(instances.map((instance) => instance.stop()));
  }
}

async function workOff(instance: Contestant, backlog: Backlog, batch: number): Promise<void> {
  while (backlog.waiting.length > 0) {
    const changes = backlog.waiting.splice(0, batch);
    const records = changes.map((change) => recordOf(change, backlog.population));
    for (const { member } of changes) backlog.takenAtMs[member] ??= Date.now();
    const failed = new Set(await instance.apply(records));
    backlog.waiting.push(...changes.filter((_, index) => failed.has(records[index]?.messageId ?? '')));
  }
}

const timeRatio = ({ seconds }: Throttled) => seconds / ((CHANGES - ALLOWED / 10) / ALLOWED);
const throttledPercent = ({ requests, applied }: Throttled) => (100 * (requests - applied)) / requests;
const slowestMs = ({ waitsMs }: Throttled) => quantile(waitsMs, 0.99);

function resultOf(results: ReadonlyMap<Setting, readonly Throttled[]>) {
  const all = [...results];
  const middle = (name: string, measure: (each: Throttled) => number) =>
    median((all.find(([setting]) => setting.name === name)?.[1] ?? []).map(measure));
  const backoff = SETTINGS.at(-1)?.name ?? '';
  const configured = SETTINGS.find(({ name }) => name.endsWith('configured'))?.name ?? '';
  const figures = all.flatMap(([{ name, instances, batch, targets }]) => {
    if (!targets) return [];
    const figure = (
      suffix: string,
      meaning: string,
      measure: (each: Throttled) => number,
      target: number,
    ) => ({
      name: `${targets.name}${suffix}`,
      meaning: `${meaning}, ${CHANGES} changes at ${ALLOWED}/s allowed, rate unknown, ${instances} × ${batch} at once`,
      value: middle(name, measure),
      target,
      better: 'less' as const,
      bestPeer: middle(backoff, measure),
    });
    return [
      figure('Time', 'times the least time', timeRatio, targets.time),
      figure('Percent', '% of requests throttled', throttledPercent, targets.throttledPercent),
      figure('SlowestMs', 'slowest 1 % wait, ms', slowestMs, 1_000),
    ];
  });
  return {
    figures: [
      ...figures,
      {
        name: 'configuredThrottled',
        meaning: 'requests throttled where the rate is configured',
        value: middle(configured, ({ requests, applied }) => requests - applied),
        target: 0,
        better: 'equal' as const,
        bestPeer: middle(backoff, ({ requests, applied }) => requests - applied),
      },
    ],
    tables: [
      {
        title: `${CHANGES} changes, ${ALLOWED} requests a second allowed`,
        header: ['', 'times the least time', '% of requests throttled', 'slowest 1 % wait, ms'],
        rows: all.map(([{ name }, each]) => [
          name,
          withSpread(each.map(timeRatio)),
          withSpread(each.map(throttledPercent)),
          String(rounded(median(each.map(slowestMs)))),
        ]),
      },
    ],
  };
}

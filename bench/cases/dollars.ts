import type { Bench, Case } from '../bench.ts';
import { Contestant, type Entrant, ROLLCALL } from '../contestant/contestant.ts';
import { rounded } from '../figure.ts';
import { billOf, type Usage } from '../prices.ts';
import { sum } from '../statistics.ts';
import { type Metered, TableMeter } from '../table-meter.ts';
import { VendorProcess } from '../vendor/vendor.ts';

const BATCH = 10;
const LATENCY_MS = 20;
const CHANGES = 1_000;
/** Each member changes twice, in conversations of a hundred. */
const POPULATION = { appId: 'dollars', members: 500, conversations: 5 };
/** Of a full batch: one to send it, one to receive it and one to delete it. */
const QUEUE_REQUESTS_PER_BATCH = 3;
/** What Lambda itself logs of an invocation. */
const PLATFORM_LOG_BYTES = 350;
const ON_TABLE: Entrant = { ...ROLLCALL, roster: 'table' };
const BEHIND_5_MS: Entrant = { ...ROLLCALL, roster: { answersInMs: 5 } };

/** What a million changes cost, each of which changes something, in full batches. */
export const dollars: Case = {
  name: 'dollars',
  async run(bench) {
    const vendor = await VendorProcess.start({ latencyMs: LATENCY_MS });
    try {
      const url = await vendor.addApp(POPULATION);
      await bench.deployment.declareApp(POPULATION.appId, url);
      const counted = await countOnTable(bench, url);
      const usage = { ...counted, milliseconds: await millisecondsPerChange(bench, vendor) };
      return resultOf(usage);
    } finally {
      await vendor.stop();
    }
  },
};

async function countOnTable(bench: Bench, url: string): Promise<Omit<Usage, 'milliseconds'>> {
  const meter = await TableMeter.before(bench.deployment.endpoints.dynamodb);
  let logBytes = 0;
  const contestant = await Contestant.start(bench, ON_TABLE, {
    url,
    population: POPULATION,
    environment: { AWS_ENDPOINT_URL_DYNAMODB: meter.url },
    onOutput: (bytes) => {
      logBytes += bytes;
    },
  });
  await contestant.work({ batch: BATCH, changes: CHANGES });
  await contestant.stop();
  const metered = meter.read();
  await meter.close();
  const units = (isRead: boolean) =>
    sum(
      [...metered]
        .filter(([name]) => isRead === isReadOperation(name))
        .map(([, each]: [string, Metered]) => each.units),
    );
  return {
    writeUnits: units(false) / CHANGES,
    readUnits: units(true) / CHANGES,
    queueRequests: QUEUE_REQUESTS_PER_BATCH / BATCH,
    invocations: 1 / BATCH,
    logBytes: logBytes / CHANGES + PLATFORM_LOG_BYTES / BATCH,
  };
}

function isReadOperation(name: string): boolean {
  return name === 'GetItem' || name === 'Query';
}

/** With a table that answers in 5 ms: the emulator is slower than that. */
async function millisecondsPerChange(bench: Bench, vendor: VendorProcess): Promise<number> {
  const population = { ...POPULATION, appId: 'dollars-duration' };
  const url = await vendor.addApp(population);
  await bench.deployment.declareApp(population.appId, url);
  const contestant = await Contestant.start(bench, BEHIND_5_MS, { url, population });
  await contestant.work({ batch: BATCH, changes: 200 });
  const { ms, changes } = await contestant.work({ batch: BATCH, changes: 500 });
  await contestant.stop();
  return ms / changes;
}

function resultOf(usage: Usage) {
  const bill = billOf(usage);
  const total = sum(bill.map(({ dollarsPerMillion }) => dollarsPerMillion));
  const row = ({ what, perChange, unit, dollarsPerUnit, dollarsPerMillion }: (typeof bill)[number]) => [
    what,
    `${rounded(perChange * 1e6)} ${unit}`,
    `$${dollarsPerUnit < 0.01 ? dollarsPerUnit.toExponential() : dollarsPerUnit}`,
    `$${dollarsPerMillion.toFixed(3)}`,
  ];
  return {
    figures: [
      {
        name: 'dollarsPerMillion',
        meaning: 'dollars per million changes, batches of 10',
        value: total,
        target: 2.4,
        better: 'less' as const,
      },
    ],
    tables: [
      {
        title: 'Dollars per million changes',
        header: ['', 'for a million changes', 'price of one', 'dollars'],
        rows: [...bill.map(row), ['total', '', '', `$${total.toFixed(2)}`]],
        notes: [
          'List prices of us-east-1, November 2025, without free tiers. Write and read units, log bytes and duration',
          'are measured; queue requests are those of full batches. The reconciler, storage, and the monthly price of',
          "a metric, which do not grow with the changes, and the vendor's own price are not in it.",
        ],
      },
    ],
  };
}

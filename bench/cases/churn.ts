import type { Bench, Case } from '../bench.ts';
import { type PlannedChange, type Population, recordOf } from '../changes.ts';
import { type ChurnTrace, churnTrace, neededRequests } from '../churn-trace.ts';
import { ALTERNATIVES, Contestant, type Entrant, ROLLCALL } from '../contestant/contestant.ts';
import { rounded } from '../figure.ts';
import { VendorProcess } from '../vendor/vendor.ts';

const BATCH = 10;
const MEMBERS = 300;
const CONVERSATIONS = 10;
const ENTRANTS = [ROLLCALL, ...ALTERNATIVES];

interface Outcome {
  readonly name: string;
  readonly requestsPerChange: number;
  /** Of the members that the trace speaks of, those that ended otherwise than their newest change says. */
  readonly wrongPercent: number;
}

/** What becomes of a trace in which many changes are superseded or repeated, and how many requests it takes. */
export const churn: Case = {
  name: 'churn',
  async run(bench) {
    const startMs = Date.now() - 3_600_000;
    const trace = churnTrace({ members: MEMBERS, blocks: bench.quick ? 60 : 500, seed: 1, startMs });
    const vendor = await VendorProcess.start({ latencyMs: 5, arrivalJitterMs: 10 });
    try {
      const outcomes = await Promise.all(
        ENTRANTS.map((entrant, index) => follow(bench, vendor, entrant, index, trace)),
      );
      return resultOf(outcomes, neededRequests(trace, BATCH) / trace.changes.length);
    } finally {
      await vendor.stop();
    }
  },
};

async function follow(
  bench: Bench,
  vendor: VendorProcess,
  entrant: Entrant,
  index: number,
  trace: ChurnTrace,
): Promise<Outcome> {
  const population = { appId: `churn-${index}`, members: MEMBERS, conversations: CONVERSATIONS };
  const url = await vendor.addApp(population);
  await bench.deployment.declareApp(population.appId, url);
  const contestant = await Contestant.start(bench, entrant, { url, population });
  try {
    await deliver(contestant, startingState(trace), population);
    const before = (await vendor.counts(population.appId)).requests;
    await deliver(contestant, trace.changes, population);
    const requests = (await vendor.counts(population.appId)).requests - before;
    const present = new Set(await vendor.participants(population.appId));
    return {
      name: entrant.name,
      requestsPerChange: requests / trace.changes.length,
      wrongPercent: wrongPercent(trace, present),
    };
  } finally {
    await contestant.stop();
  }
}

/** Brings everybody to where the trace begins, so that whoever remembers what it applied has something to remember. */
function startingState({ present, changes }: ChurnTrace): PlannedChange[] {
  const occurredAtMs = (changes[0]?.occurredAtMs ?? 0) - 1_000;
  return Array.from({ length: MEMBERS }, (_, member) => ({
    index: member,
    id: `start-${member}`,
    member,
    action: present.includes(member) ? 'join' : 'leave',
    occurredAtMs,
  }));
}

async function deliver(contestant: Contestant, changes: readonly PlannedChange[], population: Population) {
  for (let from = 0; from < changes.length; from += BATCH) {
    const records = changes.slice(from, from + BATCH).map((change) => recordOf(change, population));
    const failed = await contestant.apply(records);
    if (failed.length > 0) throw new Error(`${contestant.entrant.name}: ${failed.length} of a batch failed`);
  }
}

function wrongPercent({ changes, expected }: ChurnTrace, present: ReadonlySet<string>): number {
  const members = new Set(changes.map(({ member }) => member));
  const wished = new Set(expected);
  const wrong = [...members].filter((member) => wished.has(member) !== present.has(`u${member}`));
  return (100 * wrong.length) / members.size;
}

function resultOf([rollcall, ...others]: readonly Outcome[], needed: number) {
  const rows = [rollcall, ...others].flatMap((each) =>
    each ? [[each.name, `${rounded(each.requestsPerChange)}`, `${rounded(each.wrongPercent)} %`]] : [],
  );
  return {
    figures: [
      {
        name: 'churnRequestsPerChange',
        meaning: 'requests per change, 30 % superseded and 10 % repeats, batches of 10',
        value: rollcall?.requestsPerChange ?? Number.NaN,
        target: 0.4,
        better: 'less' as const,
        bestPeer: Math.min(...others.map(({ requestsPerChange }) => requestsPerChange)),
      },
      {
        name: 'churnWrongPercent',
        meaning: '% of members ending wrong on the same trace',
        value: rollcall?.wrongPercent ?? Number.NaN,
        target: 0,
        better: 'equal' as const,
        bestPeer: Math.min(...others.map((each) => each.wrongPercent)),
      },
    ],
    tables: [
      {
        title: 'Churn: 30 % superseded, 10 % repeats, batches of 10',
        header: ['', 'requests per change', 'members ending wrong'],
        rows: [...rows, ['what state needs', `${rounded(needed)}`, '0 %']],
      },
    ],
  };
}

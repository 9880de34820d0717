/**
 * How the reconciler grows with the fleet: one reconcile interval of the real planner, and the real worker over a
 * sample of the fleet, against ports that only count. Run: npm run fleet
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { nextDueMs } from '../functions/core/due.ts';
import type { ConversationKey } from '../functions/core/member-key.ts';
import type { MemberRow } from '../functions/core/roster.ts';
import { timingsSchema } from '../functions/core/timings.ts';
import { BEFORE_EVERY_CHANGE } from '../functions/core/version.ts';
import { planReconciles } from '../functions/workflows/plan-reconciles.ts';
import type { DueConversation } from '../functions/workflows/ports.ts';
import { ReconcileConversation } from '../functions/workflows/reconcile-conversation.ts';
import { withSection } from './document.ts';
import { PRICES } from './prices.ts';

const DOCUMENT = new URL('../docs/fleet.md', import.meta.url);
const FLEETS = [1_000, 10_000, 100_000, 1_000_000];
const PARTICIPANTS = 250;
const PAGE_SIZE = 100;
/** The worker does the same for every conversation: more would only take longer. */
const SAMPLE = 500;
const SHARDS = 8;
const TIMINGS = timingsSchema.parse({});
const SCHEDULE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);
const INTERVALS_A_MONTH = (730 * 3_600_000) / TIMINGS.reconcileIntervalMs;
/** A batch of ten conversations lists them at once: three pages of 100 ms each, and what surrounds them. */
const WORKER_SECONDS_PER_BATCH = 0.5;
const WORKER_BATCH = 10;
const PLANNER_SECONDS_PER_THOUSAND = 2;
const MEMORY_GIGABYTES = 0.25;
const STANDARD_QUEUE_REQUEST = 0.4 / 1_000_000;
const READ_UNIT_BYTES = 4_096;

interface Counts {
  messages: number;
  queueRequests: number;
  vendorRequests: number;
  readUnits: number;
  writeUnits: number;
  plannerRuns: number;
  longestRunPages: number;
}

function conversation(number: number): ConversationKey {
  return { appId: 'app', conversationId: number.toString(16).padStart(24, '0') };
}

/** One interval of planner runs over a fleet of this size. */
async function planInterval(fleet: number): Promise<Counts> {
  const shards = Array.from({ length: SHARDS }, (): DueConversation[] => []);
  for (let number = 0; number < fleet; number += 1) {
    const key = conversation(number);
    shards[number % SHARDS]?.push({ key, dueAtMs: nextDueMs(key, START_MS, TIMINGS.reconcileIntervalMs) });
  }
  // The longest due stand at the end, where taking them away costs nothing.
  for (const shard of shards) shard.sort((a, b) => b.dueAtMs - a.dueAtMs);
  const counts: Counts = {
    messages: 0,
    queueRequests: 0,
    vendorRequests: 0,
    readUnits: 0,
    writeUnits: 0,
    plannerRuns: 0,
    longestRunPages: 0,
  };
  for (let nowMs = START_MS; nowMs <= START_MS + TIMINGS.reconcileIntervalMs; nowMs += SCHEDULE_MS) {
    const pagesBefore = counts.queueRequests;
    await planReconciles(plannerPorts(shards, counts, nowMs), TIMINGS, {
      remainingMs: () => Number.POSITIVE_INFINITY,
    });
    counts.plannerRuns += 1;
    counts.longestRunPages = Math.max(counts.longestRunPages, counts.queueRequests - pagesBefore);
  }
  return counts;
}

function plannerPorts(shards: DueConversation[][], counts: Counts, nowMs: number) {
  return {
    conversations: {
      shards: SHARDS,
      due: async (shard: number, untilMs: number, limit: number) => {
        counts.readUnits += 0.5;
        return (shards[shard] ?? []).slice(-limit).filter(({ dueAtMs }) => dueAtMs <= untilMs);
      },
      postpone: async (due: DueConversation) => {
        // The item, and its old and new place in the index.
        counts.writeUnits += 3;
        const shard = shards.find((each) => each.at(-1) === due || each.includes(due, -20));
        shard?.splice(shard.indexOf(due, -20), 1);
        return true;
      },
      countPlanned: async () => {
        counts.writeUnits += 1;
      },
    },
    queue: {
      send: async (keys: readonly ConversationKey[]) => {
        counts.messages += keys.length;
        counts.queueRequests += 1;
        return [];
      },
    },
    telemetry: { emit: () => {} },
    clock: { nowMs: () => nowMs, sleep: async () => {}, random: () => 0.5 },
  };
}

/** What comparing one conversation of 250, all as wished, takes. */
async function compareSample(): Promise<Counts> {
  const counts: Counts = {
    messages: 0,
    queueRequests: 0,
    vendorRequests: 0,
    readUnits: 0,
    writeUnits: 0,
    plannerRuns: 0,
    longestRunPages: 0,
  };
  const worker = new ReconcileConversation(workerPorts(counts), {
    timings: TIMINGS,
    policy: 'managed',
    budgetShare: 1,
    extraHosts: [],
  });
  for (let number = 0; number < SAMPLE; number += 1) {
    const request = { conversation: conversation(number), passId: `pass-${number}` };
    await worker.reconcile(request, { remainingMs: () => 60_000 });
  }
  return counts;
}

function workerPorts(counts: Counts): ConstructorParameters<typeof ReconcileConversation>[0] {
  let nowMs = START_MS;
  const memberIds = Array.from({ length: PARTICIPANTS }, (_, number) =>
    number.toString(16).padStart(24, '0'),
  );
  const read = (bytes: number) => {
    counts.readUnits += Math.ceil(bytes / READ_UNIT_BYTES);
  };
  const write = async () => {
    counts.writeUnits += 1;
    return true;
  };
  const roster = {
    app: async () => {
      read(300);
      return {
        appId: 'app',
        idKind: 'userId' as const,
        host: 'https://api.smooch.io',
        protectedMembers: [],
        requestsPerSecond: 1_000_000,
        reconcile: true,
      };
    },
    conversation: async () => {
      read(600);
      return undefined;
    },
    memberRows: async (key: ConversationKey) => {
      const rows = memberIds.map((memberId) => rowOf(key, memberId));
      read(Buffer.byteLength(JSON.stringify(rows)));
      return { rows };
    },
    patchMember: write,
    patchConversation: async () => {
      await write();
    },
    run: async () => ({ planned: 0, newlyHeld: 0 }),
    countPlanned: async () => {},
    countRemovals: async () => true,
    countNewlyHeld: async () => {},
  };
  return {
    roster,
    events: { publish: async () => {} },
    corrections: {
      send: async (corrections) => {
        if (corrections.length > 0) throw new Error('a conversation that is as wished needs no correction');
        return [];
      },
    },
    secrets: { read: async () => '{"token":"t"}' },
    vendor: {
      list: async (_to, _conversation, after = '0') => {
        counts.vendorRequests += 1;
        const from = Number(after);
        const hasMore = from + PAGE_SIZE < PARTICIPANTS;
        const participants = memberIds
          .slice(from, from + PAGE_SIZE)
          .map((userId, index) => ({ id: String(from + index), userId }));
        const page = { participants, hasMore, ...(hasMore && { afterCursor: String(from + PAGE_SIZE) }) };
        return { result: { kind: 'applied' as const }, page };
      },
    },
    telemetry: { emit: () => {} },
    clock: {
      nowMs: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms;
      },
      random: () => 0.5,
    },
  };
}

function rowOf(key: ConversationKey, memberId: string): MemberRow {
  const version = BEFORE_EVERY_CHANGE;
  return {
    key: { ...key, idKind: 'userId', memberId },
    version,
    action: 'join',
    changeId: 'change-000000000001',
    subscribeSDKClient: true,
    state: 'applied',
    wishedAtMs: START_MS - 3_600_000,
    starts: 0,
    startsAlone: 0,
    confirmed: { action: 'join', version, atMs: START_MS - 3_600_000 },
    participantId: memberId,
  };
}

function dollarsAMonth(planner: Counts, worker: Counts, fleet: number): number {
  const scale = fleet / SAMPLE;
  const batches = fleet / WORKER_BATCH;
  const seconds = batches * WORKER_SECONDS_PER_BATCH + (fleet / 1_000) * PLANNER_SECONDS_PER_THOUSAND;
  const perInterval =
    (planner.readUnits + worker.readUnits * scale) * PRICES.readUnit +
    (planner.writeUnits + worker.writeUnits * scale) * PRICES.writeUnit +
    // Send, receive and delete, ten messages at once.
    (planner.queueRequests + 2 * batches) * STANDARD_QUEUE_REQUEST +
    (batches + planner.plannerRuns) * PRICES.invocation +
    seconds * MEMORY_GIGABYTES * PRICES.gigabyteSecond;
  return perInterval * INTERVALS_A_MONTH;
}

async function main(): Promise<void> {
  const worker = await compareSample();
  const rows: string[] = [];
  for (const fleet of FLEETS) {
    const planner = await planInterval(fleet);
    const scale = fleet / SAMPLE;
    const cells = [
      fleet,
      planner.messages,
      planner.longestRunPages,
      worker.vendorRequests * scale,
      (worker.vendorRequests * scale) / 3_600,
      planner.readUnits + worker.readUnits * scale,
      planner.writeUnits + worker.writeUnits * scale,
      dollarsAMonth(planner, worker, fleet),
    ];
    rows.push(`| ${cells.map((cell) => Math.round(cell).toLocaleString('en')).join(' | ')} |`);
    console.error(`${fleet.toLocaleString('en')} conversations done`);
  }
  const table = [
    '| conversations | messages | most requests of one planner run | listing requests | of these a second | read units | write units | dollars a month |',
    '|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
  ].join('\n');
  console.log(table);
  writeFileSync(DOCUMENT, withSection(readFileSync(DOCUMENT, 'utf8'), 'fleet', table));
}

await main();

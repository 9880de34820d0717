import { setTimeout as sleep } from 'node:timers/promises';
import type { Verdict } from '../expected-membership.ts';
import type { ApiKey } from '../fake-vendor/options.ts';
import { startLocalStack } from '../local-stack.ts';
import { Outcomes } from '../outcomes.ts';
import { seededRandom } from '../seeded-random.ts';
import { Chaos } from './chaos.ts';
import { type DriftStory, NO_DRIFT, tellDrift } from './drift-chapter.ts';
import { type Accepted, type Evidence, presentMembers, readRows, takeParked } from './evidence.ts';
import type { Input, Meta } from './input.ts';
import type { DemoOptions } from './options.ts';
import { sendLines } from './sender.ts';
import { Standstill, System } from './system.ts';
import { type Findings, verify } from './verification.ts';
import { declareApps, rotateCredential, seedsOf } from './world.ts';

/** How the changes are spread: long enough for faults to meet all of them, short enough to watch. */
const SENDING_MAX_MS = 12_000;
const LINE_MS = 10;
/** Of every block of requests one meets each kind of fault. */
const FAULTS = { blockSize: 20, perBlock: { throttle: 1, fail: 1, stall: 1, drop: 1 }, stallMs: 3_000 };
export const FAULT_KINDS = ['throttle', 'fail', 'stall', 'drop'] as const;
/** The schedule of the template fires once a minute at the most; a demo whose hours are seconds needs it every second. */
const PLANNING_MS = 1_000;

/** What one run of the demo found. */
export interface Story {
  /** The changes that the queue took; what claims to be a correction is none. */
  readonly accepted: readonly Accepted[];
  readonly refused: number;
  readonly outcomes: Outcomes;
  readonly evidence: Evidence;
  readonly findings: Findings;
  readonly settled: boolean;
  readonly drift: DriftStory;
  readonly vendorRequests: number;
  readonly vendorThrottled: number;
  readonly unauthorized: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly freezes: number;
  readonly seconds: number;
}

/** Lines that never end, or whose end is that of another. */
const NO_CHANGE: ReadonlySet<string> = new Set<Verdict['kind']>(['blank', 'correction', 'repeat']);

export interface Progress {
  readonly phase: string;
  /** Lines, of the whole file. */
  readonly sent: number;
  readonly changes: number;
  readonly ended: number;
  readonly requests: number;
}

/**
 * Tells the story: sends the file into the running system while things go wrong, waits until all is settled, looks;
 * then changes the vendor behind the system's back, and looks again.
 *
 * @param signal ends it early: everything is stopped, and its reason is thrown
 */
export async function tellStory(
  input: Input,
  { seed, kills }: DemoOptions,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Story> {
  const startedMs = performance.now();
  const outcomes = new Outcomes();
  const random = seededRandom(seed);
  const chaos = new Chaos({ strikes: kills, calls: input.expected.members.size, random });
  const stack = await startLocalStack(
    {
      vendor: {
        apps: seedsOf(input.meta, input.expected),
        faults: { seed, ...FAULTS },
        onRequest: chaos.onRequest,
      },
      report: (event) => {
        if (event.kind === 'logLine') outcomes.read(event.line);
      },
    },
    signal,
  );
  const system = new System(stack, signal);
  const requests = (): number => {
    const { join, leave, list } = stack.vendor.stats().requests;
    return join + leave + list;
  };
  const changes = input.expected.perLine.filter(({ kind }) => !NO_CHANGE.has(kind)).length;
  const tell = (phase: string, sent = input.lines.length): void =>
    onProgress({ phase, sent, changes, ended: outcomes.ended, requests: requests() });
  try {
    const chapter = await tellChanges(system, input, { outcomes, chaos, tell });
    const { throttled, statuses, faults } = stack.vendor.stats();
    const drift = chapter.settled
      ? await tellDrift(system, input.meta, chapter.evidence.rows, random, (pass) =>
          tell(`drift, pass ${pass}`),
        )
      : NO_DRIFT;
    return {
      ...chapter,
      refused: input.refused.size,
      outcomes,
      findings: verify(input.expected, chapter.evidence),
      drift,
      vendorRequests: requests(),
      vendorThrottled: throttled,
      unauthorized: statuses['401'] ?? 0,
      faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faults[kind]])),
      kills: chaos.kills,
      freezes: chaos.freezes,
      seconds: Math.round(performance.now() - startedMs) / 1_000,
    };
  } finally {
    await stack.stop();
    system.close();
  }
}

interface Companions {
  readonly outcomes: Outcomes;
  readonly chaos: Chaos;
  readonly tell: (phase: string, sent?: number) => void;
}

/** The first chapter: every line of the file is sent, and ends somewhere. */
async function tellChanges(
  system: System,
  input: Input,
  { outcomes, chaos, tell }: Companions,
): Promise<Pick<Story, 'accepted' | 'evidence' | 'settled'>> {
  const { stack, sqs, dynamodb } = system;
  const keys = await declareApps(input.meta, stack);
  const planning = startPlanning(system);
  let rotated: Promise<void> | undefined;
  try {
    chaos.begin(stack.consumer);
    const took = await sendPaced(system, input, (sent) => {
      tell('sending', sent);
      if (sent >= input.lines.length / 2) rotated ??= rotateFirst(system, input.meta, keys);
    });
    await rotated;
    const settled = await settle(system, () => {
      tell('settling');
      return `${outcomes.ended} ${chaos.kills}`;
    });
    chaos.end();
    await chaos.thawed();
    const isSettled = settled && (await settle(system, () => ''));
    const evidence = {
      accepted: took.filter(({ line }) => input.expected.perLine[line]?.kind !== 'correction'),
      queued: await system.queued(),
      parked: await takeParked(sqs, stack.deadLetterQueueUrl),
      rows: await readRows(dynamodb, stack.tableName),
      present: presentMembers(stack.vendor.world, input.meta.apps),
    };
    return { accepted: evidence.accepted, evidence, settled: isSettled };
  } finally {
    chaos.end();
    await planning.stop();
  }
}

/** Rotates the first app's credential. */
function rotateFirst(
  { stack, signal }: System,
  { apps: [app] }: Meta,
  keys: ReadonlyMap<string, ApiKey>,
): Promise<void> | undefined {
  const key = app && keys.get(app.appId);
  const rotated = app && key && rotateCredential(app, key, stack, signal);
  // Whoever waits for it is told; where nobody waits any more, the interruption has been told already.
  rotated?.catch(() => {});
  return rotated;
}

function sendPaced(
  { stack, sqs, signal }: System,
  input: Input,
  onBatch: (sent: number) => void,
): Promise<Accepted[]> {
  const startedMs = performance.now();
  const lineMs = Math.min(LINE_MS, SENDING_MAX_MS / input.lines.length);
  return sendLines(input, sqs, stack.changeQueueUrl, async (sent) => {
    onBatch(sent);
    const dueMs = startedMs + lineMs * sent;
    await sleep(Math.max(0, dueMs - performance.now()), undefined, { signal });
  });
}

/** Waits until nothing is under way any more; false if nothing moves for too long. */
async function settle(system: System, progress: () => string): Promise<boolean> {
  try {
    await system.until('everything to be settled', () => system.isQuiet(), progress);
    return true;
  } catch (error) {
    if (error instanceof Standstill) return false;
    throw error;
  }
}

function startPlanning({ stack }: System): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await stack.planReconciles();
      await sleep(PLANNING_MS, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

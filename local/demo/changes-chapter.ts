import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiKey } from '../fake-vendor/options.ts';
import type { Outcomes } from '../outcomes.ts';
import type { Chaos } from './chaos.ts';
import { type Accepted, type Evidence, presentMembers, readRows, takeParked } from './evidence.ts';
import type { Input, Meta } from './input.ts';
import { sendLines } from './sender.ts';
import { Standstill, type System } from './system.ts';
import { registerWebhooks } from './webhooks.ts';
import { declareApps, rotateCredential } from './world.ts';

/** How the changes are spread: long enough for faults to meet all of them, short enough to watch. */
const SENDING_MAX_MS = 12_000;
const LINE_MS = 10;
/** The schedule of the template fires once a minute at the most; a demo whose hours are seconds needs it every second. */
const PLANNING_MS = 1_000;

interface Companions {
  readonly outcomes: Outcomes;
  readonly chaos: Chaos;
  readonly tell: (phase: string, sent?: number) => void;
}

/** The first chapter: every line of the file is sent, and ends somewhere. */
export async function tellChanges(
  system: System,
  input: Input,
  { outcomes, chaos, tell }: Companions,
): Promise<{ readonly evidence: Evidence; readonly settled: boolean }> {
  const { stack, sqs, dynamodb } = system;
  const keys = await declareApps(input.meta, stack);
  await registerWebhooks(input.meta, stack, { isRotating: false });
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
    return { evidence, settled: isSettled };
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

/** Lets the planner run again and again. */
export function startPlanning({ stack }: System): { stop(): Promise<void> } {
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

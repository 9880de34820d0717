import { setTimeout as sleep } from 'node:timers/promises';
import { startPlanning } from '../demo/changes-chapter.ts';
import { NO_DRIFT } from '../demo/drift-chapter.ts';
import { presentMembers, readRows, takeParked } from '../demo/evidence.ts';
import type { Input } from '../demo/input.ts';
import { sendLines } from '../demo/sender.ts';
import { FAULT_KINDS, type Story } from '../demo/story.ts';
import { failures, type Summary, summarise } from '../demo/summary.ts';
import { Standstill, System } from '../demo/system.ts';
import { verify } from '../demo/verification.ts';
import { NO_WEBHOOKS } from '../demo/webhook-chapter.ts';
import { WebhookLog } from '../demo/webhook-log.ts';
import { declareApps, seedsOf } from '../demo/world.ts';
import type { Report } from '../embedded/events.ts';
import { type LocalStack, startLocalStack } from '../local-stack.ts';
import { Outcomes } from '../outcomes.ts';
import { type Quarter, quartersOf, unsteady } from './quarters.ts';
import { type Sample, Sampler } from './samples.ts';

/** Of every hundred requests one meets each kind of fault. */
const FAULTS = { blockSize: 100, perBlock: { throttle: 1, fail: 1, stall: 1, drop: 1 }, stallMs: 3_000 };
/** Changes under way: enough to keep every process busy, few enough for the queue emulator, which looks at all of them. */
const WINDOW = 400;
/** What is deferred or waits behind others keeps its place in the window for no longer than this. */
const WINDOW_WAIT_MS = 5_000;
const POLL_MS = 10;

export interface Soaked {
  readonly summary: Summary;
  readonly quarters: readonly Quarter[];
  readonly samples: readonly Sample[];
  readonly failed: readonly string[];
}

/** Sends all of it, waits until all is settled, and accounts for every change. `onProgress` is told now and then. */
export async function soak(
  input: Input,
  seed: number,
  onProgress: (sent: number, ended: number) => void,
  signal: AbortSignal,
): Promise<Soaked> {
  const startedMs = performance.now();
  const outcomes = new Outcomes();
  const troubles: string[] = [];
  const report: Report = (event) => {
    if (event.kind === 'logLine') outcomes.read(event.line);
    if (event.kind === 'trouble') troubles.push(`${event.where}: ${event.error.message}`);
  };
  const vendor = { apps: seedsOf(input.meta, input.expected), faults: { seed, ...FAULTS } };
  const stack = await startLocalStack({ vendor, report }, signal);
  const system = new System(stack, signal);
  await declareApps(input.meta, stack);
  const sampler = new Sampler(stack, () => outcomes.ended);
  const planning = startPlanning(system);
  try {
    const accepted = await sendLines(input, system.sqs, stack.changeQueueUrl, async (sent) => {
      onProgress(sent, outcomes.ended);
      await untilRoom(sent, outcomes, signal);
    });
    const onPoll = () => onProgress(input.lines.length, outcomes.ended);
    const hasSettled = await settle(system, outcomes, onPoll);
    sampler.stop();
    // What the planner has just sent is no change that waits.
    await planning.stop();
    const settled = hasSettled && (await settle(system, outcomes, onPoll));
    const evidence = {
      accepted,
      queued: await system.queued(),
      parked: await takeParked(system.sqs, stack.deadLetterQueueUrl),
      rows: await readRows(system.dynamodb, stack.tableName),
      present: presentMembers(stack.vendor.world, input.meta.apps),
    };
    const findings = verify(input.expected, evidence);
    const seconds = Math.round(performance.now() - startedMs) / 1_000;
    const kept = { accepted, outcomes, evidence, findings, settled, troubles, seconds };
    return resultOf({ ...kept, ...NOTHING_ELSE, ...metOf(stack) }, sampler.samples);
  } finally {
    sampler.stop();
    await planning.stop();
    await stack.stop();
    system.close();
  }
}

/** What a demo has besides. */
const NOTHING_ELSE = {
  refused: 0,
  drift: NO_DRIFT,
  webhooks: NO_WEBHOOKS,
  webhookLog: new WebhookLog(),
  kills: 0,
  freezes: 0,
};

function metOf({
  vendor,
}: LocalStack): Pick<Story, 'vendorRequests' | 'vendorThrottled' | 'unauthorized' | 'faults'> {
  const { requests, throttled, statuses, faults } = vendor.stats();
  return {
    vendorRequests: requests.join + requests.leave + requests.list,
    vendorThrottled: throttled,
    unauthorized: statuses['401'] ?? 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faults[kind]])),
  };
}

function resultOf(story: Story, samples: readonly Sample[]): Soaked {
  const summary = summarise(story);
  const quarters = quartersOf(samples);
  const failed = [
    ...failures(story, summary, { kills: 0, isExample: false }),
    ...unsteady(summary.accepted, quarters),
  ];
  return { summary, quarters, samples, failed };
}

async function untilRoom(sent: number, outcomes: Outcomes, signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + WINDOW_WAIT_MS;
  // Repeats are sent and never end: they take up room as time goes on, which the wait's end gives back.
  while (sent - outcomes.ended > WINDOW + sent * REPEATED && performance.now() < untilMs)
    await sleep(POLL_MS, undefined, { signal });
}

/** At most so great a part of the lines is the same change as another line. */
const REPEATED = 0.011;

async function settle(system: System, outcomes: Outcomes, onPoll: () => void): Promise<boolean> {
  try {
    await system.until(
      'everything to be settled',
      () => system.isQuiet(),
      () => {
        onPoll();
        return String(outcomes.ended);
      },
    );
    return true;
  } catch (error) {
    if (error instanceof Standstill) return false;
    throw error;
  }
}

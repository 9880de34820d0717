import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { LocalFunction } from '../embedded/local-function.ts';
import { type LocalStack, startLocalStack } from '../local-stack.ts';
import { Outcomes } from '../outcomes.ts';
import { seededRandom } from '../seeded-random.ts';
import { Chaos } from './chaos.ts';
import type { Input } from './input.ts';
import type { DemoOptions } from './options.ts';
import { type Accepted, type Sent, sendLines } from './sender.ts';
import {
  type Evidence,
  type Findings,
  type RosterRow,
  readRows,
  takeParked,
  verify,
} from './verification.ts';
import { declareApps, presentMembers, rotateCredential, seedsOf } from './world.ts';

/** How the changes are spread: long enough for faults to meet all of them, short enough to watch. */
const SENDING_MS = 12_000;
const SETTLED_WITHIN_MS = 150_000;
const POLL_MS = 300;
/** Of every block of requests one meets each kind of fault. */
const FAULTS = { blockSize: 20, perBlock: { throttle: 1, fail: 1, stall: 1, drop: 1 }, stallMs: 3_000 };
export const FAULT_KINDS = ['throttle', 'fail', 'stall', 'drop'] as const;

/** What one run of the demo found. */
export interface Story {
  readonly accepted: readonly Accepted[];
  readonly refused: number;
  readonly outcomes: Outcomes;
  readonly findings: Findings;
  readonly evidence: Evidence;
  readonly settled: boolean;
  readonly vendorRequests: number;
  readonly vendorThrottled: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly freezes: number;
  readonly seconds: number;
}

export interface Progress {
  readonly sent: number;
  readonly lines: number;
  readonly ended: number;
  readonly deferred: number;
  readonly requests: number;
  readonly phase: string;
}

/** Tells the story: sends the file into the running system while things go wrong, waits until all is settled, and looks. */
export async function tellStory(
  input: Input,
  { seed, kills }: DemoOptions,
  onProgress: (progress: Progress) => void,
): Promise<Story> {
  const startedMs = performance.now();
  const outcomes = new Outcomes();
  const chaos = new Chaos(kills, seededRandom(seed));
  const stack = await startLocalStack({
    vendor: {
      apps: seedsOf(input.meta, input.expected),
      faults: { seed, ...FAULTS },
      onRequest: chaos.onRequest,
    },
    report: (event) => {
      if (event.kind === 'logLine') outcomes.read(event.line);
    },
  });
  const sqs = new SQSClient(stack.embedded.clientConfigs.sqs);
  const dynamodb = new DynamoDBClient(stack.embedded.clientConfigs.dynamodb);
  const planning = startSchedule(stack);
  try {
    const tell = (phase: string, sent: number) => {
      const { requests } = stack.vendor.stats();
      const made = requests.join + requests.leave + requests.list;
      const { ended, deferred } = outcomes;
      onProgress({ phase, sent, lines: input.lines.length, ended, deferred, requests: made });
    };
    const keys = await declareApps(input.meta, stack);
    chaos.begin(consumerOf(stack));
    const sent = await send(input, stack, sqs, keys, tell);
    const settled = await settle(stack, sqs, dynamodb, () => tell('settling', input.lines.length));
    await chaos.thawed();
    const rows = await readRows(dynamodb, stack.tableName);
    const parked = await takeParked(sqs, stack.deadLetterQueueUrl);
    const present = presentMembers(input.meta, input.expected, stack.vendor);
    const evidence = { accepted: sent.accepted, parked, rows, present };
    const { requests, faults, throttled } = stack.vendor.stats();
    return {
      accepted: sent.accepted,
      refused: sent.refused.length,
      outcomes,
      evidence,
      findings: verify(input.expected, evidence),
      settled,
      vendorRequests: requests.join + requests.leave + requests.list,
      vendorThrottled: throttled,
      faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faults[kind]])),
      kills: chaos.kills,
      freezes: chaos.freezes,
      seconds: Math.round(performance.now() - startedMs) / 1_000,
    };
  } finally {
    await planning.stop();
    await stack.stop();
    sqs.destroy();
    dynamodb.destroy();
  }
}

async function send(
  input: Input,
  stack: LocalStack,
  sqs: SQSClient,
  keys: Awaited<ReturnType<typeof declareApps>>,
  tell: (phase: string, sent: number) => void,
): Promise<Sent> {
  const startedMs = performance.now();
  let rotation: Promise<void> | undefined;
  const sent = await sendLines(input.lines, sqs, stack.changeQueueUrl, async (count) => {
    tell('sending', count);
    const [app] = input.meta.apps;
    const key = app && keys.get(app.appId);
    if (app && key && !rotation && count >= input.lines.length / 2)
      rotation = rotateCredential(app, key, stack);
    const dueMs = startedMs + (SENDING_MS * count) / input.lines.length;
    await sleep(Math.max(0, dueMs - performance.now()));
  });
  await rotation;
  return sent;
}

/** Waits until nothing is under way any more: queues empty, no wish waiting; false if that takes too long. */
async function settle(
  stack: LocalStack,
  sqs: SQSClient,
  dynamodb: DynamoDBClient,
  tell: () => void,
): Promise<boolean> {
  const untilMs = performance.now() + SETTLED_WITHIN_MS;
  while (performance.now() < untilMs) {
    tell();
    if ((await messagesOn(stack.changeQueueUrl, sqs)) === 0) {
      const rows = await readRows(dynamodb, stack.tableName);
      if (![...rows.values()].some(isWaiting) && (await messagesOn(stack.changeQueueUrl, sqs)) === 0)
        return true;
    }
    await sleep(POLL_MS);
  }
  return false;
}

function isWaiting({ state }: RosterRow): boolean {
  return state === 'pending' || state === 'deferred';
}

async function messagesOn(queueUrl: string, sqs: SQSClient): Promise<number> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['All'] }),
  );
  const names = [
    'ApproximateNumberOfMessages',
    'ApproximateNumberOfMessagesNotVisible',
    'ApproximateNumberOfMessagesDelayed',
  ] as const;
  return names.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

function consumerOf({ embedded }: LocalStack): LocalFunction {
  const consumer = [...embedded.functions.values()].find(({ logicalId }) => logicalId.startsWith('Consumer'));
  if (!consumer) throw new Error('the template has no consumer');
  return consumer;
}

/** The schedule of the template fires once a minute at the most; a demo whose hours are seconds needs it every second. */
function startSchedule(stack: LocalStack): { stop(): Promise<void> } {
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      await stack.planReconciles();
      await sleep(1_000);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await running;
    },
  };
}

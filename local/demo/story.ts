import type { Report } from '../embedded/events.ts';
import type { Verdict } from '../expected-membership.ts';
import { type LocalStack, startLocalStack } from '../local-stack.ts';
import { Outcomes } from '../outcomes.ts';
import { seededRandom } from '../seeded-random.ts';
import { tellChanges } from './changes-chapter.ts';
import { Chaos } from './chaos.ts';
import { type DriftStory, NO_DRIFT, tellDrift } from './drift-chapter.ts';
import type { Accepted, Evidence } from './evidence.ts';
import { HealWatch } from './heal-watch.ts';
import type { Input } from './input.ts';
import type { DemoOptions } from './options.ts';
import { System } from './system.ts';
import { type Findings, verify } from './verification.ts';
import { NO_WEBHOOKS, tellWebhooks, type WebhookStory } from './webhook-chapter.ts';
import { WebhookLog } from './webhook-log.ts';
import { RETRY_WINDOW_MS } from './webhooks.ts';
import { seedsOf } from './world.ts';

/** Of every block of requests one meets each kind of fault. */
const FAULTS = { blockSize: 20, perBlock: { throttle: 1, fail: 1, stall: 1, drop: 1 }, stallMs: 3_000 };
export const FAULT_KINDS = ['throttle', 'fail', 'stall', 'drop'] as const;

/** The vendor's webhooks, with events that overtake each other and some that come twice. */
const WEBHOOKS = {
  retryWindowMs: RETRY_WINDOW_MS,
  timeoutMs: 4_000,
  sendsAtOnce: 2,
  gatherMs: 100,
  jitterMs: 100,
  repeatShare: 0.05,
};

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
  readonly webhooks: WebhookStory;
  readonly webhookLog: WebhookLog;
  readonly vendorRequests: number;
  readonly vendorThrottled: number;
  readonly unauthorized: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly kills: number;
  readonly freezes: number;
  readonly seconds: number;
  /** What went wrong in the emulators, and not in what they run. */
  readonly troubles: readonly string[];
}

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
 * then changes the vendor behind the system's back, and looks again: first while no webhook tells of it, then while
 * nothing but webhooks does.
 *
 * @param signal ends it early: everything is stopped, and its reason is thrown
 */
export async function tellStory(
  input: Input,
  options: DemoOptions,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Story> {
  const startedMs = performance.now();
  const heard = { outcomes: new Outcomes(), troubles: [] as string[], webhookLog: new WebhookLog() };
  const watch = new HealWatch();
  const chaos = chaosOf(input, options);
  const stack = await startStack(input, options, { chaos, watch }, heard, signal);
  const system = new System(stack, signal);
  const changes = input.expected.perLine.filter(({ kind }) => !NO_CHANGE.has(kind)).length;
  const tell = (phase: string, sent = input.lines.length): void => {
    const { ended } = heard.outcomes;
    onProgress({ phase, sent, changes, ended, requests: requestsOf(stack) });
  };
  try {
    const chapter = await tellChanges(system, input, { outcomes: heard.outcomes, chaos, tell });
    const met = whatWasMet(stack);
    stack.vendor.setWebhookTrouble('lost');
    const drift = chapter.settled
      ? await tellDrift(system, input.meta, chapter.evidence.rows, seededRandom(options.seed), (pass) =>
          tell(`drift, pass ${pass}`),
        )
      : NO_DRIFT;
    const webhooks = chapter.settled ? await tellWebhooks(system, input.meta, watch, tell) : NO_WEBHOOKS;
    return {
      ...heard,
      ...chapter,
      ...met,
      accepted: chapter.evidence.accepted,
      refused: input.refused.size,
      findings: verify(input.expected, chapter.evidence),
      drift,
      webhooks,
      vendorRequests: requestsOf(stack),
      kills: chaos.kills,
      freezes: chaos.freezes,
      seconds: Math.round(performance.now() - startedMs) / 1_000,
    };
  } finally {
    await stack.stop();
    system.close();
  }
}

/** Lines that never end, or whose end is that of another. */
const NO_CHANGE: ReadonlySet<string> = new Set<Verdict['kind']>(['blank', 'correction', 'repeat']);

function chaosOf({ expected }: Input, { kills, seed }: DemoOptions): Chaos {
  return new Chaos({ strikes: kills, calls: expected.members.size, random: seededRandom(seed) });
}

function startStack(
  { meta, expected }: Input,
  { seed }: DemoOptions,
  { chaos, watch }: { readonly chaos: Chaos; readonly watch: HealWatch },
  {
    outcomes,
    troubles,
    webhookLog,
  }: Pick<Story, 'outcomes' | 'webhookLog'> & { readonly troubles: string[] },
  signal: AbortSignal,
): Promise<LocalStack> {
  const vendor = {
    apps: seedsOf(meta, expected),
    faults: { seed, ...FAULTS },
    onRequest: chaos.onRequest,
    onMembershipEvent: watch.onEvent,
    webhooks: { seed, ...WEBHOOKS },
  };
  const report: Report = (event) => {
    if (event.kind === 'logLine') {
      outcomes.read(event.line);
      webhookLog.read(event.line);
    }
    if (event.kind === 'trouble') troubles.push(`${event.where}: ${event.error.message}`);
  };
  return startLocalStack({ vendor, report }, signal);
}

function requestsOf({ vendor }: LocalStack): number {
  const { join, leave, list } = vendor.stats().requests;
  return join + leave + list;
}

/** What befell the first chapter; the second is told without faults. */
function whatWasMet({ vendor }: LocalStack): Pick<Story, 'vendorThrottled' | 'unauthorized' | 'faults'> {
  const { throttled, statuses, faults } = vendor.stats();
  return {
    vendorThrottled: throttled,
    unauthorized: statuses['401'] ?? 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, faults[kind]])),
  };
}

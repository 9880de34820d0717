import { type Timings, timingsSchema } from '../../functions/core/timings.ts';
import { generateApps, membersOf } from './generate-apps.ts';
import { generateDrift, generateOperators } from './generate-drift.ts';
import { generateEvents } from './generate-events.ts';
import { generateAppFaults, generateFaults, generateOperatorFaults } from './generate-faults.ts';
import { generateOddities } from './generate-oddities.ts';
import { Random } from './random.ts';
import type { AppSpec, ChangeSpec, Fault, Flaw, Scenario } from './scenario.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

const CHANGES_LEAST = 20;
const CHANGES_MOST = 36;
const CHANGES_CROWDED = 90;
const FLAWS: readonly Flaw[] = ['not_json', 'missing_field', 'id_kind', 'future', 'too_old'];

/** Makes a seed's scenario: at least twenty changes, two consumers, and faults of every kind in turn. */
export function generateScenario(seed: number): Scenario {
  const random = new Random(seed);
  const isScaled = random.chance(0.8);
  const isOneAppOut = random.chance(0.12);
  const isCrowded = !isOneAppOut && random.chance(0.1);
  const apps = generateApps(random.fork('apps'), { isScaled, isPlain: isOneAppOut || isCrowded, isCrowded });
  const [first] = apps;
  if (!first) throw new Error('a scenario has apps');
  const spanMs = isCrowded ? 5 * SECOND_MS : random.pick([20 * SECOND_MS, 3 * MINUTE_MS, 20 * MINUTE_MS]);
  const isForeign = random.chance(0.3) && !isOneAppOut;
  const count = isCrowded ? CHANGES_CROWDED : random.int(CHANGES_LEAST, CHANGES_MOST);
  const of = isCrowded ? [first] : apps;
  const changes = generateChanges(random.fork('changes'), of, { count, spanMs, isForeign });
  const timings = generateTimings(random.fork('timings'), isScaled);
  const { reconcileIntervalMs } = timings;
  const webhooks = random.fork('webhooks').chance(0.6);
  const faults = isOneAppOut
    ? generateAppFaults(random.fork('faults'), first, spanMs)
    : [
        ...generateFaults(random.fork('faults'), apps, spanMs),
        ...generateOperatorFaults(random.fork('operator faults')),
        ...generateDrift(random.fork('drift'), apps, spanMs, reconcileIntervalMs),
        ...(webhooks ? generateEvents(random.fork('events'), apps, spanMs, reconcileIntervalMs) : []),
        ...generateOddities(random.fork('oddities'), apps, spanMs, reconcileIntervalMs),
      ];
  const endsMs = Math.max(
    spanMs,
    ...faults.map((fault) => ('fromMs' in fault ? fault.fromMs + durationOf(fault) : 0)),
  );
  const calmFromMs = endsMs + 25 * MINUTE_MS;
  return {
    seed,
    timings,
    consumers: random.int(2, 4),
    apps,
    changes,
    faults,
    operators: isOneAppOut
      ? []
      : generateOperators(random.fork('operators'), apps, calmFromMs, reconcileIntervalMs),
    webhooks,
    calmFromMs,
    ...(isOneAppOut && { onlyOut: first.appId }),
  };
}

function durationOf(fault: Fault): number {
  return 'forMs' in fault ? Math.max(0, fault.forMs) : 0;
}

function generateTimings(random: Random, isScaled: boolean): Timings {
  const defaults = timingsSchema.parse({});
  if (!isScaled) return defaults;
  return {
    ...defaults,
    deferAfterMs: random.pick([1, 5]) * MINUTE_MS,
    parkAfterMs: 40 * MINUTE_MS,
    userGraceMs: random.pick([20, 60]) * SECOND_MS,
    reconcileIntervalMs: 15 * MINUTE_MS,
  };
}

interface Stream {
  readonly count: number;
  readonly spanMs: number;
  /** Some producer groups its messages by conversation. */
  readonly isForeign: boolean;
}

function generateChanges(random: Random, apps: readonly AppSpec[], stream: Stream): ChangeSpec[] {
  const { count, spanMs, isForeign } = stream;
  const changes = Array.from({ length: count }, (_, index) =>
    generateChange(random, random.pick(apps), spanMs, index, isForeign && random.chance(0.4)),
  );
  // A producer that heard nothing sends once more, at once or much later.
  const again = changes
    .filter(() => random.chance(0.08))
    .map((change) => ({
      ...change,
      sentAtMs: change.sentAtMs + random.pick([0, 2 * SECOND_MS, 6 * MINUTE_MS]),
    }));
  return [...changes, ...again].toSorted((a, b) => a.sentAtMs - b.sentAtMs);
}

function generateChange(
  random: Random,
  app: AppSpec,
  spanMs: number,
  index: number,
  isForeign: boolean,
): ChangeSpec {
  const id = `c${index}`;
  const { appId } = app;
  const { conversationId } = random.pick(app.conversations);
  const sentAtMs = random.int(0, spanMs);
  const flaw = !app.declared ? 'unknown_app' : random.chance(0.06) ? random.pick(FLAWS) : undefined;
  // Producers' clocks differ by some seconds, and some changes arrive long after they happened.
  const skewMs = random.int(-3, 3) * SECOND_MS;
  const lateMs = random.chance(0.15) ? random.int(1, 3 * 60) * SECOND_MS : 0;
  return {
    id,
    sentAtMs,
    appId,
    conversationId,
    memberId: random.pick(membersOf(app)),
    action: random.chance(0.6) ? 'join' : 'leave',
    occurredAtMs: occurredAtMs(flaw, random.chance(0.1) ? 0 : sentAtMs + skewMs - lateMs),
    group: isForeign ? 'conversation' : 'member',
    deduplicationId: id,
    ...(flaw && { flaw }),
  };
}

function occurredAtMs(flaw: Flaw | undefined, usualMs: number): number {
  if (flaw === 'future') return usualMs + 3650 * DAY_MS;
  return flaw === 'too_old' ? usualMs - 31 * DAY_MS : usualMs;
}

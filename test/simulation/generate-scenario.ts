import type { Policy } from '../../functions/core/app.ts';
import { type Timings, timingsSchema } from '../../functions/core/timings.ts';
import { generateFaults } from './generate-faults.ts';
import { Random } from './random.ts';
import type { AppSpec, ChangeSpec, ConversationSpec, Fault, Flaw, Scenario } from './scenario.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const CHANGES_LEAST = 20;
const CHANGES_MOST = 36;
const FLAWS: readonly Flaw[] = ['not_json', 'missing_field', 'id_kind', 'future', 'too_old'];

/** Makes a seed's scenario: at least twenty changes, two consumers, and faults of every kind in turn. */
export function generateScenario(seed: number): Scenario {
  const random = new Random(seed);
  const isScaled = random.chance(0.8);
  const apps = generateApps(random.fork('apps'), isScaled);
  const spanMs = random.pick([20 * SECOND_MS, 3 * MINUTE_MS, 20 * MINUTE_MS]);
  const changes = generateChanges(random.fork('changes'), apps, spanMs);
  const faults = generateFaults(random.fork('faults'), apps, spanMs);
  const endsMs = Math.max(
    spanMs,
    ...faults.map((fault) => ('fromMs' in fault ? fault.fromMs + durationOf(fault) : 0)),
  );
  const calmFromMs = endsMs + 10 * MINUTE_MS;
  return {
    seed,
    timings: generateTimings(random.fork('timings'), isScaled),
    consumers: random.int(2, 4),
    apps,
    changes,
    faults,
    redrivesAtMs: random.chance(0.3) ? [calmFromMs + random.pick([MINUTE_MS, HOUR_MS, 2 * DAY_MS])] : [],
    calmFromMs,
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

function generateApps(random: Random, isScaled: boolean): AppSpec[] {
  return ['app-a', 'app-b', 'app-c'].map((appId, index) => {
    const idKind = index === 1 ? 'userExternalId' : 'userId';
    const members = membersOf(appId, idKind);
    const odd = (probability: number) => (random.chance(probability) ? [random.pick(members)] : []);
    const unknown = odd(0.2).map((memberId) => [
      memberId,
      random.pick([null, 30 * SECOND_MS, 5 * MINUTE_MS]),
    ]);
    return {
      appId,
      declared: index < 2 || random.chance(0.5),
      idKind,
      policy: random.pick<Policy>(['managed', 'managed', 'managed', 'additive', 'report', 'exact']),
      protectedMembers: odd(0.1),
      requestsPerSecond: random.pick([100, 20, 5]),
      joinOfPresent: random.pick([201, 400] as const),
      conversations: generateConversations(random, appId, members, isScaled),
      unknownUsers: Object.fromEntries(unknown),
      rejectedMembers: odd(0.08),
      failingMembers: isScaled ? odd(0.08) : [],
      poisonousMembers: odd(0.08),
    };
  });
}

/** External ids begin with an x, so that the vendor model can tell the two kinds apart. */
function membersOf(appId: string, idKind: AppSpec['idKind']): string[] {
  const prefix = idKind === 'userId' ? 'u' : 'x';
  return [1, 2, 3, 4].map((number) => `${prefix}${number}${appId.at(-1)}`);
}

function generateConversations(
  random: Random,
  appId: string,
  members: readonly string[],
  isScaled: boolean,
): ConversationSpec[] {
  return [1, 2].slice(0, random.int(1, 2)).map((number) => ({
    conversationId: `${appId.at(-1)}-${number}`,
    exists: !random.chance(0.06),
    ...(isScaled && random.chance(0.08) && { capacity: 2 }),
    present: members.filter(() => random.chance(0.25)),
  }));
}

function generateChanges(random: Random, apps: readonly AppSpec[], spanMs: number): ChangeSpec[] {
  const isForeign = random.chance(0.3);
  const changes = Array.from({ length: random.int(CHANGES_LEAST, CHANGES_MOST) }, (_, index) =>
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
  const { appId, idKind } = app;
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
    memberId: random.pick(membersOf(appId, idKind)),
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

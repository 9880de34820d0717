import { membersOf, strangersOf } from './generate-apps.ts';
import type { Random } from './random.ts';
import type { AppSpec, Fault, OperatorAct } from './scenario.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/**
 * Somebody else works on conversations: adds and removes one or many, members and strangers, sometimes the same again,
 * and sometimes while passes of that conversation overlap.
 */
export function generateDrift(
  random: Random,
  apps: readonly AppSpec[],
  spanMs: number,
  intervalMs: number,
): Fault[] {
  const declared = apps.filter((app) => app.declared);
  return Array.from({ length: random.int(0, 3) }, () => {
    const app = random.pick(declared);
    const { conversationId } = random.pick(app.conversations);
    const fromMs = random.int(spanMs / 2, spanMs + 2 * intervalMs);
    const wave = waveOf(random, app, conversationId, fromMs);
    const { appId } = app;
    const overlap = { kind: 'passes_overlap', appId, conversationId, fromMs: fromMs + 1 } as const;
    return random.chance(0.4) ? [...wave, overlap] : wave;
  }).flat();
}

function waveOf(random: Random, app: AppSpec, conversationId: string, fromMs: number): Fault[] {
  const { appId } = app;
  const people = random.shuffled([...membersOf(app), ...strangersOf(app)]);
  const most = random.pick([1, 2, people.length]);
  const usual = random.pick(['join', 'leave', 'either'] as const);
  return people.slice(0, random.int(1, most)).map((memberId) => ({
    kind: 'behind_our_back',
    appId,
    conversationId,
    memberId,
    action: usual === 'either' ? random.pick(['join', 'leave'] as const) : usual,
    // A wave takes a moment, so that a listing may fall into the middle of it.
    fromMs: fromMs + random.pick([0, 0, 300, 2 * SECOND_MS]),
  }));
}

/** Operators redrive what is parked, look at what is held and approve it at once or late, and use the switch. */
export function generateOperators(
  random: Random,
  apps: readonly AppSpec[],
  calmFromMs: number,
  intervalMs: number,
): OperatorAct[] {
  const redrives: OperatorAct[] = random.chance(0.3)
    ? [
        {
          kind: 'redrive',
          atMs: calmFromMs + random.pick([MINUTE_MS, 60 * MINUTE_MS, 2 * 24 * 60 * MINUTE_MS]),
        },
      ]
    : [];
  const early: OperatorAct[] = random.chance(0.3)
    ? [{ kind: random.pick(['redrive', 'redrive', 'discard'] as const), atMs: random.int(0, calmFromMs) }]
    : [];
  const discards: OperatorAct[] = random.chance(0.15)
    ? [{ kind: 'discard', atMs: calmFromMs + random.pick([2 * MINUTE_MS, 90 * MINUTE_MS]) }]
    : [];
  const approvals = Array.from({ length: random.int(0, 2) }, (): OperatorAct => {
    const atMs = random.int(intervalMs / 2, calmFromMs + 1.5 * intervalMs);
    return { kind: 'approve', atMs, actsAfterMs: random.pick([0, 5 * SECOND_MS, 5 * MINUTE_MS, intervalMs]) };
  });
  const switches = Array.from({ length: random.chance(0.4) ? random.int(1, 2) : 0 }, (): OperatorAct => {
    const { appId } = random.pick(apps);
    const atMs = random.int(0, calmFromMs - 10 * MINUTE_MS);
    const when = random.pick(['at_once', 'corrections_sent', 'corrections_sent'] as const);
    return { kind: 'switch_off', appId, atMs, when, forMs: random.pick([1, 5, 20]) * MINUTE_MS };
  });
  return [...redrives, ...early, ...discards, ...approvals, ...switches];
}

import type { DemoOptions } from './options.ts';
import { FAULT_KINDS, type Story } from './story.ts';

/** Fewer faults of a kind than this prove little. */
const FAULTS_LEAST = 20;

/** The demo's result in numbers, as `--json` prints it. */
export interface Summary {
  readonly accepted: number;
  readonly applied: number;
  readonly already: number;
  readonly superseded: number;
  readonly parked: Readonly<Record<string, number>>;
  readonly lost: number;
  readonly mismatched: number;
  readonly vendorRequests: number;
  readonly vendorThrottled: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly drift: {
    readonly introduced: number;
    readonly healed: number;
    readonly held: number;
    readonly passes: number;
    readonly wronglyRemoved: number;
  };
  readonly webhooks: {
    /** Events that were taken in. */
    readonly received: number;
    /** Joins and leaves that agreed with the roster, as Rollcall's own do. */
    readonly hintsIgnored: number;
    /** Conversations that were looked at at once because of an event. */
    readonly reconciles: number;
    /** Requests of the vendor's that were turned away. */
    readonly rejected: number;
    /** From a removal behind Rollcall's back to the join that puts it right; null where nothing was to be healed. */
    readonly medianHealSeconds: number | null;
  };
  /** Members that the vendor, the roster or the file names, each looked at by itself. */
  readonly compared: number;
  /** Changes that waited in the roster for a while, before they ended as counted above. */
  readonly deferred: number;
  /** Lines that no queue takes. */
  readonly refused: number;
  /** Calls that the vendor refused for their credential. */
  readonly unauthorized: number;
  readonly kills: number;
  readonly freezes: number;
}

/**
 * Counts how the accepted changes ended. A change that was deferred and then overtaken, or whose process died before
 * it could tell, is looked up in the roster.
 */
export function summarise(story: Story): Summary {
  const { findings, drift, outcomes, webhookLog } = story;
  const { received, hintsIgnored, reconciles, rejected } = webhookLog;
  const { introduced, healed, held, passes, wronglyRemoved } = drift;
  return {
    accepted: story.accepted.length,
    ...endsOf(story),
    lost: findings.lost.length,
    mismatched: findings.mismatched.length,
    vendorRequests: story.vendorRequests,
    vendorThrottled: story.vendorThrottled,
    seconds: story.seconds,
    faults: story.faults,
    drift: { introduced, healed, held, passes, wronglyRemoved },
    webhooks: {
      received,
      hintsIgnored,
      reconciles,
      rejected,
      medianHealSeconds: story.webhooks.medianHealSeconds ?? null,
    },
    compared: findings.compared,
    deferred: outcomes.deferred,
    refused: story.refused,
    unauthorized: story.unauthorized,
    kills: story.kills,
    freezes: story.freezes,
  };
}

function endsOf(story: Story): Pick<Summary, 'applied' | 'already' | 'superseded' | 'parked'> {
  const counts = { applied: 0, already: 0, superseded: 0 };
  const parked: Record<string, number> = {};
  for (const { messageId, body } of story.accepted) {
    const { end, reason } = story.outcomes.of(messageId) ?? endInRoster(body, story);
    if (end === 'parked') parked[reason] = (parked[reason] ?? 0) + 1;
    else if (end) counts[end] += 1;
  }
  const byCount = Object.entries(parked).toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return { ...counts, parked: Object.fromEntries(byCount) };
}

function endInRoster(body: string, { evidence }: Story): { end?: 'applied' | 'superseded'; reason: string } {
  try {
    const { id, appId, conversationId, userId, userExternalId } = JSON.parse(body) as Record<string, string>;
    const row = evidence.rows.get(JSON.stringify([appId, conversationId, userId ?? userExternalId]));
    if (!row) return { reason: '' };
    return { end: row.changeId === id && row.state === 'applied' ? 'applied' : 'superseded', reason: '' };
  } catch {
    return { reason: '' };
  }
}

/** Why the demo has failed; nothing: it has not. `isExample`: the file is long enough for every fault to be met. */
export function failures(
  story: Story,
  summary: Summary,
  { kills, isExample }: Pick<DemoOptions, 'kills' | 'isExample'>,
): string[] {
  const { accepted, applied, already, superseded, parked } = summary;
  const ended = applied + already + superseded + sum(parked);
  const struck = story.kills + story.freezes;
  return [
    ...(story.settled ? [] : ['not everything was settled in time']),
    ...story.findings.lost.map((each) => `lost: ${each}`),
    ...story.findings.mismatched.map((each) => `mismatched: ${each}`),
    ...(ended === accepted ? [] : [`${accepted} accepted, but ${ended} ended`]),
    ...wrongReasons(story, parked),
    ...story.drift.failures.map((each) => `drift: ${each}`),
    ...story.webhooks.failures.map((each) => `webhooks: ${each}`),
    ...(struck === kills ? [] : [`${struck} of ${kills} kills: there were no more calls to strike at`]),
    ...(isExample ? tooLittle(story) : []),
  ];
}

/** What the functions say they have parked must lie on the dead-letter queue. */
function wrongReasons({ evidence }: Story, parked: Summary['parked']): string[] {
  const found = Map.groupBy(evidence.parked, ({ reason }) => reason);
  return [...new Set([...found.keys(), ...Object.keys(parked)])].flatMap((reason) => {
    const [lie, said] = [found.get(reason)?.length ?? 0, parked[reason] ?? 0];
    return lie === said ? [] : [`${said} changes were parked as ${reason}, but ${lie} are`];
  });
}

function tooLittle({ faults, unauthorized, drift, webhooks }: Story): string[] {
  const few = FAULT_KINDS.filter((kind) => (faults[kind] ?? 0) < FAULTS_LEAST);
  return [
    ...few.map((kind) => `fewer than ${FAULTS_LEAST} faults of the kind ${kind}`),
    ...(unauthorized > 0 ? [] : ['no call met the rotated credential']),
    ...(webhooks.lateEvents > 0 ? [] : ['no event had to wait for its fourth try']),
    ...Object.entries(webhooks.endings)
      .filter(([, count]) => count === 0)
      .map(([kind]) => `nothing was ${kind}`),
    ...DRIFT_KINDS.filter((kind) => !drift.kinds[kind]).map((kind) => `no drift of the kind ${kind}`),
  ];
}

const DRIFT_KINDS = [
  'removed',
  'added',
  'failPage2',
  'repeatPage',
  'exact',
  'protected',
  'unmanaged',
] as const;

export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

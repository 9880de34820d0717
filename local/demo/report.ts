import { styleText } from 'node:util';
import { FAULT_KINDS, type Progress, type Story } from './story.ts';

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
  readonly faults: Readonly<Record<string, number>>;
  readonly deferred: number;
  readonly refused: number;
  readonly kills: number;
  readonly freezes: number;
  readonly seconds: number;
}

/**
 * Counts how the accepted changes ended. A change that was deferred and then overtaken, or whose process died before
 * it could tell, is looked up in the roster.
 */
export function summarise(story: Story): Summary {
  const counts = { applied: 0, already: 0, superseded: 0 };
  const parked: Record<string, number> = {};
  for (const { messageId, body } of story.accepted) {
    const { end, reason } = story.outcomes.of(messageId) ?? endInRoster(body, story);
    if (end === 'parked') parked[reason] = (parked[reason] ?? 0) + 1;
    else if (end) counts[end] += 1;
  }
  return {
    accepted: story.accepted.length,
    ...counts,
    parked,
    lost: story.findings.lost.length,
    mismatched: story.findings.mismatched.length,
    vendorRequests: story.vendorRequests,
    vendorThrottled: story.vendorThrottled,
    faults: story.faults,
    deferred: story.outcomes.deferred,
    refused: story.refused,
    kills: story.kills,
    freezes: story.freezes,
    seconds: story.seconds,
  };
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

/** Why the demo has failed; nothing: it has not. `isExample`: the file is long enough for the faults to be counted. */
export function failures(story: Story, summary: Summary, isExample: boolean): string[] {
  const ended = summary.applied + summary.already + summary.superseded + sum(summary.parked);
  const fewFaults = FAULT_KINDS.filter((kind) => (summary.faults[kind] ?? 0) < FAULTS_LEAST);
  return [
    ...(story.settled ? [] : ['not everything was settled in time']),
    ...story.findings.lost.map((each) => `lost: ${each}`),
    ...story.findings.mismatched.map((each) => `mismatched: ${each}`),
    ...(ended === summary.accepted ? [] : [`${summary.accepted} accepted, but ${ended} ended`]),
    ...(isExample ? fewFaults.map((kind) => `fewer than ${FAULTS_LEAST} faults of the kind ${kind}`) : []),
  ];
}

/** The table at the end, for a person. */
export function table(summary: Summary, failed: readonly string[]): string {
  const rows: [string, number | string][] = [
    ['accepted', summary.accepted],
    ['  applied', summary.applied],
    ['  already so', summary.already],
    ['  superseded', summary.superseded],
    ['  parked', sum(summary.parked)],
    ...Object.entries(summary.parked)
      .toSorted(([, a], [, b]) => b - a)
      .map(([reason, count]): [string, number] => [`    ${reason}`, count]),
    ['of these deferred for a while', summary.deferred],
    ['lost', summary.lost],
    ['', ''],
    ['requests to the vendor', summary.vendorRequests],
    ...FAULT_KINDS.map((kind): [string, number] => [`  ${FAULT_NAMES[kind]}`, summary.faults[kind] ?? 0]),
    ['processes killed, frozen', `${summary.kills}, ${summary.freezes}`],
    ['', ''],
    ['members that are not as they should be', summary.mismatched],
    ['seconds', summary.seconds.toFixed(1)],
  ];
  const lines = rows.map(([name, value]) =>
    name === '' ? '' : `  ${name.padEnd(42)}${String(value).padStart(8)}`,
  );
  return [...lines, '', verdict(failed)].join('\n');
}

const FAULT_NAMES = {
  throttle: 'refused with 429',
  fail: 'failed with 5xx',
  stall: 'stalled',
  drop: 'applied, answer dropped',
} as const;
const SHOWN_MAX = 20;

function verdict(failed: readonly string[]): string {
  if (failed.length === 0)
    return styleText('green', '✔ The vendor has exactly what the file says, and nothing is lost.');
  const more = failed.length > SHOWN_MAX ? [`  … and ${failed.length - SHOWN_MAX} more`] : [];
  return [
    styleText('red', '✘ Not as it should be:'),
    ...failed.slice(0, SHOWN_MAX).map((each) => `  ${each}`),
    ...more,
  ].join('\n');
}

const BAR_WIDTH = 24;

/** The live line while the story runs. */
export function progressLine({ phase, sent, lines, ended, deferred, requests }: Progress): string {
  const filled = Math.round((BAR_WIDTH * Math.min(ended, lines)) / Math.max(1, lines));
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `${bar}  ${phase}: ${sent} of ${lines} sent, ${ended} settled, ${deferred} deferred, ${requests} requests`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

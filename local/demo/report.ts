import { styleText } from 'node:util';
import type { DriftStory } from './drift-chapter.ts';
import type { Progress } from './story.ts';
import { type Summary, sum } from './summary.ts';
import type { WebhookStory } from './webhook-chapter.ts';

const NAME_WIDTH = 44;
const NUMBER_WIDTH = 9;
const SHOWN_MAX = 20;

/** The table at the end, for a person. */
export function table(
  summary: Summary,
  { drift, webhooks }: { readonly drift: DriftStory; readonly webhooks: WebhookStory },
  failed: readonly string[],
): string {
  const told = ofWebhooks(webhooks, summary.webhooks);
  const parts = [changes(summary), vendor(summary), members(summary), ofDrift(drift), told];
  return [...parts.map((lines) => lines.join('\n')), verdict(failed, summary)].join('\n\n');
}

function changes({
  accepted,
  applied,
  already,
  superseded,
  parked,
  deferred,
  refused,
  lost,
}: Summary): string[] {
  return [
    heading('Changes'),
    row('accepted by the queue', accepted),
    row('  applied', applied),
    row('  already so', already),
    row('  superseded by a newer one', superseded),
    row('  parked for an operator', sum(parked)),
    ...Object.entries(parked).map(([reason, many]) => row(`    ${reason}`, many)),
    row('lost', lost),
    ...(deferred > 0 ? [row('deferred for a while', deferred)] : []),
    ...(refused > 0 ? [row('not sent, as no queue takes them', refused)] : []),
  ];
}

function vendor({ vendorRequests, faults, unauthorized, kills, freezes }: Summary): string[] {
  return [
    heading('The vendor'),
    row('requests', vendorRequests),
    row('  refused with 429', faults['throttle'] ?? 0),
    row('  failed with 5xx', faults['fail'] ?? 0),
    row('  stalled', faults['stall'] ?? 0),
    row('  applied, but the answer dropped', faults['drop'] ?? 0),
    row('  refused for a rotated credential', unauthorized),
    ...(kills > 0 ? [row('  whose process was killed meanwhile', kills)] : []),
    ...(freezes > 0 ? [row('  whose process was frozen meanwhile', freezes)] : []),
  ];
}

function members({ compared, mismatched }: Summary): string[] {
  return [
    heading('Participants, compared with file and roster'),
    row('members compared', compared),
    row('differ', mismatched),
  ];
}

function ofDrift({ introduced, healed, held, leftAlone, passes, quietListings, wronglyRemoved }: DriftStory) {
  return [
    heading("Changed behind Rollcall's back, with no webhook to tell"),
    row('members removed or added', introduced),
    row('  healed within two passes', healed),
    row('  of these held until an operator approved', held),
    row('strangers and protected people left alone', leftAlone),
    row('wrongly removed', wronglyRemoved),
    row('passes, the last with nothing left to do', passes),
    row('  requests of the last, all of them listings', quietListings),
  ];
}

function ofWebhooks(
  { introduced, healed, lateEvents, rotated, endings, ended }: WebhookStory,
  { received, hintsIgnored, rejected, medianHealSeconds }: Summary['webhooks'],
): string[] {
  return [
    heading('Told by the webhooks, with no schedule to find it'),
    row('events taken in', received),
    row('  as the roster has it: nothing to do', hintsIgnored),
    row('  only at the fourth try, as we were down', lateEvents),
    row('  refused, with a secret rotated meanwhile', rejected),
    row('members removed', introduced),
    row('  healed', healed),
    ...(medianHealSeconds === null ? [] : [line('  median time, in seconds', medianHealSeconds.toFixed(2))]),
    row('webhooks whose secret was rotated', rotated),
    row('users merged or removed, conversations ended', sum(endings)),
    row('  members of these, all as they must be', ended),
  ];
}

function heading(text: string): string {
  return styleText('bold', text, { stream: process.stdout });
}

function row(name: string, many: number): string {
  return line(name, grouped(many));
}

function line(name: string, text: string): string {
  return `  ${name.padEnd(NAME_WIDTH)}${text.padStart(NUMBER_WIDTH)}`;
}

/** A number as people read it: 12,345. */
function grouped(number: number): string {
  return number.toLocaleString('en-US');
}

function verdict(failed: readonly string[], { seconds, compared }: Summary): string {
  const after = `${seconds.toFixed(1)} s`;
  if (failed.length === 0) {
    const text = `✔ ${grouped(compared)} members compared, 0 differ; nothing is lost (${after})`;
    return styleText('green', text, { stream: process.stdout });
  }
  const more = failed.length > SHOWN_MAX ? [`  … and ${failed.length - SHOWN_MAX} more`] : [];
  return [
    styleText('red', `✘ not as it should be (${after}):`, { stream: process.stdout }),
    ...failed.slice(0, SHOWN_MAX).map((each) => `  ${each}`),
    ...more,
  ].join('\n');
}

const BAR_WIDTH = 20;

/** The live line while the story runs; never wider than a terminal of 80 columns. */
export function progressLine({ phase, sent, changes, ended, requests }: Progress): string {
  const filled = Math.round((BAR_WIDTH * Math.min(ended, changes)) / Math.max(1, changes));
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const counts = `${grouped(sent)} sent · ${grouped(ended)} ended · ${grouped(requests)} requests`;
  return `${bar} ${phase.padEnd(13)} ${counts}`;
}

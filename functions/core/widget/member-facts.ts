import type { PassReport } from '../conversation.ts';
import { PARK_REASONS, type ParkReason } from '../reasons.ts';
import type { MemberRow, ParkedItem } from '../roster.ts';
import { shownText } from '../shown.ts';
import { occurredAtOf } from '../version.ts';
import { type Html, html } from './html.ts';
import { counted, idText } from './pieces.ts';
import { moment } from './times.ts';

/** One moment of a member's history. */
export interface HistoryEvent {
  readonly atMs: number;
  readonly what: Html;
}

export function wishedText({ state, action, changeId, version }: MemberRow, nowMs: number): Html {
  if (state === 'unmanaged' || state === 'merged')
    return html`<b>nothing</b>: nothing is wished under this id any more`;
  const occurredAtMs = occurredAtOf(version);
  const since = occurredAtMs > 0 && html` of ${moment(occurredAtMs, nowMs)}`;
  return html`<b>${action === 'join' ? 'in' : 'out'}</b>, by the change ${idText(changeId)}${since}`;
}

export function stateText({ state, reason }: MemberRow, parked: ParkedItem | undefined): Html {
  const because = reasonText(parked?.reason ?? reason);
  switch (state) {
    case 'pending':
      return html`<b>in flight</b>: the change queue delivers it until it is settled${because}`;
    case 'deferred':
      return html`<b>deferred</b>: waits for an outage to end, then goes by itself${because}`;
    case 'applied':
      return html`<b>applied</b>${because}`;
    case 'parked':
      return html`<b>parked</b>: needs an operator${because}${parked && html` (${shownText(parked.detail)})`}`;
    case 'unmanaged':
      return html`<b>unmanaged</b>: discarded, or its conversation is gone`;
    case 'merged':
      return html`<b>merged</b>: the person goes by another id now, which the wish went over to`;
    default:
      return state satisfies never;
  }
}

function reasonText(reason: string | undefined): string {
  if (reason === undefined) return '';
  return Object.hasOwn(PARK_REASONS, reason)
    ? `; ${reason}: ${PARK_REASONS[reason as ParkReason]}`
    : `; ${shownText(reason)}`;
}

export function appliedText({ confirmed, version, lateAction }: MemberRow, nowMs: number): Html {
  const late = lateAction && html` A ${lateAction} may still take effect late: its answer never came.`;
  if (!confirmed)
    return html`<b>not known</b>: no answer of the vendor and no listing has confirmed it.${late}`;
  const had = html`<b>${confirmed.action === 'join' ? 'in' : 'out'}</b>, as the vendor was last known to have it ${moment(confirmed.atMs, nowMs)}`;
  return confirmed.version === version ? html`${had}.${late}` : html`${had}, under an earlier change.${late}`;
}

/** What may be said of who is present, without asking the vendor: only what a complete pass without a difference shows. */
export function presentText(row: MemberRow, lastPass: PassReport | undefined, nowMs: number): Html {
  if (!lastPass) return html`<b>not known</b>: the conversation has not been compared yet.`;
  const at = moment(lastPass.startedAtMs, nowMs);
  if (lastPass.listing !== 'complete')
    return html`<b>not known</b>: the last pass got no complete listing, ${at}.`;
  const { missing, unexpected, participants } = lastPass;
  const asWished =
    missing + unexpected === 0 && row.state === 'applied' && row.wishedAtMs < lastPass.startedAtMs;
  if (asWished)
    return html`<b>${row.action === 'join' ? 'yes' : 'no'}</b>, as of the last pass: all were as wished, ${at}.`;
  return html`<b>not known</b>: the last pass found ${counted(participants, 'participant')}, ${missing} missing and ${unexpected} unexpected, ${at}.`;
}

/** What the row remembers, the latest first. */
export function historyOf(row: MemberRow, parked: ParkedItem | undefined): HistoryEvent[] {
  const { version, action, changeId, wishedAtMs, confirmed, correctedAtMs, timesCorrected = 0 } = row;
  const events: (HistoryEvent | undefined)[] = [
    happened(occurredAtOf(version), action, changeId),
    { atMs: wishedAtMs, what: html`accepted; work on it began` },
    parked && { atMs: parked.parkedAtMs, what: html`parked: ${parked.reason}` },
    confirmed && {
      atMs: confirmed.atMs,
      what: html`the vendor had the member ${confirmed.action === 'join' ? 'in' : 'out'}`,
    },
    correctedAtMs === undefined
      ? undefined
      : {
          atMs: correctedAtMs,
          what: html`corrected, ${counted(timesCorrected, 'time')} in all under this wish`,
        },
  ];
  return events
    .filter((event) => event !== undefined)
    .toReversed()
    .toSorted((a, b) => b.atMs - a.atMs);
}

/** An adoption stands for no moment. */
function happened(atMs: number, action: MemberRow['action'], changeId: string): HistoryEvent | undefined {
  if (atMs === 0) return undefined;
  return { atMs, what: html`the change ${idText(changeId)}: ${action}` };
}

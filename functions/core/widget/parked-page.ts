import type { MemberKey } from '../member-key.ts';
import type { ParkedSummary } from '../parked.ts';
import { PARK_REASONS, type ParkReason } from '../reasons.ts';
import { shownText } from '../shown.ts';
import { button, type Frame, homeButton, page } from './frame.ts';
import { type Html, html } from './html.ts';
import { actButtons } from './parked-acts.ts';
import { count, counted, idText, notice, runbook } from './pieces.ts';
import { moment } from './times.ts';

export interface ParkedPageView {
  readonly reason: ParkReason;
  /** All of this reason that were counted. */
  readonly changes: number;
  readonly isComplete: boolean;
  readonly page: number;
  readonly pageSize: number;
  /** Those of this page, the longest parked first. */
  readonly entries: readonly ParkedSummary[];
}

/** The parked changes of one reason, by pages. */
export function parkedPage(frame: Frame, view: ParkedPageView): string {
  const { reason, changes, isComplete, entries } = view;
  const sum = `${isComplete ? '' : 'at least '}${counted(changes, 'change')}`;
  const intro = html`<p>${PARK_REASONS[reason]} · ${sum} · ${runbook(frame, reason)}</p>`;
  if (entries.length === 0) {
    const none = notice('quiet', 'Nothing is parked for this reason here any more.');
    return page(
      frame,
      `Parked: ${reason}`,
      intro,
      none,
      html`<div class="rc-buttons rc-left">${homeButton(frame)}</div>`,
    );
  }
  return page(
    frame,
    `Parked: ${reason}`,
    intro,
    html`<section aria-label="Parked changes"><table><thead><tr><th scope="col">Change</th><th scope="col">Member</th>
<th scope="col">What is wrong</th><th scope="col">Parked</th></tr></thead>
<tbody>${entries.map((entry) => entryRow(frame, entry))}</tbody></table></section>
<div class="rc-buttons rc-left">${pageButtons(frame, view)}${homeButton(frame)}</div>
<div class="rc-buttons rc-left">${actButtons(frame, reason, changes, changes === 1 ? 'it' : `all ${count(changes)}`)}</div>`,
  );
}

function entryRow({ nowMs }: Frame, entry: ParkedSummary): Html {
  const { messageId, parkedAtMs, detail, changeId, key } = entry;
  const change =
    changeId === undefined
      ? html`<span class="rc-quiet-text">no change that can be read</span>`
      : idText(changeId);
  return html`<tr><td>${change}<br><span class="rc-quiet-text">message ${idText(messageId)}</span></td>
<td>${key ? memberText(key) : html`<span class="rc-quiet-text">names none</span>`}</td>
<td>${shownText(detail)}</td><td>${moment(parkedAtMs, nowMs)}</td></tr>`;
}

function memberText({ appId, conversationId, memberId }: MemberKey): Html {
  return html`${idText(memberId)}<br><span class="rc-quiet-text">in ${idText(conversationId)}, app ${idText(appId)}</span>`;
}

function pageButtons({ showArn }: Frame, { reason, page: at, pageSize, changes }: ParkedPageView): Html {
  const to = (label: string, number: number) =>
    button({ label, endpoint: showArn, params: { show: 'parked', reason, page: number } });
  const last = Math.max(0, Math.ceil(changes / pageSize) - 1);
  if (last === 0) return html``;
  return html`<span class="rc-quiet-text">page ${count(at + 1)} of ${count(last + 1)}</span>
${at > 0 && to('Earlier', at - 1)}${at < last && to('Later', at + 1)}`;
}

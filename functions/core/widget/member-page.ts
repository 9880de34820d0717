import type { PassReport } from '../conversation.ts';
import type { MemberKey } from '../member-key.ts';
import type { MemberRow, ParkedItem } from '../roster.ts';
import { type Frame, homeButton, page } from './frame.ts';
import { type Html, html, type Piece } from './html.ts';
import { type LookUpFields, lookUpSection } from './look-up.ts';
import { appliedText, historyOf, presentText, stateText, wishedText } from './member-facts.ts';
import { idText, notice, type Part } from './pieces.ts';
import { moment } from './times.ts';

/** What the table knows of a member. */
export interface MemberView {
  readonly key: MemberKey;
  /** Absent: the roster does not know the member. */
  readonly row?: MemberRow;
  /** The member's change, where it is parked. */
  readonly parked?: ParkedItem;
  readonly lastPass?: PassReport;
  /** What stands for the member in the logs. */
  readonly logHash: string;
}

/** What is wished of a member, what was applied, and what is known of the rest. */
export function memberPage(frame: Frame, view: MemberView, appIds: Part<readonly string[]>): string {
  const { key, row } = view;
  const { appId, conversationId, memberId } = key;
  const fields: LookUpFields = { appId, conversationId, memberId };
  return page(
    frame,
    'Member',
    html`<p>${idText(memberId)} <span class="rc-quiet-text">in ${idText(conversationId)}, app ${idText(appId)}</span></p>`,
    row ? known(frame, view, row) : unknown(frame, view),
    lookUpSection(frame, appIds, fields),
    html`<div class="rc-buttons rc-left">${homeButton(frame)}</div>`,
  );
}

function known(frame: Frame, view: MemberView, row: MemberRow): Html {
  const { nowMs } = frame;
  return html`<section aria-label="Facts"><dl class="rc-facts">
${fact('Wished', wishedText(row, nowMs))}${fact('State', stateText(row, view.parked))}
${fact('Applied', appliedText(row, nowMs))}${fact('Present', presentText(row, view.lastPass, nowMs))}</dl>
<p class="rc-hint">Who takes part this moment only the vendor knows:
 <span class="rc-id">rollcall status ${view.key.appId} ${view.key.conversationId}</span> asks it.</p></section>
${historySection(frame, view, row)}`;
}

function fact(name: string, ...text: readonly Piece[]): Html {
  return html`<dt>${name}</dt><dd>${text}</dd>`;
}

function historySection({ nowMs }: Frame, view: MemberView, row: MemberRow): Html {
  const events = historyOf(row, view.parked).map(
    ({ atMs, what }) => html`<li><span>${moment(atMs, nowMs)}</span><span>${what}</span></li>`,
  );
  return html`<section aria-label="History"><div class="rc-bar"><h2>History</h2>
<span class="rc-quiet-text">as far as the row tells</span></div><ol class="rc-history">${events}</ol>
${logsHint(view.logHash)}</section>`;
}

function logsHint(logHash: string): Html {
  return html`<p class="rc-hint">In the logs this member is <span class="rc-id">${logHash}</span>: the saved query of one
 member’s history shows every change, call and correction.</p>`;
}

function unknown({ nowMs }: Frame, { lastPass, logHash }: MemberView): Html {
  const compared =
    lastPass && html` The conversation was compared last ${moment(lastPass.finishedAtMs, nowMs)}.`;
  return html`${notice('warning', 'The roster does not know this member: no change for it was ever accepted here, or what it left behind has expired.', compared)}
${logsHint(logHash)}`;
}

import type { HeldPlan } from '../conversation.ts';
import type { ConversationKey } from '../member-key.ts';
import { PARK_REASONS, type ParkReason } from '../reasons.ts';
import { button, type Frame, homeButton, page } from './frame.ts';
import { type Html, html } from './html.ts';
import { type LookUpFields, lookUpSection } from './look-up.ts';
import { actButtons } from './parked-acts.ts';
import { count, counted, idText, notice, type Part, runbook, section, unread } from './pieces.ts';
import { moment } from './times.ts';

export interface ParkedGroup {
  readonly reason: ParkReason;
  readonly changes: number;
  readonly oldestAtMs: number;
}

export interface ParkedGroups {
  readonly groups: readonly ParkedGroup[];
  /** False: there are more than were counted. */
  readonly isComplete: boolean;
}

export interface HeldEntry {
  readonly conversation: ConversationKey;
  readonly plan: HeldPlan;
}

export interface HeldEntries {
  readonly entries: readonly HeldEntry[];
  readonly isComplete: boolean;
}

export interface HomeView {
  readonly parked: Part<ParkedGroups>;
  readonly held: Part<HeldEntries>;
  /** The declared apps, to choose from. */
  readonly appIds: Part<readonly string[]>;
}

/** The first page: what waits for an operator, and the way to a member. */
export function homePage(frame: Frame, view: HomeView, fields: LookUpFields = {}): string {
  return page(
    frame,
    'Rollcall',
    parkedSection(frame, view.parked),
    heldSection(frame, view.held),
    lookUpSection(frame, view.appIds, fields),
    html`<div class="rc-buttons rc-left">${homeButton(frame, 'Refresh')}</div>`,
    frame.actArn === undefined &&
      html`<p class="rc-hint">This deployment lets nobody act from here; <span class="rc-id">rollcall parked</span> and
 <span class="rc-id">rollcall approve</span> do the same.</p>`,
  );
}

function parkedSection(frame: Frame, part: Part<ParkedGroups>): Html {
  if (part.kind === 'failed') return section('Parked changes', '', unread('What is parked'));
  const { groups, isComplete } = part.value;
  const sum = groups.reduce((all, { changes }) => all + changes, 0);
  if (sum === 0) {
    const none = notice(
      'quiet',
      'Nothing is parked. Every change was applied, was so already, or waits by itself.',
    );
    return section('Parked changes', '0', none);
  }
  return section(
    'Parked changes',
    `${isComplete ? '' : 'at least '}${count(sum)}`,
    html`${!isComplete && notice('warning', `Only the first ${count(sum)} were counted; there are more.`)}
<table><thead><tr><th scope="col" class="rc-number">Changes</th><th scope="col">Why they are parked</th>
<th scope="col">Parked longest</th><th scope="col" class="rc-acts">Act</th></tr></thead>
<tbody>${groups.map((group) => groupRow(frame, group))}</tbody></table>`,
  );
}

function groupRow(frame: Frame, { reason, changes, oldestAtMs }: ParkedGroup): Html {
  const show = { show: 'parked', reason, page: 0 };
  return html`<tr><td class="rc-number" data-unit="parked">${count(changes)}</td>
<td>${PARK_REASONS[reason]}<br><span class="rc-id rc-quiet-text">${reason}</span> · ${runbook(frame, reason)}</td>
<td>${moment(oldestAtMs, frame.nowMs)}</td>
<td class="rc-acts"><div class="rc-buttons">${button({ label: 'Show', endpoint: frame.showArn, params: show })}
${actButtons(frame, reason, changes)}</div></td></tr>`;
}

function heldSection(frame: Frame, part: Part<HeldEntries>): Html {
  if (part.kind === 'failed') return section('Held plans', '', unread('Which plans are held'));
  const { entries, isComplete } = part.value;
  if (entries.length === 0)
    return section('Held plans', '0', notice('quiet', 'No plan is held: no removals wait for an approval.'));
  return section(
    'Held plans',
    `${isComplete ? '' : 'the oldest '}${count(entries.length)}`,
    html`<table><thead><tr><th scope="col" class="rc-number">Removals</th><th scope="col">Conversation</th>
<th scope="col">Held</th><th scope="col" class="rc-acts">Act</th></tr></thead>
<tbody>${entries.map((entry) => heldRow(frame, entry))}</tbody></table>`,
  );
}

function heldRow(frame: Frame, { conversation, plan }: HeldEntry): Html {
  const params = { show: 'plan', ...conversation };
  const approved = plan.approvedUntilMs !== undefined && plan.approvedUntilMs > frame.nowMs;
  return html`<tr><td class="rc-number" data-unit="to remove">${count(plan.removals.length)}</td>
<td>${idText(conversation.conversationId)}<br><span class="rc-quiet-text">app ${idText(conversation.appId)}${
    approved && ' · approved, goes out with the next pass'
  }</span></td>
<td>${moment(plan.heldAtMs, frame.nowMs)}</td>
<td class="rc-acts"><div class="rc-buttons">${button({
    label: `Look at ${counted(plan.removals.length, 'removal')}`,
    endpoint: frame.showArn,
    params,
  })}</div></td></tr>`;
}

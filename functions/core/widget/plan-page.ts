import type { Policy } from '../app.ts';
import type { HeldPlan, PassReport } from '../conversation.ts';
import type { ConversationKey } from '../member-key.ts';
import { button, type Frame, homeButton, page } from './frame.ts';
import { type Html, html } from './html.ts';
import { count, counted, idText, notice, runbook } from './pieces.ts';
import { moment } from './times.ts';

/** One removal, and what its member's row says about it now. */
export interface RemovalView {
  readonly memberId: string;
  readonly because: /** A change wished it out. */
    | { readonly kind: 'wished_out'; readonly changeId: string; readonly occurredAtMs: number }
    /** Nobody's wish: the policy `exact` wants whoever has none out. */
    | { readonly kind: 'not_wished' }
    /** Its row has moved on since the plan was made: it would stay. */
    | { readonly kind: 'moved_on' };
}

export interface PlanView {
  readonly conversation: ConversationKey;
  /** Absent: nothing is held there now. */
  readonly plan?: HeldPlan;
  readonly removals: readonly RemovalView[];
  readonly policy?: Policy;
  readonly reconcile: boolean;
  readonly lastPass?: PassReport;
}

/** What a held plan would do. */
export function planPage(frame: Frame, view: PlanView): string {
  const { conversation, plan, removals } = view;
  const title = 'Held plan';
  const where = html`<p>${idText(conversation.conversationId)} <span class="rc-quiet-text">app ${idText(conversation.appId)}</span></p>`;
  if (!plan) {
    const none = notice(
      'quiet',
      'Nothing is held here any more: it was approved, or nobody is to be removed now.',
    );
    return page(frame, title, where, none, html`<div class="rc-buttons rc-left">${homeButton(frame)}</div>`);
  }
  const more = plan.removals.length - removals.length;
  return page(
    frame,
    title,
    where,
    html`<section aria-label="What the plan would do"><dl class="rc-facts">
<dt>Would remove</dt><dd>${counted(plan.removals.length, 'participant')}${presentText(view)}</dd>
<dt>Held</dt><dd>${moment(plan.heldAtMs, frame.nowMs)} · ${runbook(frame, 'a-plan-is-held')}</dd>
<dt>Policy</dt><dd>${view.policy ?? 'the deployment’s'}${!view.reconcile && ' · the app is switched off: nobody is removed before it is on again'}</dd>
<dt>Plan</dt><dd>${idText(plan.hash)}</dd></dl></section>
<section aria-label="Who would be removed"><ul class="rc-removals">${removals.map(removalItem(frame))}</ul>
${more > 0 && html`<p class="rc-hint">and ${count(more)} more: rollcall plan ${conversation.appId} ${conversation.conversationId} shows all.</p>`}</section>`,
    approval(frame, view, plan),
  );
}

function presentText({ lastPass }: PlanView): string {
  return lastPass?.listing === 'complete'
    ? ` of the ${count(lastPass.participants)} present at the last pass`
    : '';
}

function removalItem({ nowMs }: Frame): (removal: RemovalView) => Html {
  return ({ memberId, because }) =>
    html`<li>${idText(memberId)}<br><span class="rc-quiet-text">${becauseText(because, nowMs)}</span></li>`;
}

function becauseText(because: RemovalView['because'], nowMs: number): Html {
  switch (because.kind) {
    case 'wished_out':
      return html`wished out by ${idText(because.changeId)}, ${moment(because.occurredAtMs, nowMs)}`;
    case 'not_wished':
      return html`nobody’s wish, which this policy wants out`;
    case 'moved_on':
      return html`<b>has changed since: would stay</b>`;
    default:
      return because satisfies never;
  }
}

function approval(frame: Frame, { conversation }: PlanView, plan: HeldPlan): Html {
  const { actArn, nowMs } = frame;
  const back = homeButton(frame);
  if (plan.approvedUntilMs !== undefined && plan.approvedUntilMs > nowMs) {
    return html`${notice('done', 'Approved: it goes out with the next pass, until ', moment(plan.approvedUntilMs, nowMs), '.')}
<div class="rc-buttons rc-left">${back}</div>`;
  }
  if (actArn === undefined) {
    const command = `rollcall approve ${conversation.appId} ${conversation.conversationId} --plan ${plan.hash}`;
    return html`<p class="rc-hint">This deployment lets nobody act from here: <span class="rc-id">${command}</span></p>
<div class="rc-buttons rc-left">${back}</div>`;
  }
  const approve = button({
    label: 'Approve this plan',
    kind: 'danger',
    endpoint: actArn,
    params: { act: 'approve', ...conversation, hash: plan.hash },
    confirmation: `Remove ${counted(plan.removals.length, 'participant')} from ${conversation.conversationId}? Exactly those shown, as long as they are still wished out and present. The approval lasts one hour.`,
  });
  return html`<div class="rc-buttons rc-left">${approve}${back}</div>`;
}

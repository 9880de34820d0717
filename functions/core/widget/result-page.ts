import type { ConversationKey } from '../member-key.ts';
import type { ParkReason } from '../reasons.ts';
import { button, type Frame, homeButton, page } from './frame.ts';
import { html, type Piece } from './html.ts';
import { count, counted, idText, notice } from './pieces.ts';
import { moment } from './times.ts';

/** What a step of a redrive or a discard has come to. */
export interface SettledView {
  readonly kind: 'redrive' | 'discard';
  readonly reason: ParkReason;
  readonly parkedUntilMs: number;
  readonly done: number;
  /** Somebody else had settled them before. */
  readonly already: number;
  /** They failed, and are parked as before. */
  readonly failed: number;
  /** There may be more of them; the next step goes on with those. */
  readonly isMore: boolean;
}

const VERBS = { redrive: 'redriven', discard: 'discarded' } as const;

/** What was done, and the way on where it is not all. */
export function settledPage(frame: Frame, view: SettledView): string {
  const { kind, reason, parkedUntilMs, done, already, failed, isMore } = view;
  const others = already > 0 && `, ${count(already)} had been settled by somebody else`;
  const goOn = button({
    label: `Go on with the rest`,
    kind: 'primary',
    endpoint: frame.actArn ?? '',
    params: { act: kind, reason, parkedUntilMs },
  });
  const body: Piece[] = [
    notice(failed > 0 ? 'warning' : 'done', `${counted(done, 'change')} ${VERBS[kind]}`, others, '.'),
    failed > 0 &&
      notice('error', `${counted(failed, 'change')} could not be, and stay parked; the log says why.`),
    isMore &&
      notice('warning', 'That is not all: a step takes as many as fit into its time. Nothing is done twice.'),
    kind === 'redrive' &&
      !isMore &&
      html`<p class="rc-hint">They are on the change queue; what fails again is parked again.</p>`,
    html`<div class="rc-buttons rc-left">${isMore && goOn}${homeButton(frame)}</div>`,
  ];
  return page(frame, `Parked: ${reason}`, ...body);
}

export type ApprovalView = ConversationKey &
  (
    | { readonly kind: 'approved'; readonly removals: number; readonly untilMs: number }
    /** What is held by now is another plan, or none. */
    | { readonly kind: 'not_held'; readonly isOther: boolean }
  );

export function approvalPage(frame: Frame, view: ApprovalView): string {
  const { appId, conversationId } = view;
  const look = button({
    label: 'Look at the plan',
    endpoint: frame.showArn,
    params: { show: 'plan', appId, conversationId },
  });
  const text =
    view.kind === 'approved'
      ? notice(
          'done',
          `${counted(view.removals, 'removal')} approved, until `,
          moment(view.untilMs, frame.nowMs),
          '. The conversation is compared at once.',
        )
      : notice(
          'warning',
          view.isOther
            ? 'Not approved: another plan is held by now. Look at that one.'
            : 'Not approved: nothing is held there any more.',
        );
  return page(
    frame,
    'Held plan',
    html`<p>${idText(conversationId)} <span class="rc-quiet-text">app ${idText(appId)}</span></p>`,
    text,
    html`<div class="rc-buttons rc-left">${view.kind === 'not_held' && view.isOther && look}${homeButton(frame)}</div>`,
  );
}

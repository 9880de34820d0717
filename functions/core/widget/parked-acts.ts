import { PARK_REASONS, type ParkReason } from '../reasons.ts';
import { button, type Frame } from './frame.ts';
import { type Html, html } from './html.ts';
import { count } from './pieces.ts';

/** What may be done with all changes of one reason; nothing where the deployment lets nobody act from here. */
export function actButtons(frame: Frame, reason: ParkReason, changes: number, label = 'these'): Html {
  const { actArn, nowMs } = frame;
  if (actArn === undefined) return html``;
  const what = `${count(changes)} ${changes === 1 ? 'change' : 'changes'} (${reason}: ${PARK_REASONS[reason]})`;
  const params = (act: string) => ({ act, reason, parkedUntilMs: nowMs });
  return html`${button({
    label: `Redrive ${label}`,
    kind: 'primary',
    endpoint: actArn,
    params: params('redrive'),
    confirmation: `Send ${what} again? What a newer change has decided since stays as it is.`,
  })}${button({
    label: `Discard ${label}`,
    kind: 'danger',
    endpoint: actArn,
    params: params('discard'),
    confirmation: `Discard ${what} for good? Rollcall no longer manages their members until a newer change comes.`,
  })}`;
}

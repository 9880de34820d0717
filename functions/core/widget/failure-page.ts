import { type Frame, homeButton, page } from './frame.ts';
import { html } from './html.ts';
import { notice } from './pieces.ts';

/** Something went wrong that is nobody's mistake. */
export function failurePage(frame: Frame, what: string): string {
  return page(
    frame,
    'Rollcall',
    notice('error', `${what} The function's log says why.`),
    html`<div class="rc-buttons rc-left">${homeButton(frame, 'Try again')}</div>`,
  );
}

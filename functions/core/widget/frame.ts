import { type Html, html, jsonText, type Piece } from './html.ts';
import type { Theme } from './request.ts';
import { STYLE } from './style.ts';
import { utc } from './times.ts';

/** What every page of the widget knows of its surroundings. */
export interface Frame {
  readonly nowMs: number;
  readonly theme: Theme;
  /** The function that shows. */
  readonly showArn: string;
  /** The function that acts; absent where the deployment allows none. */
  readonly actArn?: string;
  /** Where docs/runbook.md can be read: a web address, or else its headings are only named. */
  readonly runbookUrl: string;
}

/**
 * A whole answer. The console's own styles are switched off, since they are made for other pages and differ between
 * its themes; the widget's hold inside the widget only.
 */
export function page(frame: Frame, title: string, ...body: readonly Piece[]): string {
  return html`<div class="cwdb-no-default-styles rc rc-${frame.theme}" lang="en"><style>${STYLE}</style>
<header class="rc-head"><h1>${title}</h1>
<p class="rc-asof">as of ${utc(frame.nowMs)}</p></header>
${body}
</div>`.text;
}

export interface Button {
  readonly label: string;
  readonly kind?: 'primary' | 'danger';
  readonly endpoint: string;
  /** What the function is sent, besides what the console adds. */
  readonly params: object;
  /** Asked before anything is sent. */
  readonly confirmation?: string;
}

/** A button, which a keyboard reaches as well, and what it does: for the console that is the element after it. */
export function button({ label, kind, endpoint, params, confirmation }: Button): Html {
  const confirm = confirmation === undefined ? '' : html` confirmation="${confirmation}"`;
  return html`<button type="button" class="rc-btn${kind ? ` rc-${kind}` : ''}">${label}</button><cwdb-action
 action="call" display="widget" endpoint="${endpoint}"${confirm}>${jsonText(params)}</cwdb-action>`;
}

export function homeButton({ showArn }: Frame, label = 'Back to the overview'): Html {
  return button({ label, endpoint: showArn, params: {} });
}

import { shown } from '../shown.ts';
import type { Frame } from './frame.ts';
import { type Html, html, type Piece } from './html.ts';

/** What could be read of a part of the page; each fails for itself. */
export type Part<Value> = { readonly kind: 'read'; readonly value: Value } | { readonly kind: 'failed' };

export function section(title: string, figure: string, ...body: readonly Piece[]): Html {
  return html`<section aria-label="${title}"><div class="rc-bar"><h2>${title}</h2>
<span class="rc-quiet-text">${figure}</span></div>${body}</section>`;
}

export function unread(what: string): Html {
  return notice('error', `${what} could not be read. The function's log says why; refresh to try again.`);
}

/** A note that stands out: something is wrong, or not all is here. */
export function notice(kind: 'error' | 'warning' | 'done' | 'quiet', ...text: readonly Piece[]): Html {
  const role = kind === 'error' ? 'alert' : 'status';
  return html`<p class="rc-notice rc-${kind}" role="${role}">${text}</p>`;
}

/** A link to a heading of the runbook, or its name where the runbook is no page of the web. */
export function runbook({ runbookUrl }: Frame, heading: string): Html {
  if (!runbookUrl.startsWith('https://')) return html`<span class="rc-quiet-text">runbook: ${heading}</span>`;
  return html`<a href="${runbookUrl}#${heading}" target="_blank" rel="noopener noreferrer">Runbook</a>`;
}

/** An id of somebody else's: set apart from the text around it, whichever way its letters run, with nothing hidden. */
export function idText(id: string): Html {
  return html`<bdi class="rc-id">${shown(id)}</bdi>`;
}

export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export function counted(number: number, singular: string): string {
  return `${count(number)} ${singular}${number === 1 ? '' : 's'}`;
}

import { type Html, html } from './html.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A span as people say it, in no more than two units. */
export function span(ms: number): string {
  const of = (unit: number, name: string) => `${Math.floor(ms / unit)} ${name}`;
  const rest = (unit: number, small: number, name: string) => {
    const left = Math.floor((ms % unit) / small);
    return left === 0 ? '' : ` ${left} ${name}`;
  };
  if (ms < MINUTE) return of(SECOND, 's');
  if (ms < HOUR) return of(MINUTE, 'min');
  if (ms < 2 * DAY) return of(HOUR, 'h') + rest(HOUR, MINUTE, 'min');
  return of(DAY, 'days') + rest(DAY, HOUR, 'h');
}

/** `2026-03-01 12:00:00 UTC`: as in the logs, whatever the zone of the dashboard. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** When something was, both as an age and as a moment. */
export function moment(atMs: number, nowMs: number): Html {
  const age = atMs > nowMs ? `in ${span(atMs - nowMs)}` : `${span(nowMs - atMs)} ago`;
  return html`<span class="rc-age">${age}</span> <time class="rc-at">${utc(atMs)}</time>`;
}

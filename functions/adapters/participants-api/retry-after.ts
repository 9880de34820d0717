/** Nobody is made to wait longer, whatever the header says. */
const RETRY_AFTER_MAX_MS = 60 * 60_000;

/** Weekdays begin all three forms of an HTTP date; without them `Date.parse` reads almost any text as some date. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{2}:\d{2}:\d{2}/;

/** Milliseconds from now, from 0 to an hour; undefined if the header is absent or neither seconds nor an HTTP date. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  const text = header?.trim() ?? '';
  const waitMs = /^\d+(\.\d+)?$/.test(text)
    ? Number(text) * 1000
    : HTTP_DATE.test(text)
      ? Date.parse(text) - nowMs
      : NaN;
  return Number.isNaN(waitMs) ? undefined : Math.ceil(Math.min(Math.max(waitMs, 0), RETRY_AFTER_MAX_MS));
}

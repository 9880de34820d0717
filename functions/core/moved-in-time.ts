/** Not what stands in a string of its own: there the quotation marks are escaped. */
const OCCURRED_AT = /("occurredAt"\s*:\s*")(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(Z|[+-]\d\d:\d\d)"/g;

/**
 * The text of a change with its `occurredAt` moved by so much, written in UTC; nothing else is touched. A time that is
 * not valid stays as it is, and so stays invalid.
 */
export function movedInTime(text: string, byMs: number): string {
  return text.replace(OCCURRED_AT, (whole, start: string, local: string, zone: string) => {
    const movedMs = Date.parse(local + zone) + byMs;
    return isDate(local) && isInRange(movedMs) ? `${start}${new Date(movedMs).toISOString()}"` : whole;
  });
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isDate(local: string): boolean {
  const ms = Date.parse(`${local}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString() === `${local}Z`;
}

/** Years of four digits; also false for NaN. */
function isInRange(ms: number): boolean {
  return ms >= Date.parse('0000-01-01T00:00:00.000Z') && ms <= Date.parse('9999-12-31T23:59:59.999Z');
}

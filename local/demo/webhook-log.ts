/** What the functions say in their logs about the vendor's events, told line by line. */
export class WebhookLog {
  /** Events that were taken in and put on the reconcile queue. */
  received = 0;
  /** Joins and leaves that agreed with the roster, or of which nothing was to be learned. */
  hintsIgnored = 0;
  /** Conversations that were looked at because of an event. */
  reconciles = 0;
  /** Requests that were turned away. */
  rejected = 0;

  read(line: string): void {
    // Most lines are about something else, and need not be parsed.
    if (!KINDS.some((kind) => line.includes(kind))) return;
    const { message, queued, door, kind, outcome } = JSON.parse(line) as Record<string, unknown>;
    if (message === 'webhook') this.received += Number(queued);
    if (message === 'request_refused' && door === 'webhook') this.rejected += 1;
    if (message !== 'vendor_event' || kind !== 'hint') return;
    if (outcome === 'compare') this.reconciles += 1;
    if (outcome === 'ignored') this.hintsIgnored += 1;
  }
}

const KINDS = ['"webhook"', '"request_refused"', '"vendor_event"'];

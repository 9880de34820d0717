import type { RollcallEvent } from '../../functions/core/events.ts';
import type { OutcomeEvent } from '../../functions/core/outcome-event.ts';
import type { MemberRow, ParkedItem } from '../../functions/core/roster.ts';
import type { Scenario } from './scenario.ts';
import type { Violations } from './violations.ts';

/** A leave is forgotten a day after the last change that could contradict it. */
const LEAVE_KEPT_MS = 31 * 24 * 3_600_000;

/** Watches that secrets and people stay put, and what is kept for how long. */
export class PrivacyWatch {
  readonly #violations: Violations;
  readonly #people: RegExp;

  constructor({ changes }: Scenario, violations: Violations) {
    this.#violations = violations;
    const memberIds = [...new Set(changes.map(({ memberId }) => memberId))];
    this.#people = memberIds.length > 0 ? new RegExp(`\\b(?:${memberIds.join('|')})\\b`) : /(?!)/;
  }

  /** A log line shows of a member a keyed hash, wherever the event names one. */
  emitted(event: RollcallEvent, text: string): void {
    if (text.includes('SECRET')) this.#violations.add('secrets stay put', `event ${event.name}`);
    this.#judgeText(JSON.stringify(event, withoutMembers), `event ${event.name}`);
  }

  /** Producers know their changes by id, and whoever listens learns nothing about a person. */
  published(event: OutcomeEvent): void {
    this.#judgeText(JSON.stringify(event.detail), `what is told as ${event.kind}`);
  }

  parked({ reason, detail }: ParkedItem): void {
    this.#judgeText(detail, `the detail of ${reason}`);
  }

  memberWritten({ key, state, message, action, confirmed, expiresAtMs }: MemberRow): void {
    const isSettled = state === 'applied' || state === 'merged' || state === 'unmanaged';
    if (isSettled && message) this.#violations.add('nothing is kept of a settled message', key.memberId);
    if (expiresAtMs === undefined || state === 'unmanaged') return;
    const isConfirmedLeave = action === 'leave' && confirmed?.action === 'leave';
    if (!isConfirmedLeave || expiresAtMs < confirmed.atMs + LEAVE_KEPT_MS)
      this.#violations.add('only confirmed leaves expire', `${key.memberId}, ${state}`);
  }

  #judgeText(text: string, where: string): void {
    const named = this.#people.exec(text)?.[0];
    if (named !== undefined) this.#violations.add('nobody is named in the clear', `${named} in ${where}`);
  }
}

function withoutMembers(name: string, value: unknown): unknown {
  if (name === 'member') return undefined;
  return value instanceof Error ? value.message : value;
}

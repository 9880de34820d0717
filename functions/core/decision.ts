import type { CallResult } from './call-result.ts';
import type { Action } from './change.ts';
import type { ParkReason } from './reasons.ts';
import type { Timings } from './timings.ts';

/** What becomes of a wish after an attempt. */
export type Decision =
  | { readonly kind: 'done'; readonly participantId?: string; readonly already: boolean }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  /** `afterMs`: not to be tried any sooner. */
  | { readonly kind: 'defer'; readonly reason: string; readonly afterMs?: number }
  | { readonly kind: 'park'; readonly reason: ParkReason; readonly detail: string };

export interface Attempt {
  readonly action: Action;
  /** Since when this wish is being worked on. */
  readonly ageMs: number;
  /** How long it has failed while its app answered for others; 0 as soon as the app does not. */
  readonly failingAloneForMs: number;
  /** How often the queue has delivered it, this time included. */
  readonly receiveCount: number;
  /** From 0 to 1: spreads retries. */
  readonly jitter: number;
}

/**
 * What one answer means for the wish.
 *
 * | answer                  | join                                    | leave |
 * |-------------------------|------------------------------------------|-------|
 * | applied, already        | done                                     | done  |
 * | gone: conversation      | park                                     | done  |
 * | gone: user              | retry for a short grace, then park       | done  |
 * | rejected: full          | retry, defer, park after a day           | same  |
 * | rejected: bad request   | retry for a short grace, then park       | park  |
 * | rejected: anything else | park                                     | park  |
 * | unauthorized            | defer: the app's credential is broken    | same  |
 * | throttled               | retry, then defer                        | same  |
 * | unreachable             | retry, then defer; park after a day of failing alone | same |
 */
export function decide(result: CallResult, attempt: Attempt, timings: Timings): Decision {
  switch (result.kind) {
    case 'applied':
      return result.participantId === undefined
        ? { kind: 'done', already: false }
        : { kind: 'done', already: false, participantId: result.participantId };
    case 'already':
      return { kind: 'done', already: true };
    case 'gone':
      return decideGone(result.what, attempt, timings);
    case 'rejected':
      return decideRejected(result, attempt, timings);
    case 'unauthorized':
      return { kind: 'defer', reason: 'credential_refused' };
    case 'throttled':
      return decideThrottled(result.retryAfterMs ?? 0, attempt, timings);
    case 'unreachable':
      return whileItLasts('unreachable', attempt, timings);
    default:
      return result satisfies never;
  }
}

function decideGone(what: 'conversation' | 'user', attempt: Attempt, timings: Timings): Decision {
  if (attempt.action === 'leave') return { kind: 'done', already: true };
  if (what === 'conversation') {
    return {
      kind: 'park',
      reason: 'conversation_not_found',
      detail: 'conversationId: not known to the vendor',
    };
  }
  return attempt.ageMs < timings.userGraceMs
    ? { kind: 'retry', afterMs: backoffMs(attempt, timings), reason: 'user_not_found' }
    : { kind: 'park', reason: 'user_not_found', detail: 'user: not known to the vendor' };
}

/** Something that may pass: retry, then wait in the roster, and at last ask an operator, but never for an outage of its whole app. */
function whileItLasts(
  park: 'conversation_full' | 'unreachable',
  attempt: Attempt,
  timings: Timings,
): Decision {
  if (attempt.ageMs < timings.deferAfterMs) {
    return { kind: 'retry', afterMs: backoffMs(attempt, timings), reason: park };
  }
  if (attempt.failingAloneForMs < timings.parkAfterMs) return { kind: 'defer', reason: park };
  return {
    kind: 'park',
    reason: park,
    detail: `still so after ${Math.round(attempt.failingAloneForMs / 1000)} s`,
  };
}

/**
 * A join of somebody present may be answered 400, and the listing that would tell may be stale for a moment: only a
 * refusal that lasts is one.
 */
function decideRejected(
  result: Extract<CallResult, { kind: 'rejected' }>,
  attempt: Attempt,
  timings: Timings,
): Decision {
  if (result.reason === 'full') return whileItLasts('conversation_full', attempt, timings);
  // Counted from the first refusal: a wish that an outage held up is old before it is first tried.
  const mayPass =
    attempt.action === 'join' &&
    result.reason === 'bad_request' &&
    attempt.failingAloneForMs < timings.userGraceMs;
  return mayPass
    ? { kind: 'retry', afterMs: backoffMs(attempt, timings), reason: 'rejected' }
    : { kind: 'park', reason: 'rejected', detail: rejection(result) };
}

/** To be throttled is nobody's fault, so it never parks. A wait longer than the queue should hold is left to the roster. */
function decideThrottled(retryAfterMs: number, attempt: Attempt, timings: Timings): Decision {
  if (attempt.ageMs >= timings.deferAfterMs || retryAfterMs >= timings.deferAfterMs) {
    return { kind: 'defer', reason: 'throttled', afterMs: retryAfterMs };
  }
  return { kind: 'retry', afterMs: Math.max(retryAfterMs, backoffMs(attempt, timings)), reason: 'throttled' };
}

/** Doubles with each delivery up to the limit; the upper half of it is spread. */
export function backoffMs(attempt: Pick<Attempt, 'receiveCount' | 'jitter'>, timings: Timings): number {
  const exponent = Math.min(attempt.receiveCount - 1, 30);
  const fullMs = Math.min(timings.retryMaxMs, timings.retryBaseMs * 2 ** Math.max(0, exponent));
  return Math.round(fullMs * (0.5 + attempt.jitter / 2));
}

function rejection(result: Extract<CallResult, { kind: 'rejected' }>): string {
  return [`HTTP ${result.status}`, result.code, result.title].filter((part) => part !== undefined).join(' ');
}

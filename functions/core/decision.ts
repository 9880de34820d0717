import type { CallResult } from './call-result.ts';
import type { Action } from './change.ts';
import type { ParkReason } from './reasons.ts';
import type { Timings } from './timings.ts';

/** What becomes of a wish after an attempt. */
export type Decision =
  | { readonly kind: 'done'; readonly participantId?: string; readonly already: boolean }
  | { readonly kind: 'retry'; readonly afterMs: number; readonly reason: string }
  | { readonly kind: 'defer'; readonly reason: string }
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
 * | rejected: full          | retry, defer, park after a day           | park  |
 * | rejected: anything else | park                                     | park  |
 * | unauthorized            | defer: the app's credential is broken    | same  |
 * | throttled, unreachable  | retry, then defer; park after a day where it fails alone | same |
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
      return result.reason === 'full'
        ? whileItLasts('conversation_full', attempt, timings)
        : { kind: 'park', reason: 'rejected', detail: rejection(result) };
    case 'unauthorized':
      return { kind: 'defer', reason: 'credential_refused' };
    case 'throttled':
      return atLeast(result.retryAfterMs ?? 0, whileItLasts('unreachable', attempt, timings, 'throttled'));
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
  reason: string = park,
): Decision {
  if (attempt.ageMs < timings.deferAfterMs) {
    return { kind: 'retry', afterMs: backoffMs(attempt, timings), reason };
  }
  if (attempt.failingAloneForMs < timings.parkAfterMs) return { kind: 'defer', reason };
  return {
    kind: 'park',
    reason: park,
    detail: `still ${reason} after ${Math.round(attempt.failingAloneForMs / 1000)} s`,
  };
}

function atLeast(afterMs: number, decision: Decision): Decision {
  return decision.kind === 'retry' ? { ...decision, afterMs: Math.max(afterMs, decision.afterMs) } : decision;
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

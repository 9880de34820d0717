import { type ConversationKey, conversationText, sha256Hex } from './member-key.ts';
import type { MemberRow } from './roster.ts';
import type { Timings } from './timings.ts';

/**
 * When a conversation is compared next: once every interval, at a moment of its own in it, so that a fleet is listed
 * evenly whenever its conversations were made.
 */
export function nextDueMs(key: ConversationKey, nowMs: number, intervalMs: number): number {
  const phaseMs = Number.parseInt(sha256Hex(conversationText(key)).slice(0, 12), 16) % intervalMs;
  const startedMs = nowMs - (nowMs % intervalMs) + phaseMs;
  return startedMs > nowMs ? startedMs : startedMs + intervalMs;
}

/** When a deferred wish is tried again: soon at first, ever more slowly the longer the outage lasts. */
export function deferredDueMs(row: Pick<MemberRow, 'wishedAtMs'>, nowMs: number, timings: Timings): number {
  const quarterOfAgeMs = (nowMs - row.wishedAtMs) / 4;
  return (
    nowMs +
    Math.min(timings.reconcileIntervalMs, Math.max(timings.deferredIntervalMs, Math.round(quarterOfAgeMs)))
  );
}

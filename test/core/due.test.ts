import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deferredDueMs, nextDueMs } from '../../functions/core/due.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { conversationKey, DAY, HOUR, MINUTE, NOW, SECOND, TIMINGS } from '../support/builders.ts';

const conversation = fc.record({ appId: arbitrary.pathId, conversationId: arbitrary.pathId });
const intervalMs = fc.integer({ min: 1, max: 7 * DAY });
const nowMs = fc.integer({ min: 0, max: NOW * 2 });

describe('when a conversation is compared next', () => {
  test('is after now, within one interval', () => {
    fc.assert(
      fc.property(conversation, nowMs, intervalMs, (key, now, interval) => {
        const due = nextDueMs(key, now, interval);
        expect(due).toBeGreaterThan(now);
        expect(due).toBeLessThanOrEqual(now + interval);
      }),
    );
  });

  test('is the same for whoever asks before it, and an interval later for whoever asks then', () => {
    fc.assert(
      fc.property(conversation, nowMs, intervalMs, (key, now, interval) => {
        const due = nextDueMs(key, now, interval);
        expect(nextDueMs(key, due - 1, interval)).toBe(due);
        expect(nextDueMs(key, due, interval)).toBe(due + interval);
      }),
    );
  });

  test('is the same in every process, today and tomorrow', () => {
    expect(nextDueMs(conversationKey(), NOW, HOUR) - NOW).toBe(340_925);
  });

  test('spreads a fleet evenly over the interval', () => {
    const minutes = Array.from({ length: 60 }, () => 0);
    for (let number = 0; number < 6_000; number += 1) {
      const key = conversationKey({ conversationId: `conversation-${number}` });
      const minute = Math.floor((nextDueMs(key, NOW, HOUR) - NOW - 1) / MINUTE);
      minutes[minute] = (minutes[minute] ?? 0) + 1;
    }
    expect(Math.min(...minutes)).toBeGreaterThan(60);
    expect(Math.max(...minutes)).toBeLessThan(140);
  });
});

describe('when a deferred wish is tried again', () => {
  const cases: [title: string, ageMs: number, afterMs: number][] = [
    ['in a minute, when it is new', 0, MINUTE],
    ['in a minute still, after four', 4 * MINUTE, MINUTE],
    ['in a quarter of its age after that', 20 * MINUTE, 5 * MINUTE],
    ['in whole milliseconds', 4 * MINUTE + 6, MINUTE + 2],
    ['within a reconcile interval, after any time', 400 * DAY, HOUR],
    ['in a minute, by a clock that was set back', -DAY, MINUTE],
  ];
  test.each(cases)('%s', (_, ageMs, afterMs) => {
    expect(deferredDueMs({ wishedAtMs: NOW - ageMs }, NOW, TIMINGS)).toBe(NOW + afterMs);
  });

  test('is never later than a reconcile interval, however short that is', () => {
    const timings = { ...TIMINGS, reconcileIntervalMs: SECOND };
    expect(deferredDueMs({ wishedAtMs: NOW }, NOW, timings)).toBe(NOW + SECOND);
  });
});

import { describe, expect, test } from 'vitest';
import { failedOnceMore, failingAloneOf, NOT_ALONE } from '../../functions/core/failing-alone.ts';
import { DAY, HOUR, MINUTE, NOW, TIMINGS } from '../support/builders.ts';

/** For how long a wish has failed whose tries came after such pauses. */
function failingForMs(...pausesMs: readonly number[]): number {
  let nowMs = NOW;
  let failing = failedOnceMore({}, nowMs, TIMINGS);
  for (const pauseMs of pausesMs) {
    nowMs += pauseMs;
    failing = failedOnceMore(failing, nowMs, TIMINGS);
  }
  return nowMs - failing.failingAloneSinceMs;
}

describe('how long a wish fails alone', () => {
  test.each<[string, number, readonly number[]]>([
    ['not at all with its first failure', 0, []],
    ['the whole time, while it is tried every hour', DAY, Array(24).fill(HOUR)],
    ['the whole time, with a pause of a quarter of a day in it', 7 * HOUR, [HOUR, 6 * HOUR]],
    ['a quarter of a day of a longer pause', HOUR + 6 * HOUR + MINUTE, [HOUR, 30 * HOUR, MINUTE]],
    ['a quarter of a day of each longer pause', DAY, Array(4).fill(7 * DAY)],
    ['not backwards, where a clock was put back', -MINUTE, [-MINUTE]],
  ])('counts %s', (_, failingMs, pausesMs) => {
    expect(failingForMs(...pausesMs)).toBe(failingMs);
  });

  test('begins where it is not known since when it fails', () => {
    expect(failedOnceMore({ failedAloneAtMs: NOW - HOUR }, NOW, TIMINGS)).toEqual({
      failingAloneSinceMs: NOW,
      failedAloneAtMs: NOW,
    });
  });

  test('counts a pause from the beginning, where it is not known when it last failed', () => {
    const row = { failingAloneSinceMs: NOW - 2 * DAY };
    expect(failedOnceMore(row, NOW, TIMINGS)).toEqual({
      failingAloneSinceMs: NOW - 6 * HOUR,
      failedAloneAtMs: NOW,
    });
  });
});

describe('the fields of a row', () => {
  const failing = { failingAloneSinceMs: NOW - HOUR, failedAloneAtMs: NOW };

  test('tell it as they stand, and clear what does not stand there', () => {
    expect(failingAloneOf(failing)).toEqual(failing);
    expect(failingAloneOf({})).toEqual(NOT_ALONE);
  });

  test('are all cleared where it fails alone no more', () => {
    expect(NOT_ALONE).toEqual({ failingAloneSinceMs: null, failedAloneAtMs: null });
  });
});

import { describe, expect, test } from 'vitest';
import {
  CHANGE_MAX_AGE_MS,
  FUTURE_LIMIT_MS,
  LEAVE_KEPT_MS,
  timingsSchema,
} from '../../functions/core/timings.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../support/builders.ts';

const DEPLOYED = timingsSchema.parse({});

test('what is deployed', () => {
  expect(DEPLOYED).toEqual({
    retryBaseMs: SECOND,
    retryMaxMs: MINUTE,
    retryInsideMs: 5 * SECOND,
    deferAfterMs: 5 * MINUTE,
    parkAfterMs: DAY,
    userGraceMs: MINUTE,
    breakerOpenMs: 30 * SECOND,
    cacheMs: 5 * MINUTE,
    requestTimeoutMs: 10 * SECOND,
    answerWithinMs: 650,
    reconcileIntervalMs: HOUR,
    stuckAfterMs: 30 * MINUTE,
    deferredIntervalMs: MINUTE,
  });
});

test('each can be shortened by itself', () => {
  expect(timingsSchema.parse({ cacheMs: 7 })).toEqual({ ...DEPLOYED, cacheMs: 7 });
});

describe('a duration is refused', () => {
  test.each([0, -1, 1.5, '1000', null, Number.NaN])('%j', (retryBaseMs) => {
    expect(timingsSchema.safeParse({ retryBaseMs }).success).toBe(false);
  });
});

test('a leave is remembered longer than any change that could contradict it is accepted', () => {
  expect(CHANGE_MAX_AGE_MS).toBe(30 * DAY);
  expect(FUTURE_LIMIT_MS).toBe(5 * MINUTE);
  expect(LEAVE_KEPT_MS).toBe(31 * DAY);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  afterSignal,
  appAnswers,
  type Breaker,
  type BreakerSignal,
  CLOSED,
  tryPass,
} from '../../functions/core/breaker.ts';
import { MINUTE, NOW, TIMINGS } from '../support/builders.ts';

const OPEN_MS = TIMINGS.breakerOpenMs;

/** The breaker after these signals, all given at once. */
function breakerAfter(signals: readonly BreakerSignal[], breaker: Breaker = CLOSED, nowMs = NOW): Breaker {
  return signals.reduce((state, signal) => afterSignal(state, signal, nowMs, TIMINGS), breaker);
}

function passes(breaker: Breaker, nowMs = NOW): boolean {
  return tryPass(breaker, nowMs, TIMINGS).passes;
}

const failures = (count: number): BreakerSignal[] => Array.from({ length: count }, () => 'failure');

describe('a closed breaker', () => {
  test('lets every call pass, none of them as a try', () => {
    expect(tryPass(CLOSED, NOW, TIMINGS)).toEqual({ passes: true, isTry: false, breaker: CLOSED });
  });

  test('stays closed for seven failures in a row', () => {
    expect(passes(breakerAfter(failures(7)))).toBe(true);
  });

  test('opens with the eighth', () => {
    expect(breakerAfter(failures(8))).toEqual({ failures: 8, openUntilMs: NOW + OPEN_MS });
    expect(passes(breakerAfter(failures(8)))).toBe(false);
  });

  test('counts anew after a success', () => {
    expect(passes(breakerAfter([...failures(7), 'success', ...failures(7)]))).toBe(true);
    expect(passes(breakerAfter([...failures(7), 'success', ...failures(8)]))).toBe(false);
  });

  test('opens at once where the credential is refused', () => {
    expect(breakerAfter(['refused'])).toEqual({ failures: 1, openUntilMs: NOW + OPEN_MS });
  });
});

describe('an open breaker', () => {
  const open = breakerAfter(failures(8));

  test('lets nothing pass before its time, and stays as it is', () => {
    expect(tryPass(open, NOW + OPEN_MS - 1, TIMINGS)).toEqual({ passes: false, isTry: false, breaker: open });
  });

  test('then lets one call try, and closes the door behind it', () => {
    const tried = tryPass(open, NOW + OPEN_MS, TIMINGS);
    expect(tried).toMatchObject({ passes: true, isTry: true });
    expect(passes(tried.breaker, NOW + OPEN_MS)).toBe(false);
    expect(passes(tried.breaker, NOW + 2 * OPEN_MS - 1)).toBe(false);
    expect(passes(tried.breaker, NOW + 2 * OPEN_MS)).toBe(true);
  });

  test('closes when the try succeeds', () => {
    const { breaker } = tryPass(open, NOW + OPEN_MS, TIMINGS);
    const closed = breakerAfter(['success'], breaker, NOW + OPEN_MS);
    expect(closed).toEqual({ failures: 0, lastSuccessMs: NOW + OPEN_MS });
    expect(tryPass(closed, NOW + OPEN_MS, TIMINGS)).toMatchObject({ passes: true, isTry: false });
  });

  test.each(['failure', 'refused'] as const)(
    'stays open for its whole time when the try ends in a %s',
    (signal) => {
      const { breaker } = tryPass(open, NOW + OPEN_MS, TIMINGS);
      const again = breakerAfter([signal], breaker, NOW + OPEN_MS + 5);
      expect(passes(again, NOW + 2 * OPEN_MS + 4)).toBe(false);
      expect(passes(again, NOW + 2 * OPEN_MS + 5)).toBe(true);
    },
  );
});

describe('whether the app answers', () => {
  const answered = breakerAfter(['success']);

  test('is unknown, hence no, before its first success', () => {
    expect(appAnswers(CLOSED, NOW, TIMINGS)).toBe(false);
    expect(appAnswers(breakerAfter(failures(3)), NOW, TIMINGS)).toBe(false);
  });

  test('is yes for as long as changes are retried before they are deferred', () => {
    expect(appAnswers(answered, NOW, TIMINGS)).toBe(true);
    expect(appAnswers(answered, NOW + TIMINGS.deferAfterMs - 1, TIMINGS)).toBe(true);
    expect(appAnswers(answered, NOW + TIMINGS.deferAfterMs, TIMINGS)).toBe(false);
  });

  test('is not forgotten for failures of single members', () => {
    expect(appAnswers(breakerAfter(failures(9), answered), NOW + MINUTE, TIMINGS)).toBe(true);
  });
});

test('while nothing succeeds, an open breaker lets at most one call pass in each of its times', () => {
  const step = fc.record({
    afterMs: fc.nat({ max: OPEN_MS }),
    signal: fc.constantFrom('failure', 'refused'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let breaker = breakerAfter(['refused']);
      let nowMs = NOW;
      let lastPassMs = NOW;
      for (const { afterMs, signal } of steps) {
        nowMs += afterMs;
        const pass = tryPass(breaker, nowMs, TIMINGS);
        breaker = pass.breaker;
        if (!pass.passes) continue;
        expect(nowMs - lastPassMs).toBeGreaterThanOrEqual(OPEN_MS);
        lastPassMs = nowMs;
        breaker = afterSignal(breaker, signal, nowMs, TIMINGS);
      }
    }),
  );
});

test('one success closes any breaker', () => {
  const signal = fc.constantFrom<BreakerSignal>('success', 'failure', 'refused');
  fc.assert(
    fc.property(fc.array(signal), (signals) => {
      expect(breakerAfter([...signals, 'success'])).toEqual({ failures: 0, lastSuccessMs: NOW });
    }),
  );
});

import { describe, expect, test } from 'vitest';
import type { AppRow } from '../../functions/core/app.ts';
import type { CallResult } from '../../functions/core/call-result.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import type { VendorAnswer } from '../../functions/workflows/ports.ts';
import { VendorCalls, type VendorRequest } from '../../functions/workflows/vendor-calls.ts';
import { appRow, MINUTE, SECOND, TIMINGS } from '../support/builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const APPLIED: CallResult = { kind: 'applied' };
const LOST: CallResult = { kind: 'unreachable', mayHaveBeenApplied: true };
const NEVER_SENT: CallResult = { kind: 'unreachable', mayHaveBeenApplied: false };
const UNAUTHORIZED: CallResult = { kind: 'unauthorized', status: 401 };
const FORBIDDEN: CallResult = { kind: 'unauthorized', status: 403 };
const REJECTED: CallResult = { kind: 'rejected', reason: 'bad_request', status: 400 };

/** A vendor that gives these answers in turn, and the last of them for ever, and all that is done to reach it. */
function vendor(...script: CallResult[]) {
  const clock = new VirtualClock();
  const secrets: Record<string, string | undefined> = { shop: '{"token":"a"}', bank: '{"token":"b"}' };
  const events: RollcallEvent[] = [];
  const requests: { to: Credential; timeoutMs: number; atMs: number }[] = [];
  const startedMs = clock.nowMs();
  const options = { remainingMs: MINUTE, answerTakesMs: 0, secretsAreOut: false };
  let secretReads = 0;
  const ports = {
    clock,
    telemetry: { emit: (event: RollcallEvent) => void events.push(event) },
    secrets: {
      read: async (appId: string) => {
        secretReads += 1;
        if (options.secretsAreOut) throw new Error('out');
        return secrets[appId];
      },
    },
  };
  const calls = new VendorCalls(ports, { timings: TIMINGS, budgetShare: 0.5, extraHosts: [] });
  const endsMs = () => startedMs + options.remainingMs;
  const send = async (to: Credential, timeoutMs: number): Promise<VendorAnswer> => {
    requests.push({ to, timeoutMs, atMs: clock.nowMs() - startedMs });
    clock.pass(options.answerTakesMs);
    const result = script.length > 1 ? script.shift() : script[0];
    if (!result) throw new Error('an answer too few');
    return { result };
  };
  const make = (app: AppRow = appRow(), overrides: Partial<VendorRequest<VendorAnswer>> = {}) =>
    calls.make({
      app,
      operation: 'join',
      deadline: { remainingMs: () => endsMs() - clock.nowMs() },
      send,
      ...overrides,
    });
  /** Fails in requests of their own, each without repeats, until the breaker opens. */
  const breakDown = async () => {
    const deadline = { remainingMs: () => 501 };
    for (let call = 0; call < 8; call += 1) {
      await make(appRow(), { deadline });
      clock.pass(SECOND);
    }
  };
  return {
    calls,
    make,
    breakDown,
    send,
    clock,
    secrets,
    events,
    requests,
    options,
    script,
    secretReads: () => secretReads,
    names: () => events.map(({ name }) => name),
  };
}

describe('a call', () => {
  test('goes out with the app’s credential, and its answer comes back', async () => {
    const { make, requests } = vendor({ kind: 'applied', participantId: 'p1' });
    expect(await make()).toEqual({
      kind: 'answered',
      answer: { result: { kind: 'applied', participantId: 'p1' } },
      mayApplyLate: false,
    });
    expect(requests).toMatchObject([{ to: { host: 'https://api.smooch.io', auth: { token: 'a' } } }]);
  });

  test('is told, with how long it took and for which change', async () => {
    const { make, events, options } = vendor(APPLIED);
    options.answerTakesMs = 70;
    await make(appRow(), { changeId: 'change-1', operation: 'leave' });
    expect(events).toEqual([
      {
        name: 'vendor_call',
        operation: 'leave',
        appId: 'shop',
        result: 'applied',
        durationMs: 70,
        changeId: 'change-1',
        vendorRequestId: undefined,
      },
    ]);
  });

  test('may take as long as any request may', async () => {
    const { make, requests } = vendor(APPLIED);
    await make();
    expect(requests).toMatchObject([{ timeoutMs: TIMINGS.requestTimeoutMs }]);
  });

  test('leaves half a second of the invocation to write down what came of it', async () => {
    const { make, requests, options } = vendor(APPLIED);
    options.remainingMs = 3 * SECOND;
    await make();
    expect(requests).toMatchObject([{ timeoutMs: 2_500 }]);
  });

  test.each([0, 500, -MINUTE])(
    'is not made where %i ms are left: somebody else may have the message by now',
    async (remainingMs) => {
      const { make, requests, options } = vendor(APPLIED);
      options.remainingMs = remainingMs;
      expect(await make()).toEqual({ kind: 'out_of_time', reason: 'out_of_time', mayApplyLate: false });
      expect(requests).toEqual([]);
    },
  );

  test.each<CallResult>([REJECTED, { kind: 'already' }, { kind: 'gone', what: 'user' }])(
    '%j stands at once',
    async (result) => {
      const { make, requests } = vendor(result);
      expect(await make()).toMatchObject({ answer: { result } });
      expect(requests).toHaveLength(1);
    },
  );
});

describe('a call that cannot reach the vendor', () => {
  test('is repeated twice, soon and then less soon', async () => {
    const { make, requests, clock } = vendor(LOST, LOST, APPLIED);
    expect(await make()).toMatchObject({ answer: { result: APPLIED } });
    expect(clock.sleepsMs).toEqual([50, 100]);
    expect(requests).toHaveLength(3);
  });

  test('is then left to the queue', async () => {
    const { make, requests } = vendor(LOST);
    expect(await make()).toMatchObject({ kind: 'answered', answer: { result: LOST } });
    expect(requests).toHaveLength(3);
  });

  test('may still be applied late, whatever a repeat is answered', async () => {
    expect(await vendor(LOST, REJECTED).make()).toMatchObject({
      answer: { result: REJECTED },
      mayApplyLate: true,
    });
    expect(await vendor(NEVER_SENT, REJECTED).make()).toMatchObject({ mayApplyLate: false });
    expect(await vendor(LOST, NEVER_SENT, APPLIED).make()).toMatchObject({ mayApplyLate: true });
  });

  test('is not repeated where the invocation ends before', async () => {
    const { make, requests, options } = vendor(LOST, APPLIED);
    options.remainingMs = 550;
    expect(await make()).toMatchObject({ answer: { result: LOST } });
    expect(requests).toHaveLength(1);
  });

  test('is not repeated after the time that an invocation gives it', async () => {
    const { make, requests, options } = vendor(LOST, APPLIED);
    options.answerTakesMs = TIMINGS.retryInsideMs - 50;
    expect(await make()).toMatchObject({ answer: { result: LOST } });
    expect(requests).toHaveLength(1);
  });
});

describe('a call that is throttled', () => {
  test('is repeated after what the vendor asks for', async () => {
    const { make, requests } = vendor({ kind: 'throttled', retryAfterMs: 2 * SECOND }, APPLIED);
    expect(await make()).toMatchObject({ answer: { result: APPLIED } });
    expect(requests[1]?.atMs).toBeGreaterThanOrEqual(2 * SECOND);
  });

  test('is repeated when its turn comes, where the vendor asks for nothing', async () => {
    const { make, requests } = vendor(
      { kind: 'throttled' },
      { kind: 'throttled' },
      { kind: 'throttled' },
      { kind: 'throttled' },
      APPLIED,
    );
    expect(await make()).toMatchObject({ answer: { result: APPLIED } });
    expect(requests).toHaveLength(5);
    const gapsMs = requests.slice(1).map(({ atMs }, index) => atMs - (requests[index]?.atMs ?? 0));
    expect(Math.min(...gapsMs)).toBeGreaterThan(0);
  });

  test('is left to the queue where that takes longer than the invocation gives it', async () => {
    const answer: CallResult = { kind: 'throttled', retryAfterMs: TIMINGS.retryInsideMs };
    const { make, requests, clock } = vendor(answer);
    expect(await make()).toMatchObject({ kind: 'answered', answer: { result: answer } });
    expect(requests).toHaveLength(1);
    expect(clock.sleepsMs).toEqual([]);
  });

  test('does not go on for ever', async () => {
    const { make, clock } = vendor({ kind: 'throttled' });
    const startedMs = clock.nowMs();
    expect(await make()).toMatchObject({ answer: { result: { kind: 'throttled' } } });
    expect(clock.nowMs() - startedMs).toBeLessThanOrEqual(TIMINGS.retryInsideMs);
  });
});

describe('the budget', () => {
  test('is kept by calls made at once', async () => {
    const { make, requests, options, clock } = vendor(APPLIED);
    options.remainingMs = 10 * MINUTE;
    const startedMs = clock.nowMs();
    await Promise.all(Array.from({ length: 40 }, () => make(appRow({ requestsPerSecond: 10 }))));
    const seconds = (clock.nowMs() - startedMs) / SECOND;
    expect(requests.length).toBeLessThanOrEqual(10 * seconds + 2);
  });

  test('is shared: this process keeps to its part of it, in the order of those who ask', async () => {
    const { calls, send, options, clock } = vendor(APPLIED);
    options.remainingMs = 10 * MINUTE;
    const order: number[] = [];
    const app = appRow({ requestsPerSecond: 20 });
    const startedMs = clock.nowMs();
    const one = (number: number) =>
      calls.make({
        app,
        operation: 'join',
        deadline: { remainingMs: () => MINUTE },
        send: (to, timeoutMs) => {
          order.push(number);
          return send(to, timeoutMs);
        },
      });
    await Promise.all(Array.from({ length: 12 }, (_, number) => one(number)));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(clock.nowMs() - startedMs).toBeGreaterThanOrEqual(SECOND - 100);
  });

  test('that has no turn in time is as if the vendor throttled, and nothing is sent', async () => {
    const { make, requests } = vendor(APPLIED);
    const slow = appRow({ requestsPerSecond: 0.01 });
    await make(slow);
    const outcome = await make(slow);
    expect(outcome).toMatchObject({ kind: 'answered', answer: { result: { kind: 'throttled' } } });
    expect(requests).toHaveLength(1);
  });

  test('of one app is not another’s', async () => {
    const { make, requests } = vendor(APPLIED);
    await make(appRow({ requestsPerSecond: 0.01 }));
    expect(await make(appRow({ appId: 'bank', requestsPerSecond: 0.01 }))).toMatchObject({
      answer: { result: APPLIED },
    });
    expect(requests.map(({ to }) => to.auth)).toEqual([{ token: 'a' }, { token: 'b' }]);
  });

  test('may be raised while it is in use', async () => {
    const { make } = vendor(APPLIED);
    await make(appRow({ requestsPerSecond: 0.01 }));
    expect(await make(appRow({ requestsPerSecond: 100 }))).toMatchObject({ answer: { result: APPLIED } });
  });
});

describe('a credential that the vendor refuses', () => {
  test('is read again, and the call repeated at once where it was rotated', async () => {
    const { make, secrets, requests, clock, names } = vendor(APPLIED, UNAUTHORIZED, APPLIED);
    await make();
    clock.pass(SECOND);
    secrets['shop'] = '{"token":"rotated"}';
    expect(await make()).toMatchObject({ kind: 'answered', answer: { result: APPLIED } });
    expect(requests.at(-1)?.to.auth).toEqual({ token: 'rotated' });
    expect(clock.sleepsMs).toEqual([]);
    expect(names()).not.toContain('credential_problem');
  });

  test('puts the app out where it is still the same', async () => {
    const { make, requests, events } = vendor(UNAUTHORIZED);
    expect(await make()).toEqual({ kind: 'app_out', reason: 'credential_refused', mayApplyLate: false });
    expect(requests).toHaveLength(1);
    expect(events.slice(1)).toEqual([
      { name: 'credential_problem', appId: 'shop', problem: 'the vendor refuses it' },
      { name: 'breaker_opened', appId: 'shop' },
    ]);
  });

  test('is read again once, however often it changes', async () => {
    const { make, secrets, send, requests } = vendor(UNAUTHORIZED);
    const outcome = await make(appRow(), {
      send: (to, timeoutMs) => {
        secrets['shop'] = `{"token":"rotated-${requests.length}"}`;
        return send(to, timeoutMs);
      },
    });
    expect(outcome).toMatchObject({ kind: 'app_out', reason: 'credential_refused' });
    expect(requests).toHaveLength(2);
  });

  test('is not read again for what it is not good for', async () => {
    const { make, secrets, requests, secretReads } = vendor(FORBIDDEN);
    secrets['shop'] = '{"token":"x"}';
    expect(await make()).toMatchObject({ kind: 'app_out', reason: 'credential_refused' });
    expect(requests).toHaveLength(1);
    expect(secretReads()).toBe(1);
  });

  test('does not hide that an attempt before it may be applied late', async () => {
    expect(await vendor(LOST, UNAUTHORIZED).make()).toMatchObject({ kind: 'app_out', mayApplyLate: true });
  });
});

describe('a secret that cannot be used', () => {
  test.each([undefined, 'S3CRET', '{"token":"t","host":"https://evil.example"}'])(
    '%j puts the app out, without a call',
    async (text) => {
      const { make, secrets, requests, events, names } = vendor(APPLIED);
      secrets['shop'] = text;
      expect(await make()).toEqual({ kind: 'app_out', reason: 'credential_unusable', mayApplyLate: false });
      expect(requests).toEqual([]);
      expect(names()).toEqual(['credential_problem', 'breaker_opened']);
      expect(JSON.stringify(events)).not.toContain('S3CRET');
    },
  );

  test('is looked at again when the breaker lets one try, and the app is back', async () => {
    const { make, secrets, clock } = vendor(APPLIED);
    secrets['shop'] = undefined;
    await make();
    secrets['shop'] = '{"token":"a"}';
    expect(await make()).toMatchObject({ kind: 'app_out', reason: 'app_out' });
    clock.pass(TIMINGS.breakerOpenMs);
    expect(await make()).toMatchObject({ kind: 'answered' });
    expect(await make()).toMatchObject({ kind: 'answered' });
  });
});

describe('while no secret can be read', () => {
  test('an app whose credential is not known is out, and asked for again by the next call', async () => {
    const { make, options, requests, events } = vendor(APPLIED);
    options.secretsAreOut = true;
    expect(await make()).toEqual({ kind: 'app_out', reason: 'secret_unreadable', mayApplyLate: false });
    expect(requests).toEqual([]);
    expect(events).toEqual([{ name: 'fault', where: 'secret', error: new Error('out') }]);
    options.secretsAreOut = false;
    expect(await make()).toMatchObject({ kind: 'answered' });
  });

  test('a credential that is known serves on', async () => {
    const { make, options, clock } = vendor(APPLIED);
    await make();
    options.secretsAreOut = true;
    clock.pass(TIMINGS.cacheMs);
    options.remainingMs = 2 * TIMINGS.cacheMs;
    expect(await make()).toMatchObject({ kind: 'answered' });
  });

  test('a credential that is refused puts the app out', async () => {
    const { make, options, names } = vendor(APPLIED, UNAUTHORIZED);
    await make();
    options.secretsAreOut = true;
    expect(await make()).toMatchObject({ kind: 'app_out', reason: 'credential_refused' });
    expect(names()).toContain('fault');
  });
});

describe('an app that is out', () => {
  test('is called no more after eight failures in a row, and that is told once', async () => {
    const { make, breakDown, requests, names } = vendor(LOST);
    await breakDown();
    expect(requests).toHaveLength(8);
    expect(await make()).toEqual({ kind: 'app_out', reason: 'app_out', mayApplyLate: false });
    expect(requests).toHaveLength(8);
    expect(names().filter((name) => name === 'breaker_opened')).toHaveLength(1);
  });

  test('gets one try after its time, with the secret read anew', async () => {
    const { make, breakDown, requests, clock, secrets, names } = vendor(LOST);
    await breakDown();
    secrets['shop'] = '{"token":"rotated"}';
    clock.pass(TIMINGS.breakerOpenMs);
    const outcomes = await Promise.all([make(), make(), make()]);
    expect(requests).toHaveLength(9);
    expect(requests.at(-1)?.to.auth).toEqual({ token: 'rotated' });
    expect(outcomes.map(({ kind }) => kind)).toEqual(['app_out', 'app_out', 'app_out']);
    expect(outcomes.map(({ mayApplyLate }) => mayApplyLate)).toEqual([true, false, false]);
    expect(names().filter((name) => name === 'breaker_opened')).toHaveLength(1);
  });

  test('is back after one success', async () => {
    const { make, breakDown, script, clock } = vendor(LOST);
    await breakDown();
    script.splice(0, 1, APPLIED);
    clock.pass(TIMINGS.breakerOpenMs);
    expect(await make()).toMatchObject({ kind: 'answered' });
    expect(await make()).toMatchObject({ kind: 'answered' });
  });

  test('is back at once for all who asked during the one try that succeeds', async () => {
    const { make, breakDown, script, requests, clock } = vendor(LOST);
    await breakDown();
    script.splice(0, 1, APPLIED);
    clock.pass(TIMINGS.breakerOpenMs);
    const outcomes = await Promise.all([make(), make(), make()]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered']);
    expect(requests).toHaveLength(11);
  });

  test('does not stop another', async () => {
    const { make, breakDown, script } = vendor(LOST);
    await breakDown();
    script.splice(0, 1, APPLIED);
    expect(await make(appRow({ appId: 'bank' }))).toMatchObject({ kind: 'answered' });
  });

  test('is no app that answers, if only to refuse', async () => {
    const { make, breakDown, script } = vendor(LOST);
    for (const answer of [REJECTED, { kind: 'already' }, { kind: 'gone', what: 'user' }] as const) {
      script.splice(0, 1, ...Array.from({ length: 7 }, () => LOST), answer, LOST);
      await breakDown();
    }
    expect(await make()).toMatchObject({ kind: 'answered' });
  });

  test('is no app that only throttles', async () => {
    const { make, breakDown, requests } = vendor({ kind: 'throttled', retryAfterMs: MINUTE });
    await breakDown();
    await make();
    expect(requests.length).toBeGreaterThan(8);
  });
});

describe('whether an app answers', () => {
  test('is known from its last success, its own alone', async () => {
    const { make, calls, clock } = vendor(APPLIED, LOST);
    expect(calls.appAnswers('shop')).toBe(false);
    await make();
    await make();
    expect(calls.appAnswers('shop')).toBe(true);
    expect(calls.appAnswers('shop')).toBe(true);
    expect(calls.appAnswers('bank')).toBe(false);
    clock.pass(TIMINGS.deferAfterMs);
    expect(calls.appAnswers('shop')).toBe(false);
  });

  test('is not known from a refused credential', async () => {
    const { make, calls } = vendor(UNAUTHORIZED);
    await make();
    expect(calls.appAnswers('shop')).toBe(false);
  });
});

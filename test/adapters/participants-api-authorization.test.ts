import { jwtVerify } from 'jose';
import { type Auth, ParticipantsApi } from 'rollcall/participants-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answer, scriptedServer } from '../support/scripted-server.ts';

const START_MS = Date.UTC(2030, 0, 1);
const MINUTE_MS = 60_000;

/** Makes calls at the given times; gives the authorization that each carried. */
async function authorizationsAt(auth: Auth, timesMs: readonly number[]): Promise<string[]> {
  const { host, requests } = await scriptedServer((response) => answer(response, 200, {}));
  let nowMs = START_MS;
  const api = new ParticipantsApi({ host, auth, now: () => nowMs });
  onTestFinished(() => api.close());
  for (const timeMs of timesMs) {
    nowMs = timeMs;
    await api.leaveConversation('a', 'c', { userId: 'u' });
  }
  return requests.map(({ headers }) => headers.authorization ?? '');
}

test('a key without a scope is sent as Basic', async () => {
  const [header] = await authorizationsAt({ keyId: 'app_é', secret: 'sec:ret' }, [START_MS]);
  expect(header).toBe(`Basic ${Buffer.from('app_é:sec:ret').toString('base64')}`);
});

test('a token is sent as it is', async () => {
  expect(await authorizationsAt({ token: 'abc.def' }, [START_MS])).toEqual(['Bearer abc.def']);
});

describe('a key with a scope signs its own tokens', () => {
  const key = new TextEncoder().encode('s3cret');

  test.each(['app', 'account'] as const)('for the scope %s, as the vendor wants them', async (scope) => {
    const [header] = await authorizationsAt({ keyId: 'app_1', secret: 's3cret', scope }, [START_MS]);
    const { payload, protectedHeader } = await jwtVerify(header?.replace('Bearer ', '') ?? '', key, {
      currentDate: new Date(START_MS),
    });
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'app_1' });
    expect(payload).toEqual({ scope, iat: START_MS / 1000, exp: START_MS / 1000 + 900 });
  });

  test('and every call carries one that is good for five minutes more', async () => {
    const timesMs = Array.from({ length: 60 }, (_, minute) => START_MS + minute * MINUTE_MS);
    const headers = await authorizationsAt({ keyId: 'app_1', secret: 's3cret', scope: 'app' }, timesMs);
    for (const [index, header] of headers.entries()) {
      const sentAtMs = timesMs[index] ?? 0;
      await jwtVerify(header.replace('Bearer ', ''), key, {
        currentDate: new Date(sentAtMs + 5 * MINUTE_MS - 1000),
      });
    }
    expect(new Set(headers).size).toBe(6);
  });

  test('and a new one when the clock was set back', async () => {
    const timesMs = [START_MS, START_MS - MINUTE_MS];
    const [, second] = await authorizationsAt({ keyId: 'app_1', secret: 's3cret', scope: 'app' }, timesMs);
    const { payload } = await jwtVerify(second?.replace('Bearer ', '') ?? '', key, {
      currentDate: new Date(START_MS - MINUTE_MS),
    });
    expect(payload.iat).toBe((START_MS - MINUTE_MS) / 1000);
  });
});

describe('an auth that cannot work is refused, without being repeated', () => {
  const wrong: [string, unknown][] = [
    ['auth', 'hunter2'],
    ['auth', undefined],
    ['auth', { token: 'hunter2', keyId: 'k', secret: 'hunter2' }],
    ['auth.token', { token: '' }],
    ['auth.token', { token: 'hunter2\r\nx-evil: 1' }],
    ['auth.token', { token: 'hunter2 é' }],
    ['auth.token', { token: 7 }],
    ['auth.keyId', {}],
    ['auth.keyId', { keyId: '', secret: 'hunter2' }],
    ['auth.keyId', { keyId: 'hunter2:x', secret: 'hunter2' }],
    ['auth.secret', { keyId: 'k' }],
    ['auth.secret', { keyId: 'k', secret: '' }],
    ['auth.scope', { keyId: 'k', secret: 'hunter2', scope: 'hunter2' }],
  ];
  test.each(wrong)('%s: %j', (field, auth) => {
    const refuse = () => new ParticipantsApi({ auth: auth as Auth });
    expect(refuse).toThrow(TypeError);
    expect(refuse).toThrow(new RegExp(`^${field}: must`));
    expect(refuse).not.toThrow(/hunter2/);
  });
});

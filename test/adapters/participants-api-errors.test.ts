import { inspect } from 'node:util';
import { ParticipantsApi, ParticipantsApiError } from 'rollcall/participants-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { unansweredError } from '../../functions/adapters/participants-api/error.ts';
import { classifyFailure } from '../../functions/core/call-result.ts';
import { answer, type Script, scriptedServer } from '../support/scripted-server.ts';

const NOW_MS = Date.UTC(2030, 0, 1);

async function apiAgainst(script: Script) {
  const { host } = await scriptedServer(script);
  const api = new ParticipantsApi({
    host,
    auth: { keyId: 'app_key', secret: 'the-secret' },
    now: () => NOW_MS,
  });
  onTestFinished(() => api.close());
  return api;
}

/** The error that a join, a leave or a list ends with. */
async function errorOf(operation: 'join' | 'leave' | 'list', script: Script): Promise<ParticipantsApiError> {
  const api = await apiAgainst(script);
  const call = {
    join: () => api.joinConversation('app1', 'conv1', { userId: 'person-77', subscribeSDKClient: false }),
    leave: () => api.leaveConversation('app1', 'conv1', { userId: 'person-77' }),
    list: () => api.listParticipants('app1', 'conv1'),
  }[operation];
  const error = await call().then(
    () => new Error('the call succeeded'),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ParticipantsApiError);
  return error;
}

const failing =
  (status: number, code: string, title: string): Script =>
  (response) =>
    answer(response, status, { errors: [{ code, title }] });

describe('an error', () => {
  test('tells operation, status, code, title, all errors and the request id', async () => {
    const errors = [
      { code: 'bad_request', title: 'First' },
      { code: 'bad_request', title: 'Second' },
    ];
    const error = await errorOf('join', (response) =>
      answer(response, 400, { errors }, { 'x-request-id': 'req-9' }),
    );
    expect(error).toMatchObject({
      name: 'ParticipantsApiError',
      message: 'join: answered with status 400 bad_request',
      operation: 'join',
      status: 400,
      code: 'bad_request',
      title: 'First',
      errors,
      requestId: 'req-9',
      retryAfterMs: undefined,
      mayHaveBeenApplied: false,
    });
  });

  test.each([
    ['join', 'bad_request', 'Too many participants', 400, { kind: 'rejected', reason: 'full' }],
    ['leave', 'not_found', 'User is not a member of the conversation', 404, { kind: 'already' }],
    ['list', 'conversation_not_found', 'Conversation not found', 404, { kind: 'gone', what: 'conversation' }],
  ] as const)('of a %s can be classified as it is: %s', async (operation, code, title, status, expected) => {
    const error = await errorOf(operation, failing(status, code, title));
    expect(classifyFailure(error.operation, error)).toMatchObject(expected);
  });

  test.each([
    [400, false],
    [401, false],
    [404, false],
    [429, false],
    [302, true],
    [408, true],
    [423, true],
    [425, true],
    [500, true],
    [503, true],
  ])('with status %i may have been applied: %s, but never a list', async (status, expected) => {
    const script = failing(status, 'some_code', 'Some title');
    expect((await errorOf('join', script)).mayHaveBeenApplied).toBe(expected);
    expect((await errorOf('leave', script)).mayHaveBeenApplied).toBe(expected);
    expect((await errorOf('list', script)).mayHaveBeenApplied).toBe(false);
  });

  test('of a proxy has neither code nor title', async () => {
    const error = await errorOf('leave', (response) => response.writeHead(404).end('<html>Not found</html>'));
    expect(error).toMatchObject({ status: 404, code: undefined, title: undefined, errors: [] });
    expect(classifyFailure('leave', error).kind).toBe('unreachable');
  });

  test.each(['{"errors":"none"}', '{"errors":[]}', '{"errors":[{"code":7}]}', '{}', '[]', 'null', '""', ''])(
    'whose body is %s has no code',
    async (body) => {
      const error = await errorOf('join', (response) => response.writeHead(400).end(body));
      expect(error).toMatchObject({ status: 400, code: undefined });
    },
  );

  test('keeps few and short texts of an answer that has many and long ones', async () => {
    const errors = Array.from({ length: 100 }, () => ({ code: 'c'.repeat(5000), title: 't'.repeat(5000) }));
    const error = await errorOf('join', (response) => answer(response, 400, { errors }));
    expect(error.errors).toHaveLength(10);
    expect(error.code).toHaveLength(200);
    expect(error.title).toHaveLength(200);
    expect(error.message.length).toBeLessThan(100);
  });
});

test('that no address of a host could be reached still says why', () => {
  const error = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });
  const exchange = { kind: 'unanswered', error, mayHaveArrived: false, repeated: false } as const;
  expect(unansweredError('join', exchange).message).toBe('join: no answer (ECONNREFUSED)');
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    const { host, requests } = await scriptedServer((response) =>
      answer(response, 200, { participants: [], meta: { hasMore: false } }),
    );
    const error = await errorOf('list', (response) =>
      response.writeHead(status, { location: `${host}/elsewhere` }).end(),
    );
    expect(error.status).toBe(status);
    expect(classifyFailure('list', error).kind).toBe('unreachable');
    expect(requests).toEqual([]);
  });
});

describe('a success that is not an answer of this API', () => {
  const bodies: ['join' | 'leave' | 'list', unknown][] = [
    ['join', {}],
    ['join', { participant: null }],
    ['join', { participant: { userId: 'u1' } }],
    ['join', { participant: { id: 7 } }],
    ['leave', []],
    ['leave', 'ok'],
    ['leave', null],
    ['leave', { errors: [{ code: 'bad_request', title: 'No' }] }],
    ['list', {}],
    ['list', { participants: [] }],
    ['list', { participants: [], meta: {} }],
    ['list', { participants: [{ userId: 'u1' }], meta: { hasMore: false } }],
    ['list', { participants: {}, meta: { hasMore: false } }],
    ['list', { participants: [], meta: { hasMore: 'no' } }],
  ];
  test.each(bodies)('%s %j', async (operation, body) => {
    const error = await errorOf(operation, (response) => answer(response, 200, body));
    expect(error).toMatchObject({ status: 200, code: undefined, mayHaveBeenApplied: operation !== 'list' });
    expect(error.message).toContain('not an answer of this API');
    expect(classifyFailure(operation, error).kind).toBe('unreachable');
  });

  test.each(['join', 'leave', 'list'] as const)('%s: not JSON, empty, or half of it', async (operation) => {
    for (const body of ['<html>person-77</html>', '', '{"participants":[']) {
      const error = await errorOf(operation, (response) => response.writeHead(200).end(body));
      expect(error.message).toContain('not an answer of this API (not JSON)');
    }
  });

  test.each([201, 202, 206])('list: status %i, which stands for a part or for none', async (status) => {
    const error = await errorOf('list', (response) =>
      answer(response, status, { participants: [], meta: { hasMore: false } }),
    );
    expect(error.status).toBe(status);
  });
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['3', 3000],
    ['1.5', 1500],
    [' 7 ', 7000],
    ['99999999999999999999', 3_600_000],
    ['Tue, 01 Jan 2030 00:00:30 GMT', 30_000],
    ['Tuesday, 01-Jan-30 00:00:30 GMT', 30_000],
    ['Mon, 31 Dec 2029 23:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 3_600_000],
    ['-5', undefined],
    ['soon', undefined],
    ['in 5 minutes', undefined],
    ['', undefined],
    ['Mon, 99 Foo 2029 99:99:99 GMT', undefined],
  ])('%j is %s ms', async (header, expected) => {
    const error = await errorOf('join', (response) => {
      response.writeHead(429, { 'retry-after': header, 'content-type': 'text/plain' }).end('slow down');
    });
    expect(error).toMatchObject({ status: 429, retryAfterMs: expected, mayHaveBeenApplied: false });
    expect(classifyFailure('join', error).kind).toBe('throttled');
  });

  test('may be absent', async () => {
    const error = await errorOf('leave', (response) => response.writeHead(429).end());
    expect(error.retryAfterMs).toBeUndefined();
  });
});

describe('what must stay unsaid stays unsaid', () => {
  const credential = Buffer.from('app_key:the-secret').toString('base64');
  const unspeakable = ['the-secret', credential, 'person-77'];

  test('even if the answer repeats it', async () => {
    for (const word of unspeakable) {
      const error = await errorOf('join', failing(422, `about ${word}`, `Not allowed: ${word} and ${word}`));
      expect(error.title).toBe('Not allowed: […] and […]');
      expect(inspect(error, { depth: null })).not.toContain(word);
      expect(JSON.stringify(error)).not.toContain(word);
    }
  });

  test('and a person whose id is a word of the vendor is still told apart', async () => {
    const api = await apiAgainst(failing(404, 'not_found', 'User is not a member of the conversation'));
    for (const userExternalId of ['member', 'not_found', 'a']) {
      const error = await api.leaveConversation('a', 'c', { userExternalId }).catch((thrown) => thrown);
      expect(classifyFailure('leave', error)).toEqual({ kind: 'already' });
    }
  });

  test('also where the answer is not HTTP at all', async () => {
    const { host, server } = await scriptedServer(() => {});
    server.on('connection', (socket) => socket.end('person-77 the-secret\r\n\r\n'));
    const api = new ParticipantsApi({ host, auth: { keyId: 'app_key', secret: 'the-secret' } });
    onTestFinished(() => api.close());
    const error = await api.leaveConversation('a', 'c', { userId: 'person-77' }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(ParticipantsApiError);
    expect(error.status).toBeUndefined();
    const shown = inspect(error, { depth: null, showHidden: true });
    for (const word of unspeakable) expect(shown).not.toContain(word);
    expect(shown).not.toContain('70 65 72 73 6f 6e'); // "person", as a buffer shows it
  });
});

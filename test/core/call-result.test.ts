import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CallFailure,
  type CallResult,
  classifyFailure,
  decidesMeaning,
  excludesEffect,
  type Operation,
} from '../../functions/core/call-result.ts';

const OPERATIONS = ['join', 'leave', 'list'] as const;

function classify(operation: Operation, failure: Partial<CallFailure>): CallResult {
  return classifyFailure(operation, { mayHaveBeenApplied: false, ...failure });
}

type Case = [operation: Operation, status: number, code: string, title: string, expected: object];

describe('what the vendor documents', () => {
  const cases: Case[] = [
    ['join', 400, 'bad_request', 'Too many participants', { kind: 'rejected', reason: 'full', status: 400 }],
    ['join', 400, 'bad_request', 'Something else', { kind: 'rejected', reason: 'bad_request', status: 400 }],
    ['leave', 400, 'bad_request', 'Too many participants', { kind: 'rejected', reason: 'bad_request' }],
    [
      'list',
      400,
      'bad_request',
      'Invalid page query parameters',
      { kind: 'rejected', reason: 'bad_request' },
    ],
    ['join', 404, 'conversation_not_found', 'Conversation not found', { kind: 'gone', what: 'conversation' }],
    [
      'leave',
      404,
      'conversation_not_found',
      'Conversation not found',
      { kind: 'gone', what: 'conversation' },
    ],
    ['list', 404, 'conversation_not_found', 'Conversation not found', { kind: 'gone', what: 'conversation' }],
    ['join', 404, 'user_not_found', 'User not found', { kind: 'gone', what: 'user' }],
    ['leave', 404, 'user_not_found', 'User not found', { kind: 'gone', what: 'user' }],
    ['leave', 404, 'not_found', 'User is not a member of the conversation', { kind: 'already' }],
    ['join', 401, 'unauthorized', 'Authorization is required', { kind: 'unauthorized', status: 401 }],
    ['leave', 403, 'forbidden', 'Forbidden', { kind: 'unauthorized', status: 403 }],
    [
      'join',
      409,
      'conflict',
      'Conflict',
      { kind: 'rejected', reason: 'unexpected', status: 409, code: 'conflict' },
    ],
    ['list', 410, 'gone', 'Gone', { kind: 'rejected', reason: 'unexpected', status: 410 }],
    ['join', 423, 'locked', 'Locked', { kind: 'unreachable', status: 423 }],
    ['join', 500, 'internal', 'Internal error', { kind: 'unreachable', status: 500 }],
  ];
  test.each(cases)('%s %i %s "%s"', (operation, status, code, title, expected) => {
    expect(classify(operation, { status, code, title })).toMatchObject(expected);
  });
});

describe('a 404 that the vendor did not give for this operation says nothing about who is there', () => {
  test.each(OPERATIONS)('%s: a proxy, which has no code', (operation) => {
    expect(classify(operation, { status: 404 })).toEqual({
      kind: 'unreachable',
      mayHaveBeenApplied: false,
      status: 404,
    });
  });

  const cases: [Operation, string, string][] = [
    ['join', 'app_not_found', 'App not found'],
    ['join', 'not_found', 'User is not a member of the conversation'],
    ['leave', 'not_found', 'Resource not found'],
    ['list', 'user_not_found', 'User not found'],
    ['list', 'not_found', 'User is not a member of the conversation'],
  ];
  test.each(cases)('%s %s "%s"', (operation, code, title) => {
    expect(classify(operation, { status: 404, code, title }).kind).toBe('unreachable');
  });
});

describe('titles are prose', () => {
  test.each([
    'too many participants',
    'TOO MANY PARTICIPANTS',
    'Too many participants.',
    ' Too  many participants! ',
    'Too many participants!!',
  ])('%j is a full conversation', (title) => {
    expect(classify('join', { status: 400, code: 'bad_request', title })).toMatchObject({ reason: 'full' });
  });

  test.each(['Too many participants in the request', 'Not too many participants', 'Too many', ''])(
    '%j is not',
    (title) => {
      expect(classify('join', { status: 400, code: 'bad_request', title })).toMatchObject({
        reason: 'bad_request',
      });
    },
  );

  test('an answer without a title is not a full conversation', () => {
    expect(classify('join', { status: 400, code: 'bad_request' })).toMatchObject({ reason: 'bad_request' });
  });

  test('"user is not a member of the conversation." is a leave that was not needed', () => {
    const title = 'user is not a member of the conversation.';
    expect(classify('leave', { status: 404, code: 'not_found', title })).toEqual({ kind: 'already' });
  });
});

test('a 429 to a request that had been sent before leaves open what the first did', () => {
  expect(classify('join', { status: 429, mayHaveBeenApplied: true })).toEqual({
    kind: 'throttled',
    mayHaveBeenApplied: true,
  });
});

test('a 429 is throttling, with a code or without, with a wait or without', () => {
  expect(classify('join', { status: 429 })).toStrictEqual({ kind: 'throttled' });
  expect(classify('list', { status: 429, code: 'too_many_requests', retryAfterMs: 1500 })).toEqual({
    kind: 'throttled',
    retryAfterMs: 1500,
  });
});

test('a 401 and a 403 are the credential, also without a code', () => {
  expect(classify('list', { status: 401 })).toEqual({ kind: 'unauthorized', status: 401 });
  expect(classify('list', { status: 403 })).toEqual({ kind: 'unauthorized', status: 403 });
});

describe('what leaves open whether it was applied is unreachable, and says so', () => {
  const statuses = [undefined, 200, 201, 204, 301, 302, 307, 404, 408, 423, 425, 500, 502, 503, 504, 599];
  test.each(statuses)('%s', (status) => {
    for (const mayHaveBeenApplied of [true, false]) {
      const expected = { kind: 'unreachable', mayHaveBeenApplied, ...(status !== undefined && { status }) };
      expect(classify('join', { status, mayHaveBeenApplied })).toStrictEqual(expected);
      expect(classify('leave', { status, mayHaveBeenApplied })).toEqual(expected);
    }
  });
});

test.each([400, 402, 405, 411, 413, 415, 422, 451])(
  'a %i without a code is a proxy, not a refusal',
  (status) => {
    expect(classify('join', { status }).kind).toBe('unreachable');
  },
);

test('a code and a title of any length are kept short and well formed', () => {
  const long = `${'x'.repeat(199)}😀${'x'.repeat(1000)}`;
  const result = classify('join', { status: 422, code: long, title: long });
  if (result.kind !== 'rejected') throw new Error(result.kind);
  for (const text of [result.code, result.title]) {
    expect(text).toHaveLength(200);
    expect(text?.isWellFormed()).toBe(true);
  }
});

test('an answer says that nothing was changed where it is a client error that leaves no doubt', () => {
  const excluding = Array.from({ length: 500 }, (_, index) => 100 + index).filter(excludesEffect);
  const open = [408, 423, 425];
  expect(excluding).toEqual(
    Array.from({ length: 100 }, (_, index) => 400 + index).filter((status) => !open.includes(status)),
  );
});

describe('a text of the vendor’s that a meaning depends on', () => {
  test.each(['conversation_not_found', 'user_not_found', 'bad_request', 'Too many participants!'])(
    'is %j',
    (text) => {
      expect(decidesMeaning(text)).toBe(true);
      expect(decidesMeaning(text.padEnd(200, '!'))).toBe(text.endsWith('!'));
      expect(decidesMeaning(text.padEnd(201, '!'))).toBe(false);
    },
  );

  test.each(['', 'forbidden', 'Conversation not found', 'constructor'])('is not %j', (text) => {
    expect(decidesMeaning(text)).toBe(false);
  });
});

test('every failure has a meaning, and nothing but a code of the vendor ends a change', () => {
  const text = fc.option(
    fc.oneof(
      fc.string(),
      fc.constantFrom('any', '4xx', 'not_found', 'user_not_found', 'conversation_not_found', 'bad_request'),
    ),
    { nil: undefined },
  );
  const failures = fc.record({
    status: fc.option(fc.integer({ min: 100, max: 999 }), { nil: undefined }),
    code: text,
    title: text,
    retryAfterMs: fc.option(fc.nat(), { nil: undefined }),
    mayHaveBeenApplied: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.constantFrom(...OPERATIONS), failures, (operation, failure) => {
      const result = classifyFailure(operation, failure);
      expect(result.kind).not.toBe('applied');
      const isFinal = result.kind === 'gone' || result.kind === 'already' || result.kind === 'rejected';
      if (isFinal) expect(failure.code).toBeDefined();
      if (isFinal && result.kind !== 'rejected') expect(failure.status).toBe(404);
      if (failure.status === undefined || failure.status < 400 || failure.status > 499) {
        expect(result.kind).toBe('unreachable');
      }
    }),
  );
});

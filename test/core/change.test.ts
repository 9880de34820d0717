import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInvalid, kindOf, readChange } from '../../functions/core/change.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { changeBody, iso, MINUTE, NOW } from '../support/builders.ts';

test('a change names who joins or leaves what, and when that was wished', () => {
  const body = changeBody({ action: 'leave', subscribeSDKClient: true, source: 'crm' });
  expect(readChange(body)).toEqual({
    id: 'change-1',
    action: 'leave',
    member: { appId: 'shop', conversationId: 'orders', idKind: 'userId', memberId: 'ann' },
    subscribeSDKClient: true,
    occurredAtMs: NOW - MINUTE,
    source: 'crm',
  });
});

test('version, subscription and source may be left out', () => {
  const read = readChange(changeBody({ version: undefined }));
  expect(read).toMatchObject({ subscribeSDKClient: false });
  expect(read).not.toHaveProperty('source');
});

test('a member may be named by the external id', () => {
  expect(readChange(changeBody({ userId: undefined, userExternalId: 'a/b?c %2f "😀"' }))).toMatchObject({
    member: { idKind: 'userExternalId', memberId: 'a/b?c %2f "😀"' },
  });
});

test('fields that Rollcall does not know are nobody’s mistake', () => {
  expect(readChange(changeBody({ ticket: 7 }))).toEqual(readChange(changeBody()));
});

describe('a time', () => {
  const valid: [string, number][] = [
    ['2026-01-31T09:30:00.000Z', Date.UTC(2026, 0, 31, 9, 30)],
    ['2026-01-31T09:30:00.123+01:00', Date.UTC(2026, 0, 31, 8, 30, 0, 123)],
    ['2024-02-29T23:59:59.999-11:30', Date.UTC(2024, 2, 1, 11, 29, 59, 999)],
  ];
  test.each(valid)('%s is read', (occurredAt, occurredAtMs) => {
    expect(readChange(changeBody({ occurredAt }))).toMatchObject({ occurredAtMs });
  });

  const wrong = [
    '2026-01-31T09:30:00Z',
    '2026-01-31T09:30:00.0Z',
    '2026-01-31T09:30:00.0000Z',
    '2026-01-31T09:30:00.000',
    '2026-01-31 09:30:00.000Z',
    '2026-01-31T24:00:00.000Z',
    '2026-02-30T09:30:00.000Z',
    '2025-02-29T09:30:00.000Z',
    '2026-01-31',
    ' 2026-01-31T09:30:00.000Z',
    '2026-01-31T09:30:00.000Z\n',
    '1769851800000',
    '',
    'now',
  ];
  test.each(wrong)('%j is refused', (occurredAt) => {
    expect(readChange(changeBody({ occurredAt }))).toEqual({
      field: 'occurredAt',
      problem: `must be an ISO 8601 time with milliseconds and a zone, like 2026-01-31T09:30:00.000Z (found: a string of ${occurredAt.length} characters)`,
    });
  });
});

const PATH_ID = 'must be 1 to 128 letters, digits, "-" or "_"';
const ONE_ID = 'exactly one of userId and userExternalId must be there';

describe('what is wrong with a change is told by field and kind of value', () => {
  const cases: [Record<string, unknown>, field: string, problem: string][] = [
    [{ version: 2 }, 'version', 'must be 1 (found: a number)'],
    [{ version: '1' }, 'version', 'must be 1 (found: a string of 1 characters)'],
    [{ version: null }, 'version', 'must be 1 (found: null)'],
    [{ id: undefined }, 'id', 'must be a string (found: nothing)'],
    [{ id: '' }, 'id', 'must not be empty (found: a string of 0 characters)'],
    [{ id: 'x'.repeat(129) }, 'id', 'must be at most 128 characters (found: a string of 129 characters)'],
    [{ id: 7 }, 'id', 'must be a string (found: a number)'],
    [{ action: 'kick' }, 'action', 'must be "join" or "leave" (found: a string of 4 characters)'],
    [{ action: undefined }, 'action', 'must be "join" or "leave" (found: nothing)'],
    [{ appId: 'a/b' }, 'appId', `${PATH_ID} (found: a string of 3 characters)`],
    [{ appId: true }, 'appId', 'must be a string (found: a boolean)'],
    [{ conversationId: '..' }, 'conversationId', `${PATH_ID} (found: a string of 2 characters)`],
    [{ conversationId: 'a%2fb' }, 'conversationId', `${PATH_ID} (found: a string of 5 characters)`],
    [{ conversationId: ['a'] }, 'conversationId', 'must be a string (found: an array)'],
    [{ userId: undefined }, 'userId', `${ONE_ID} (found: nothing)`],
    [{ userExternalId: 'bob' }, 'userId', `${ONE_ID} (found: a string of 3 characters)`],
    [{ userId: '' }, 'userId', 'must not be empty (found: a string of 0 characters)'],
    [{ userId: null }, 'userId', 'must be a string (found: null)'],
    [{ userId: { id: 'ann' } }, 'userId', 'must be a string (found: an object)'],
    [
      { userId: 'x'.repeat(256) },
      'userId',
      'must be at most 255 characters (found: a string of 256 characters)',
    ],
    [
      { userId: undefined, userExternalId: '' },
      'userExternalId',
      'must not be empty (found: a string of 0 characters)',
    ],
    [
      { subscribeSDKClient: 'yes' },
      'subscribeSDKClient',
      'must be true or false (found: a string of 3 characters)',
    ],
    [{ source: '' }, 'source', 'must not be empty (found: a string of 0 characters)'],
    [
      { source: 'x'.repeat(129) },
      'source',
      'must be at most 128 characters (found: a string of 129 characters)',
    ],
    [
      { occurredAt: 1_769_851_800_000 },
      'occurredAt',
      'must be an ISO 8601 time with milliseconds and a zone, like 2026-01-31T09:30:00.000Z (found: a number)',
    ],
  ];
  test.each(cases)('%j: %s', (wrong, field, problem) => {
    expect(readChange(changeBody(wrong))).toEqual({ field, problem });
  });
});

describe('ids are as long as they may be', () => {
  const cases = [
    { id: 'x'.repeat(128) },
    { userId: 'x'.repeat(255) },
    { userId: '😀'.repeat(255) },
    { appId: 'x'.repeat(128) },
    { conversationId: 'x'.repeat(128) },
    { source: 'x'.repeat(128) },
  ];
  test.each(cases)('%j', (longest) => {
    expect(isInvalid(readChange(changeBody(longest)))).toBe(false);
  });
});

describe('no id holds', () => {
  const controls = ['\u0000', '\t', '\n', '\r', '\u001f', '\u007f', '\u0080', '\u009f'];
  test.each(controls)('the control character %j', (control) => {
    for (const text of [control, `a${control}`, `${control}b`, `a${control}b`]) {
      const found = `(found: a string of ${text.length} characters)`;
      for (const field of ['id', 'userId', 'source']) {
        const problem = `must not contain control characters ${found}`;
        expect(readChange(changeBody({ [field]: text }))).toEqual({ field, problem });
      }
    }
  });

  test.each(['\ud83d', '\ude00', 'a\ud83db', '\ude00\ud83d'])('the half pair %j', (text) => {
    const problem = `must not contain half a surrogate pair (found: a string of ${text.length} characters)`;
    expect(readChange(changeBody({ userId: text }))).toEqual({ field: 'userId', problem });
  });

  test('but anything else that can be printed', () => {
    for (const userId of [' ', 'ä', '\u00a0', '~', '😀', '"\'\\', '../..', '\u2028', 'שלום']) {
      expect(readChange(changeBody({ userId }))).toMatchObject({ member: { memberId: userId } });
    }
  });
});

describe('what is no JSON object', () => {
  const cases: [unknown, string][] = [
    [null, 'null'],
    [undefined, 'nothing'],
    [[], 'an array'],
    [[changeBody()], 'an array'],
    ['join', 'a string of 4 characters'],
    [1, 'a number'],
    [false, 'a boolean'],
  ];
  test.each(cases)('%j is told by its kind', (value, kind) => {
    expect(readChange(value)).toEqual({ field: 'body', problem: `must be a JSON object, is ${kind}` });
  });
});

test('an object is an object, with anything in it', () => {
  expect(kindOf({})).toBe('an object');
});

test('every valid body is read, and means what it says', () => {
  fc.assert(
    fc.property(arbitrary.changeBody, (body) => {
      const read = readChange(JSON.parse(JSON.stringify(body)));
      if (isInvalid(read)) throw new Error(`${read.field}: ${read.problem}`);
      const { member, occurredAtMs, ...rest } = read;
      expect(body).toMatchObject({ [member.idKind]: member.memberId, occurredAt: iso(occurredAtMs) });
      expect(body).toMatchObject({ appId: member.appId, conversationId: member.conversationId });
      expect({ subscribeSDKClient: false, ...body }).toMatchObject(rest);
    }),
  );
});

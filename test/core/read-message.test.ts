import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correctionBody } from '../../functions/core/correction.ts';
import { ATTRIBUTE } from '../../functions/core/message.ts';
import { type MessageRead, readMessage, refusalByApp } from '../../functions/core/read-message.ts';
import { versionOf } from '../../functions/core/version.ts';
import * as arbitrary from '../support/arbitraries.ts';
import {
  appRow,
  changeBody,
  DAY,
  iso,
  MINUTE,
  memberKey,
  NOW,
  queueMessage,
  receivedChange,
  version,
} from '../support/builders.ts';
import { codePoint } from '../support/code-point.ts';

function read(body: unknown): MessageRead {
  return readMessage(queueMessage(body), NOW);
}

describe('a change', () => {
  test('is read with the version that its time and its first arrival give it', () => {
    const message = queueMessage();
    expect(readMessage(message, NOW)).toMatchObject({
      kind: 'change',
      message,
      change: { id: 'change-1', member: memberKey() },
      version: versionOf(NOW - MINUTE, {
        sentAtMs: message.sentAtMs,
        sequenceNumber: message.sequenceNumber,
      }),
    });
  });

  test('keeps its version when it is redriven', () => {
    const attributes = { [ATTRIBUTE.firstSentAtMs]: '5', [ATTRIBUTE.firstSequenceNumber]: '6' };
    expect(readMessage(queueMessage(undefined, { attributes }), NOW)).toMatchObject({
      version: versionOf(NOW - MINUTE, { sentAtMs: 5, sequenceNumber: '6' }),
    });
  });
});

describe('a time', () => {
  const ofTime = (occurredAtMs: number) => read(changeBody({ occurredAt: iso(occurredAtMs) }));
  const names = { member: memberKey(), changeId: 'change-1' };

  test('up to five minutes ahead of the clock is a clock’s', () => {
    expect(ofTime(NOW + 5 * MINUTE)).toMatchObject({ kind: 'change' });
  });

  test('further ahead would win for ever', () => {
    expect(ofTime(NOW + 5 * MINUTE + 1)).toMatchObject({
      kind: 'refused',
      reason: 'invalid',
      detail: 'occurredAt: is more than five minutes in the future',
      ...names,
    });
  });

  test('up to 30 days ago is remembered', () => {
    expect(ofTime(NOW - 30 * DAY)).toMatchObject({ kind: 'change' });
  });

  test('longer ago is not', () => {
    expect(ofTime(NOW - 30 * DAY - 1)).toMatchObject({
      kind: 'refused',
      reason: 'too_old',
      detail: 'occurredAt: is more than 30 days ago',
      ...names,
    });
  });

  test('before 1970 is only very old', () => {
    expect(ofTime(-DAY)).toMatchObject({ reason: 'too_old' });
  });
});

describe('what is no change is refused as invalid, by field:', () => {
  const cases: [unknown, detail: string][] = [
    ['', 'body: is not JSON'],
    ['join ann', 'body: is not JSON'],
    ['{"id":"change-1"', 'body: is not JSON'],
    [`\ufeff${JSON.stringify(changeBody())}`, 'body: is not JSON'],
    ['null', 'body: must be a JSON object, is null'],
    ['[]', 'body: must be a JSON object, is an array'],
    ['"correction"', 'body: must be a JSON object, is a string of 10 characters'],
    [changeBody({ action: 'kick' }), 'action: must be "join" or "leave" (found: a string of 4 characters)'],
    [changeBody({ kind: 'correction' }), 'idKind: is not as the reconciler makes it (found: nothing)'],
  ];
  test.each(cases)('%j', (body, detail) => {
    const message = queueMessage(body);
    expect(readMessage(message, NOW)).toEqual({ kind: 'refused', message, reason: 'invalid', detail });
  });
});

describe('a correction', () => {
  const correction = {
    member: memberKey(),
    plannedAgainst: version(),
    cause: 'missing',
    passId: 'pass-1',
  } as const;

  test('is told from a change', () => {
    const message = queueMessage(correctionBody(correction));
    expect(readMessage(message, NOW)).toEqual({ kind: 'correction', message, correction });
  });

  test('that nobody can have planned is refused', () => {
    expect(read(correctionBody({ ...correction, passId: '' }))).toMatchObject({
      kind: 'refused',
      reason: 'invalid',
      detail: 'passId: is not as the reconciler makes it (found: a string of 0 characters)',
    });
  });
});

describe('what the app declares', () => {
  const received = receivedChange();
  const names = { kind: 'refused', message: received.message, member: memberKey(), changeId: 'change-1' };

  test('lets a change pass that names its member as it should', () => {
    expect(refusalByApp(received, appRow())).toBeUndefined();
    const byExternalId = receivedChange({ change: { member: memberKey({ idKind: 'userExternalId' }) } });
    expect(refusalByApp(byExternalId, appRow({ idKind: 'userExternalId' }))).toBeUndefined();
  });

  test('refuses the other kind of id', () => {
    expect(refusalByApp(received, appRow({ idKind: 'userExternalId' }))).toEqual({
      ...names,
      reason: 'id_kind',
      detail: 'userId: this app’s members are named by userExternalId'.replace('’', "'"),
    });
  });

  test('refuses a leave of a protected member, and nothing else', () => {
    const app = appRow({ protectedMembers: ['ann'] });
    const leave = (memberId: string) =>
      receivedChange({ change: { action: 'leave', member: memberKey({ memberId }) } });
    expect(refusalByApp(received, app)).toBeUndefined();
    expect(refusalByApp(leave('bob'), app)).toBeUndefined();
    expect(refusalByApp(leave('ann'), appRow())).toBeUndefined();
    const protectedLeave = leave('ann');
    expect(refusalByApp(protectedLeave, app)).toEqual({
      ...names,
      message: protectedLeave.message,
      reason: 'protected',
      detail: 'action: this member is protected from leaving',
    });
  });

  test('refuses everything by not being there', () => {
    expect(refusalByApp(received, undefined)).toEqual({
      ...names,
      reason: 'unknown_app',
      detail: 'appId: is not declared; see rollcall app set',
    });
  });
});

/** A valid body with some of its fields replaced, taken away or doubled. */
const mutated = fc
  .tuple(
    arbitrary.changeBody,
    fc.dictionary(
      fc.constantFrom(
        'version',
        'id',
        'action',
        'appId',
        'conversationId',
        'userId',
        'userExternalId',
        'occurredAt',
        'kind',
        'source',
        '__proto__',
      ),
      fc.oneof(
        fc.jsonValue(),
        fc.constant(undefined),
        fc.constantFrom('correction', 'join', '../x', '\u0000', 'x'.repeat(300)),
      ),
    ),
  )
  .map(([body, wrong]) => JSON.stringify({ ...body, ...wrong }));

/** A valid body with something in its text cut out, or put in. */
const torn = fc
  .tuple(arbitrary.changeBody, fc.nat({ max: 300 }), fc.nat({ max: 20 }), fc.string({ maxLength: 5 }))
  .map(([body, at, length, inserted]) => {
    const text = JSON.stringify(body);
    return text.slice(0, at) + inserted + text.slice(at + length);
  });

describe('whatever stands in a body', () => {
  const bodies = fc.oneof(fc.string(), fc.string({ unit: codePoint }), fc.json(), mutated, torn);

  test('it is read or refused, never thrown over', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const message = queueMessage(body);
        const result = readMessage(message, NOW);
        expect(['change', 'correction', 'refused']).toContain(result.kind);
        expect(result.message).toBe(message);
      }),
      { numRuns: 2_000 },
    );
  });

  test('ten thousand brackets are no exception', () => {
    expect(read('['.repeat(10_000))).toMatchObject({ detail: 'body: is not JSON' });
    expect(read('['.repeat(10_000) + ']'.repeat(10_000))).toMatchObject({
      detail: 'body: must be a JSON object, is an array',
    });
    expect(read(`{"id":${'['.repeat(10_000)}${']'.repeat(10_000)}}`)).toMatchObject({ kind: 'refused' });
  });

  test('no value of it is repeated where it is refused', () => {
    const mark = 'P3RSON';
    const value = fc.constantFrom<unknown>(
      mark,
      `${mark}\u0000`,
      [mark],
      { [mark]: mark },
      `${mark}/..`,
      mark.repeat(99),
    );
    const fields = [
      'version',
      'id',
      'action',
      'appId',
      'conversationId',
      'userId',
      'userExternalId',
      'occurredAt',
      'source',
    ];
    const wrong = fc.dictionary(fc.constantFrom(...fields, mark), value, { minKeys: 1 });
    fc.assert(
      fc.property(wrong, fc.boolean(), (overrides, isCorrection) => {
        const result = read({ ...changeBody(overrides), ...(isCorrection && { kind: 'correction' }) });
        if (result.kind === 'refused') expect(result.detail).not.toContain(mark);
      }),
      { numRuns: 500 },
    );
  });

  test('a valid change that is recent is a change', () => {
    fc.assert(
      fc.property(arbitrary.changeBody, (body) => {
        expect(read(body)).toMatchObject({ kind: 'change' });
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appRowSchema } from '../../functions/core/app.ts';
import { foldPerMember } from '../../functions/core/fold.ts';
import type { QueueMessage } from '../../functions/core/message.ts';
import { type MessageRead, readMessage, refusalByApp } from '../../functions/core/read-message.ts';
import { type Expected, expectedMembership, expectedParked } from '../../local/expected-membership.ts';
import { anyChange } from '../support/change-arbitraries.ts';

const AS_OF = '2026-01-15T12:00:00.000Z';
const NOW_MS = Date.parse(AS_OF);
const APP = { appId: 'app', idKind: 'userId' } as const;
const FACTS = { asOf: AS_OF, apps: [APP] };
const CHANGE = {
  id: 'c-1',
  action: 'join',
  appId: 'app',
  conversationId: 'room',
  userId: 'a',
  occurredAt: '2026-01-15T09:00:00.000Z',
};

const line = (fields: object = {}) => JSON.stringify({ ...CHANGE, ...fields });
const expected = (...lines: readonly string[]): Expected => expectedMembership(lines, FACTS);
const present = ({ members }: Expected) =>
  [...members.values()].filter((member) => member.present).map(({ memberId }) => memberId);

describe('the members a file of changes must lead to', () => {
  it('are those whose newest change is a join, whatever the order of the lines', () => {
    const late = line({ id: 'c-0', action: 'leave', occurredAt: '2026-01-15T08:00:00.000Z' });
    expect(present(expected(line(), late))).toEqual(['a']);
    expect(present(expected(late, line()))).toEqual(['a']);
    expect(expected(line(), late).perLine.map(({ kind }) => kind)).toEqual(['newest', 'older']);
  });

  it('at a tie are what the later line says, in whatever zone it says so', () => {
    const leave = line({ id: 'c-2', action: 'leave', occurredAt: '2026-01-15T11:30:00.000+02:30' });
    expect(present(expected(line(), leave))).toEqual([]);
    expect(present(expected(leave, line()))).toEqual(['a']);
  });

  it('are not touched by a repeat, which is not a later arrival', () => {
    const leave = line({ id: 'c-2', action: 'leave' });
    const { perLine, members } = expected(line(), leave, line());
    expect(perLine[2]).toEqual({ kind: 'repeat', of: 1, changeId: 'c-1' });
    expect([...members.values()][0]).toMatchObject({ present: false, line: 2 });
  });

  it('are told apart by every byte of their ids', () => {
    const ids = ['E-1', 'e-1', ' E-1', 'größe', 'größe'.normalize('NFD'), '__proto__', 'constructor'];
    expect(present(expected(...ids.map((userId) => line({ userId }))))).toEqual(ids);
  });

  it('leave out whom the vendor does not know', () => {
    const stranger = line({ userId: 'missing-1' });
    const noRoom = line({ conversationId: 'missing-room' });
    const neither = line({ conversationId: 'missing-room', userId: 'missing-1' });
    const goes = line({ userId: 'missing-2', action: 'leave' });
    const result = expected(stranger, noRoom, neither, goes);
    expect(present(result)).toEqual([]);
    expect(expectedParked(result)).toEqual({ user_not_found: 1, conversation_not_found: 2 });
    expect(result.perLine[3]).toMatchObject({ kind: 'newest' });
  });

  it('say that the older join of a stranger may be parked, and need not be', () => {
    const goes = line({ id: 'c-2', userId: 'missing-1', action: 'leave', occurredAt: AS_OF });
    const { perLine } = expected(line({ userId: 'missing-1' }), goes);
    expect(perLine[0]).toMatchObject({ kind: 'older', planted: 'user_not_found' });
  });

  it('are not touched by a line that is no change', () => {
    const correction = line({
      kind: 'correction',
      version: 1,
      idKind: 'userId',
      memberId: 'a',
      cause: 'missing',
      passId: 'p',
    });
    const result = expected('', ' \r', 'x', correction, line({ kind: 'correction' }));
    expect(result.perLine.map(({ kind }) => kind)).toEqual([
      'blank',
      'blank',
      'parked',
      'correction',
      'parked',
    ]);
    expect(result.members.size).toBe(0);
  });
});

describe('the two opinions', () => {
  const DECLARED = appRowSchema.parse(APP);
  const recently = fc
    .integer({ min: -31 * 86_400_000, max: 10 * 60_000 })
    .map((ms) => new Date(NOW_MS + ms).toISOString());
  const nearly = fc
    .tuple(anyChange(), recently, fc.constantFrom('app', 'other'), fc.constantFrom(0, 1, 2, 3))
    .map(([value, occurredAt, appId, keep]) =>
      typeof value === 'object' && value !== null && keep > 0
        ? { ...value, appId, ...(keep > 1 && { occurredAt }) }
        : value,
    );
  const onTheBorder = fc
    .constantFrom(
      ...[300_000, 300_001, -2_592_000_000, -2_592_000_001].map((ms) => new Date(NOW_MS + ms).toISOString()),
      ...['+23:59', '+24:00', '-00:00', '+05:60'].map((zone) => AS_OF.replace('Z', zone)),
    )
    .map((occurredAt) => ({ ...CHANGE, occurredAt }));
  const correction = {
    version: 1,
    kind: 'correction',
    appId: 'app',
    conversationId: 'room',
    idKind: 'userId',
    memberId: 'a',
    cause: 'missing',
    passId: 'p',
  };
  const nearlyCorrection = fc
    .constantFrom<object>(
      {},
      { cause: 'deferred', plannedAgainst: 'v' },
      { memberId: 'x'.repeat(255), passId: 'x'.repeat(128) },
      { version: 2 },
      { appId: 'a/b' },
      { conversationId: '' },
      { idKind: 'email' },
      { memberId: '' },
      { memberId: 'x'.repeat(257) },
      { plannedAgainst: null },
      { cause: 'because' },
      { passId: '' },
      { passId: 'x'.repeat(129) },
    )
    .map((fields) => ({ ...correction, ...fields }));
  const body = fc.oneof(
    { weight: 20, arbitrary: nearly.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: onTheBorder.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: nearlyCorrection.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.string().filter((text) => text.trim() !== '') },
  );

  it('agree on every single line', () => {
    fc.assert(
      fc.property(body, (text) => {
        expect(consumersVerdict(text, 0)).toEqual(withoutStrangers(expected(text)));
      }),
      { numRuns: 3_000 },
    );
  });

  it('agree on who decides, however changes of few members follow one another', () => {
    const change = fc
      .record({
        action: fc.constantFrom('join', 'leave'),
        userId: fc.constantFrom('a', 'b', 'c'),
        occurredAt: fc.constantFrom(
          CHANGE.occurredAt,
          '2026-01-15T10:00:00.000+01:00',
          '2026-01-15T10:00:00.000Z',
        ),
      })
      .map((fields) => ({ ...CHANGE, ...fields }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 20 }), (changes) => {
        const lines = changes.map((fields, index) => JSON.stringify({ ...fields, id: `c-${index}` }));
        const received = lines.map(messageOf).map((message) => readMessage(message, NOW_MS));
        const folded = foldPerMember(received.filter((read) => read.kind === 'change'));
        const decided = folded.map(({ newest }) => [newest.change.member.memberId, newest.change.action]);
        const members = [...expected(...lines).members.values()];
        expect(members.map(({ memberId, present }) => [memberId, present ? 'join' : 'leave'])).toEqual(
          decided,
        );
      }),
    );
  });

  function consumersVerdict(text: string, index: number) {
    const read: MessageRead = readMessage(messageOf(text, index), NOW_MS);
    const refused =
      read.kind === 'change'
        ? refusalByApp(read, read.change.member.appId === APP.appId ? DECLARED : undefined)
        : read;
    if (refused?.kind === 'correction') return 'correction';
    return refused?.reason ?? 'change';
  }

  function withoutStrangers({ perLine: [verdict] }: Expected) {
    if (verdict?.kind !== 'parked') return verdict?.kind === 'newest' ? 'change' : verdict?.kind;
    return verdict.reason.endsWith('_not_found') ? 'change' : verdict.reason;
  }

  function messageOf(body: string, index: number): QueueMessage {
    return {
      messageId: `m-${index}`,
      receiptHandle: 'r',
      body,
      groupId: 'g',
      sentAtMs: NOW_MS + Math.floor(index / 2),
      sequenceNumber: String(index),
      receiveCount: 1,
      attributes: {},
    };
  }
});

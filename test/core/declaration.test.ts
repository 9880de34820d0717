import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planDeclaration, readDeclaration } from '../../functions/core/declaration.ts';
import { readOutgoing } from '../../functions/core/outgoing-change.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import { appRow, DAY, HOUR, iso, memberKey, memberRow, NOW, version } from '../support/builders.ts';
import { codePoint } from '../support/code-point.ts';

const DECLARED = { appId: 'shop', conversationId: 'orders', members: ['ann', 'bob'] };

describe('a declaration', () => {
  test('names a conversation and all of its members', () => {
    expect(readDeclaration(DECLARED)).toEqual(DECLARED);
    expect(readDeclaration({ ...DECLARED, members: [], occurredAt: iso(NOW) })).toMatchObject({
      members: [],
    });
  });

  test.each([
    ['no object', [], 'body', /^must be a JSON object, is an array$/],
    ['no object', null, 'body', /^must be a JSON object, is null$/],
    ['no object', 'secret', 'body', /^must be a JSON object, is a string of 6 characters$/],
    ['no object', 7, 'body', /^must be a JSON object, is a number$/],
    ['no app', { ...DECLARED, appId: undefined }, 'appId', /^must be a string \(found: nothing\)/],
    [
      'a path for a conversation',
      { ...DECLARED, conversationId: '../x' },
      'conversationId',
      /letters, digits/,
    ],
    [
      'no members',
      { appId: 'shop', conversationId: 'orders' },
      'members',
      /^must be an array of ids \(found: nothing\)$/,
    ],
    ['a number for a member', { ...DECLARED, members: ['ann', 7] }, 'members[1]', /string.*found: a number/],
    ['an empty id', { ...DECLARED, members: [''] }, 'members[0]', /must not be empty/],
    [
      'a control character',
      { ...DECLARED, members: ['secret\u0007'] },
      'members[0]',
      /found: a string of 7 characters/,
    ],
    ['one person twice', { ...DECLARED, members: ['ann', 'ann'] }, 'members', /^names somebody twice/],
    [
      'a day for a time',
      { ...DECLARED, occurredAt: '2026-01-31' },
      'occurredAt',
      /ISO 8601 time with milliseconds/,
    ],
    ['nobody for a member', { ...DECLARED, members: [undefined] }, 'members[0]', /^must be a string/],
    ['a field of its own', { ...DECLARED, member: ['ann'] }, 'member', 'is no field of a declaration'],
    ['a field that a terminal obeys', { ...DECLARED, 'secret\u0007': 1 }, 'body', /none of a declaration$/],
    ['a field that a terminal obeys', { ...DECLARED, '\u0007secret': 1 }, 'body', /none of a declaration$/],
  ])('with %s is refused, by field and without the value', (_, value, field, problem) => {
    const read = readDeclaration(value);
    expect(read).toEqual({ field, problem: expect.stringMatching(problem) });
    expect(JSON.stringify(read)).not.toContain('secret');
  });
});

function plan(
  members: readonly string[],
  rows: readonly MemberRow[],
  { occurredAt, protectedMembers = [] }: { occurredAt?: string; protectedMembers?: readonly string[] } = {},
) {
  const declaration = { ...DECLARED, members, ...(occurredAt !== undefined && { occurredAt }) };
  return planDeclaration(declaration, appRow({ protectedMembers }), rows, NOW);
}

const row = (memberId: string, overrides: Partial<MemberRow> = {}) =>
  memberRow({ key: memberKey({ memberId }), ...overrides });

describe('the difference to the roster', () => {
  test('is a join for whom nobody wished in, and a leave for whom nobody declared', () => {
    const rows = [row('bob'), row('cyd'), row('dee', { action: 'leave' }), row('eve', { action: 'leave' })];
    const { joins, leaves, changes } = plan(['ann', 'bob', 'dee'], rows);
    expect({ joins, leaves }).toEqual({ joins: ['ann', 'dee'], leaves: ['cyd'] });
    expect(changes.map((text) => JSON.parse(text))).toMatchObject([
      { action: 'join', userId: 'ann', appId: 'shop', conversationId: 'orders', occurredAt: iso(NOW) },
      { action: 'join', userId: 'dee' },
      { action: 'leave', userId: 'cyd' },
    ]);
  });

  test('is nothing for those who have no row or are managed no more', () => {
    expect(plan([], [row('ann', { state: 'unmanaged' })]).changes).toEqual([]);
    expect(plan(['ann'], [row('ann', { state: 'unmanaged' })]).joins).toEqual(['ann']);
  });

  test('never removes a protected member, and says so', () => {
    const { leaves, protectedMembers } = plan([], [row('bot'), row('ann')], { protectedMembers: ['bot'] });
    expect({ leaves, protectedMembers }).toEqual({ leaves: ['ann'], protectedMembers: ['bot'] });
  });

  test('leaves alone whom a change from after the declaration decided', () => {
    const rows = [
      row('ann', { version: version(-HOUR) }),
      row('bob', { action: 'leave', version: version(-HOUR) }),
    ];
    const then = { occurredAt: iso(NOW - DAY) };
    expect(plan(['bob'], rows, then)).toMatchObject({ joins: [], leaves: [], newer: ['bob', 'ann'] });
    expect(plan(['bob'], rows)).toMatchObject({ joins: ['bob'], leaves: ['ann'], newer: [] });
  });

  test('does not leave alone whom a change of the same moment decided', () => {
    const rows = [row('ann', { version: version(-HOUR) })];
    expect(plan([], rows, { occurredAt: iso(NOW - HOUR) })).toMatchObject({ leaves: ['ann'], newer: [] });
  });

  test('allows as many leaves as the reconciler might make of those wished for', () => {
    const rows = Array.from({ length: 12 }, (_, index) => row(`p${index}`));
    expect(plan([], rows).leaveLimit).toBe(3);
    expect(plan([], [row('ann')]).leaveLimit).toBe(0);
  });
});

describe('the ids of its changes', () => {
  const idsOf = ({ changes }: { changes: readonly string[] }) =>
    changes.map((text) => (JSON.parse(text) as { id: string }).id);

  test('are the same for the same declaration, in whatever order it names its members', () => {
    const ids = idsOf(plan(['ann', 'bob'], []));
    expect(new Set(ids).size).toBe(2);
    expect(idsOf(plan(['bob', 'ann'], [])).toSorted()).toEqual(ids.toSorted());
  });

  test('are others for any other declaration', () => {
    const told = [
      plan(['ann'], []),
      plan(['ann', 'bob'], []),
      plan(['ann'], [], { occurredAt: iso(NOW) }),
      plan(['ann'], [], { occurredAt: iso(NOW - 1) }),
      planDeclaration({ ...DECLARED, members: ['ann'], appId: 'bank' }, appRow(), [], NOW),
      planDeclaration({ ...DECLARED, members: ['ann'], conversationId: 'loans' }, appRow(), [], NOW),
    ].map((each) => idsOf(each)[0]);
    expect(new Set(told).size).toBe(told.length);
  });

  test('are others once the roster has moved on, so that declaring again what was undone is no repeat', () => {
    const [first] = idsOf(plan([], [row('ann')]));
    const [again] = idsOf(plan([], [row('ann', { version: version(-1) })]));
    expect(again).not.toBe(first);
  });
});

test('whatever is declared becomes changes that the consumer accepts', () => {
  const id = fc.string({ unit: codePoint, minLength: 1, maxLength: 80 });
  fc.assert(
    fc.property(fc.uniqueArray(id, { maxLength: 5 }), (members) => {
      const read = readDeclaration({ ...DECLARED, members });
      if ('problem' in read) return;
      for (const text of planDeclaration(read, appRow(), [], NOW).changes) {
        expect(readOutgoing(text, NOW)).toMatchObject({ change: { action: 'join' } });
      }
    }),
  );
});

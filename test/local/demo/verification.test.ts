import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Evidence, RosterRow } from '../../../local/demo/evidence.ts';
import { verify } from '../../../local/demo/verification.ts';
import { expectedMembership } from '../../../local/expected-membership.ts';

const FACTS = { asOf: '2026-01-15T12:00:00.000Z', apps: [{ appId: 'shop', idKind: 'userId' }] } as const;

function line(id: string, userId: string, fields: object = {}): string {
  const time = { occurredAt: '2026-01-15T09:00:00.000Z' };
  return JSON.stringify({
    id,
    action: 'join',
    appId: 'shop',
    conversationId: 'c1',
    userId,
    ...time,
    ...fields,
  });
}

const ANN_JOINS = line('1', 'ann');
const BOB_JOINS = line('2', 'bob');
const BOB_LEAVES = line('3', 'bob', { action: 'leave', occurredAt: '2026-01-15T10:00:00.000Z' });
const STRANGER_JOINS = line('4', 'missing-1');
const GARBAGE = 'no change at all';
const LINES = [ANN_JOINS, BOB_JOINS, BOB_LEAVES, STRANGER_JOINS, GARBAGE, GARBAGE];
const EXPECTED = expectedMembership(LINES, FACTS);

const name = (userId: string) => JSON.stringify(['shop', 'c1', userId]);
const ANN = name('ann');
const BOB = name('bob');

function row(userId: string, changeId: string, fields: Partial<RosterRow> = {}): [string, RosterRow] {
  const at = { occurredAtMs: Date.parse('2026-01-15T09:00:00.000Z') };
  const member = name(userId);
  return [member, { member, changeId, action: 'join', state: 'applied', ...at, ...fields }];
}

/** All as it must be. */
function evidence(): { -readonly [Key in keyof Evidence]: Evidence[Key] } & {
  rows: Map<string, RosterRow>;
  present: Set<string>;
} {
  return {
    accepted: LINES.map((body, index) => ({ messageId: `m-${index}`, body, line: index })),
    queued: 0,
    parked: [
      { body: STRANGER_JOINS, reason: 'user_not_found' },
      { body: GARBAGE, reason: 'invalid' },
      { body: GARBAGE, reason: 'invalid' },
    ],
    rows: new Map([
      row('ann', '1'),
      row('bob', '3', { action: 'leave', occurredAtMs: Date.parse('2026-01-15T10:00:00.000Z') }),
      row('missing-1', '4', { state: 'parked' }),
    ]),
    present: new Set([ANN]),
  };
}

type Planted = ReturnType<typeof evidence>;
function findings(plant: (planted: Planted) => void) {
  const planted = evidence();
  plant(planted);
  const { lost, mismatched } = verify(EXPECTED, planted);
  return { lost, mismatched };
}
const NOTHING = { lost: [], mismatched: [] };

test('finds nothing where all is as the file says, and counts whom it has compared', () => {
  expect(verify(EXPECTED, evidence())).toEqual({ ...NOTHING, compared: 3 });
});

describe('what is lost', () => {
  test('is a change that left no trace in the roster', () => {
    expect(findings(({ rows }) => rows.delete(ANN)).lost).toEqual(['line 1']);
  });

  test('is a change whose row is older than itself', () => {
    const { lost } = findings(({ rows }) => rows.set(...row('bob', '2')));
    expect(lost).toEqual(['line 3']);
  });

  test('is a parked change that the dead-letter queue has no more', () => {
    const { lost, mismatched } = findings((planted) => {
      planted.parked = planted.parked.slice(1);
      planted.rows.delete(name('missing-1'));
    });
    expect(lost).toEqual(['line 4']);
    expect(mismatched).toContain('line 4: parked not at all');
  });

  test('is the second of two messages that read the same', () => {
    const { lost } = findings((planted) => {
      planted.parked = planted.parked.slice(0, 2);
    });
    expect(lost).toEqual(['line 6']);
  });

  test('is a parked change whose body has been touched', () => {
    const found = findings((planted) => {
      planted.parked = [...planted.parked.slice(0, 2), { body: `${GARBAGE} `, reason: 'invalid' }];
    });
    expect(found.lost).toEqual(['line 6']);
    expect(found.mismatched).toContain('a body is parked as invalid that nobody sent, or not so often');
  });
});

describe('a mismatch', () => {
  test.each<[string, (planted: Planted) => void, string]>([
    [
      'is a member whom the vendor lacks',
      ({ present }) => present.delete(ANN),
      'line 1: the vendor lacks its member',
    ],
    [
      'is a member whom the vendor still has',
      ({ present }) => present.add(BOB),
      'line 3: the vendor still has its member',
    ],
    [
      'is somebody whom the vendor has and no line names',
      ({ present }) => present.add(name('eve')),
      'the vendor has a member that no line names',
    ],
    [
      'is somebody whom the roster has and no line names',
      ({ rows }) => rows.set(...row('eve', '9')),
      'the roster has a member that no line names',
    ],
    [
      'is a row that says the opposite of what the vendor has',
      ({ rows }) => rows.set(...row('ann', '1', { action: 'leave' })),
      'line 1: the roster says leave, applied, by change 1',
    ],
    [
      'is a row that another change than the newest decides',
      ({ rows }) => rows.set(...row('ann', '7')),
      'line 1: the roster says join, applied, by change 7',
    ],
    [
      'is a wish that still waits',
      ({ rows }) => rows.set(...row('ann', '1', { state: 'deferred' })),
      'line 1: the roster says join, deferred, by change 1',
    ],
    [
      'is a wish that nobody manages, without its conversation being gone',
      ({ rows }) => rows.set(...row('bob', '3', { action: 'leave', state: 'unmanaged', occurredAtMs: 9e15 })),
      'line 3: the roster says leave, unmanaged, by change 3',
    ],
    [
      'is a change that is parked without a cause',
      (planted) => {
        planted.parked = [...planted.parked, { body: ANN_JOINS, reason: 'rejected' }];
        planted.rows.set(...row('ann', '1', { state: 'parked' }));
      },
      'line 1: parked rejected',
    ],
    [
      'is a change that is parked for another reason than the planted one',
      (planted) => {
        planted.parked = planted.parked.with(0, { body: STRANGER_JOINS, reason: 'crashes' });
      },
      'line 4: parked crashes',
    ],
    [
      'is a change that is both parked and applied',
      ({ rows }) => rows.set(...row('missing-1', '4')),
      'line 4: parked and applied',
    ],
    [
      'is a change that is parked twice',
      (planted) => {
        planted.parked = [...planted.parked, { body: STRANGER_JOINS, reason: 'user_not_found' }];
      },
      'a body is parked as user_not_found that nobody sent, or not so often',
    ],
    [
      'is a change that is parked and still on its queue',
      (planted) => {
        planted.queued = 1;
      },
      'the change queue still holds 1 messages',
    ],
  ])('%s', (_, plant, mismatch) => {
    expect(findings(plant).mismatched).toContain(mismatch);
  });
});

test('an older change of a stranger may be parked, and need not be', () => {
  const leaves = line('5', 'missing-1', { action: 'leave', occurredAt: '2026-01-15T10:00:00.000Z' });
  const lines = [STRANGER_JOINS, leaves];
  const stranger = row('missing-1', '5', {
    action: 'leave',
    occurredAtMs: Date.parse('2026-01-15T10:00:00.000Z'),
  });
  const found = (parked: Evidence['parked']) =>
    verify(expectedMembership(lines, FACTS), {
      accepted: lines.map((body, index) => ({ messageId: `m-${index}`, body, line: index })),
      queued: 0,
      parked,
      rows: new Map([stranger]),
      present: new Set(),
    });
  expect(found([])).toMatchObject(NOTHING);
  expect(found([{ body: STRANGER_JOINS, reason: 'user_not_found' }])).toMatchObject(NOTHING);
});

test.each(['verification', 'evidence', 'drift-findings'])(
  '%s takes no word of the functions for it',
  (file) => {
    const text = readFileSync(join(import.meta.dirname, `../../../local/demo/${file}.ts`), 'utf8');
    expect(text).not.toMatch(/from '[./]+functions\//);
  },
);

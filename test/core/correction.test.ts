import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInvalid } from '../../functions/core/change.ts';
import {
  CORRECTION_CAUSES,
  type Correction,
  correctionBody,
  readCorrection,
  saysCorrection,
} from '../../functions/core/correction.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { memberKey, version } from '../support/builders.ts';

const CORRECTION: Correction = {
  member: memberKey(),
  plannedAgainst: version(),
  cause: 'missing',
  passId: 'pass-1',
};

/** The body of a correction with what a test is about laid over it; `undefined` leaves a field out. */
function body(overrides: Record<string, unknown> = {}): unknown {
  return JSON.parse(JSON.stringify({ ...JSON.parse(correctionBody(CORRECTION)), ...overrides }));
}

test('a correction names the member, the version it was planned against, the cause and the pass', () => {
  expect(body()).toEqual({
    version: 1,
    kind: 'correction',
    appId: 'shop',
    conversationId: 'orders',
    idKind: 'userId',
    memberId: 'ann',
    plannedAgainst: version(),
    cause: 'missing',
    passId: 'pass-1',
  });
});

test('whatever the reconciler sends, the consumer reads', () => {
  const correction = fc.record(
    {
      member: arbitrary.memberKey,
      plannedAgainst: fc.string(),
      cause: fc.constantFrom(...CORRECTION_CAUSES),
      passId: arbitrary.pathId,
    },
    { requiredKeys: ['member', 'cause', 'passId'] },
  );
  fc.assert(
    fc.property(correction, (sent) => {
      const value: unknown = JSON.parse(correctionBody(sent));
      expect(saysCorrection(value)).toBe(true);
      expect(readCorrection(value)).toEqual(sent);
    }),
  );
});

test('planned against no row is told from planned against one', () => {
  expect(readCorrection(body({ plannedAgainst: undefined }))).not.toHaveProperty('plannedAgainst');
  expect(readCorrection(body())).toHaveProperty('plannedAgainst', version());
});

test('there are three causes', () => {
  expect(CORRECTION_CAUSES).toEqual(['deferred', 'missing', 'unexpected']);
});

describe('a body says that it is a correction', () => {
  test.each([{ kind: 'correction' }, { kind: 'correction', id: 7 }])('%j', (value) => {
    expect(saysCorrection(value)).toBe(true);
  });

  test.each([null, 'correction', 7, [], {}, { kind: 'change' }, { kind: ['correction'] }, ['correction']])(
    'not %j',
    (value) => {
      expect(saysCorrection(value)).toBe(false);
    },
  );
});

describe('a correction that the reconciler cannot have made is refused by its field', () => {
  const cases: [Record<string, unknown>, field: string, found: string][] = [
    [{ version: 2 }, 'version', 'a number'],
    [{ version: undefined }, 'version', 'nothing'],
    [{ kind: 'change' }, 'kind', 'a string of 6 characters'],
    [{ appId: '../x' }, 'appId', 'a string of 4 characters'],
    [{ appId: 7 }, 'appId', 'a number'],
    [{ conversationId: 'a/b' }, 'conversationId', 'a string of 3 characters'],
    [{ conversationId: '' }, 'conversationId', 'a string of 0 characters'],
    [{ idKind: 'email' }, 'idKind', 'a string of 5 characters'],
    [{ memberId: '' }, 'memberId', 'a string of 0 characters'],
    [{ memberId: 'x'.repeat(256) }, 'memberId', 'a string of 256 characters'],
    [{ memberId: null }, 'memberId', 'null'],
    [{ plannedAgainst: 7 }, 'plannedAgainst', 'a number'],
    [{ cause: 'mood' }, 'cause', 'a string of 4 characters'],
    [{ passId: '' }, 'passId', 'a string of 0 characters'],
    [{ passId: 'x'.repeat(129) }, 'passId', 'a string of 129 characters'],
    [{ passId: undefined }, 'passId', 'nothing'],
  ];
  test.each(cases)('%j: %s', (wrong, field, found) => {
    expect(readCorrection(body(wrong))).toEqual({
      field,
      problem: `is not as the reconciler makes it (found: ${found})`,
    });
  });

  test('but ids as long as a change may have them are read', () => {
    expect(readCorrection(body({ memberId: 'x'.repeat(255), passId: 'x'.repeat(128) }))).toMatchObject({
      passId: 'x'.repeat(128),
    });
  });
});

test('anybody may send one: no object is read as anything but a whole correction, and none brings the reader down', () => {
  fc.assert(
    fc.property(fc.object(), (value) => {
      expect(isInvalid(readCorrection({ ...value, kind: 'correction' }))).toBe(true);
    }),
  );
});

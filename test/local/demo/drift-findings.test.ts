import { describe, expect, test } from 'vitest';
import type { Drift } from '../../../local/demo/drift.ts';
import { judgeDrift, type Snapshots } from '../../../local/demo/drift-findings.ts';

const name = (conversation: string, member: string) => JSON.stringify(['shop', conversation, member]);
const GONE = name('c1', 'gone');
const BACK = name('c2', 'back');
const HELD = name('exact', 'stranger');
const HELD_UP = name('exact', 'gone too');
const STAYS = name('c1', 'stays');
const PROTECTED = name('c3', 'protected');
const LATECOMER = name('exact', 'latecomer');

const DRIFT: Drift = {
  turned: new Map([
    [GONE, true],
    [BACK, false],
    [HELD, false],
    [HELD_UP, true],
  ]),
  notAtFirst: new Set([HELD]),
  leftAlone: 1,
  conversations: new Map([
    [
      'exact',
      [{ appId: 'shop', conversationId: 'exact', idKind: 'userId', joined: [], left: [], isUnlimited: true }],
    ],
  ]),
};

/** As it must go. */
const GOOD: Snapshots = {
  introduced: new Set([BACK, HELD, STAYS, PROTECTED]),
  afterFirst: new Set([GONE, HELD, HELD_UP, STAYS, PROTECTED]),
  afterSecond: new Set([GONE, HELD_UP, STAYS, PROTECTED, LATECOMER]),
  afterThird: new Set([GONE, HELD_UP, STAYS, PROTECTED, LATECOMER]),
  held: [HELD],
  latecomer: LATECOMER,
  quietCalls: 0,
};

function without(present: ReadonlySet<string>, member: string): Set<string> {
  return new Set([...present].filter((each) => each !== member));
}

test('finds nothing where all drift is healed and nobody else is touched', () => {
  expect(judgeDrift(DRIFT, GOOD)).toEqual({ healed: 4, wronglyRemoved: 0, failures: [] });
});

test('what takes until the second pass is healed in time', () => {
  const afterFirst = without(GOOD.afterFirst, GONE).add(BACK);
  expect(judgeDrift(DRIFT, { ...GOOD, afterFirst })).toMatchObject({ healed: 4, failures: [] });
});

describe('finds', () => {
  test.each<[string, Partial<Snapshots>, number]>([
    ['somebody removed who had nothing to do with it', { afterThird: without(GOOD.afterThird, STAYS) }, 1],
    ['a protected member removed', { afterSecond: without(GOOD.afterSecond, PROTECTED) }, 1],
    ['a removal that was not yet approved', { afterFirst: without(GOOD.afterFirst, HELD) }, 1],
    ['a removal that goes beyond the approval', { afterSecond: without(GOOD.afterSecond, LATECOMER) }, 1],
  ])('%s', (_, wrong, wronglyRemoved) => {
    const found = judgeDrift(DRIFT, { ...GOOD, ...wrong });
    expect(found.wronglyRemoved).toBe(wronglyRemoved);
    expect(found.failures).toContain('1 members were removed that should have stayed');
  });

  test.each<[string, Partial<Snapshots>, string]>([
    [
      'somebody joined whom nobody wished for',
      { afterThird: new Set([...GOOD.afterThird, name('c9', 'eve')]) },
      '1 members were joined that nobody wished for',
    ],
    [
      'what is not healed after two passes, even if it is after the third',
      { afterFirst: without(GOOD.afterFirst, GONE), afterSecond: without(GOOD.afterSecond, GONE) },
      '1 drifted members were not right again after two passes',
    ],
    [
      'what does not stay healed',
      { afterThird: new Set([...GOOD.afterThird, BACK]) },
      '1 drifted members were not right in the end',
    ],
    ['a removal that was not held', { held: [] }, '1 removals should have been held, and 0 were'],
    [
      'a join that was held back with the removals',
      { afterFirst: without(GOOD.afterFirst, HELD_UP) },
      '1 joins were held back with the removals',
    ],
    [
      'calls when nothing was left to do',
      { quietCalls: 2 },
      '2 joins and leaves were made when nothing was left to do',
    ],
  ])('%s', (_, wrong, failure) => {
    expect(judgeDrift(DRIFT, { ...GOOD, ...wrong }).failures).toContain(failure);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foldPerMember, type ReceivedChange } from '../../functions/core/fold.ts';
import { memberText } from '../../functions/core/member-key.ts';
import { ATTRIBUTE } from '../../functions/core/message.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { memberKey, NOW, receivedChange, version } from '../support/builders.ts';

/** A change of `memberId`, so long after `NOW`. */
function of(memberId: string, afterNowMs: number): ReceivedChange {
  return receivedChange({
    change: {
      id: `${memberId}@${afterNowMs}`,
      member: memberKey({ memberId }),
      occurredAtMs: NOW + afterNowMs,
    },
  });
}

test('an empty batch folds to nothing', () => {
  expect(foldPerMember([])).toEqual([]);
});

test('a member alone is its own newest', () => {
  const only = of('ann', 1);
  expect(foldPerMember([only])).toEqual([
    { member: memberKey({ memberId: 'ann' }), newest: only, older: [] },
  ]);
});

test('of one member the newest decides, wherever it stands; the others keep their order', () => {
  const [first, second, third] = [of('ann', 2), of('ann', 3), of('ann', 1)];
  expect(foldPerMember([first, second, third])).toEqual([
    { member: memberKey({ memberId: 'ann' }), newest: second, older: [first, third] },
  ]);
});

test('members do not meet, and come in the order of their first message', () => {
  const batch = [of('bob', 1), of('ann', 9), of('bob', 2)];
  expect(foldPerMember(batch).map(({ member, newest }) => [member.memberId, newest.change.id])).toEqual([
    ['bob', 'bob@2'],
    ['ann', 'ann@9'],
  ]);
});

describe('the same person', () => {
  test('in two conversations, or under two apps, is two members', () => {
    const keys = [memberKey(), memberKey({ conversationId: 'returns' }), memberKey({ appId: 'bank' })];
    const folded = foldPerMember(keys.map((member) => receivedChange({ change: { member } })));
    expect(folded.map(({ member }) => member)).toEqual(keys);
  });
});

test('of two with the same version, which are the same change, the first is taken', () => {
  const first = receivedChange({ version: version(), message: { messageId: 'a' } });
  const second = receivedChange({ version: version(), message: { messageId: 'b' } });
  expect(foldPerMember([first, second])).toMatchObject([{ newest: first, older: [second] }]);
});

test('of a parked message and its redrive, which are the same change, the redrive is taken, in either order', () => {
  const parked = receivedChange({ version: version(), message: { messageId: 'a' } });
  const attributes = { [ATTRIBUTE.parkedMessageId]: 'a' };
  const redrive = receivedChange({ version: version(), message: { messageId: 'b', attributes } });
  expect(foldPerMember([parked, redrive])).toMatchObject([{ newest: redrive, older: [parked] }]);
  expect(foldPerMember([redrive, parked])).toMatchObject([{ newest: redrive, older: [parked] }]);
});

test('a redrive of an older change does not decide', () => {
  const newer = of('ann', 2);
  const attributes = { [ATTRIBUTE.parkedMessageId]: 'a' };
  const redrive = receivedChange({ change: { occurredAtMs: NOW + 1 }, message: { attributes } });
  expect(foldPerMember([newer, redrive])).toMatchObject([{ newest: newer }]);
});

test('every message is in exactly one place', () => {
  fc.assert(
    fc.property(arbitrary.batch, (batch) => {
      const folded = foldPerMember(batch).flatMap(({ newest, older }) => [newest, ...older]);
      expect(new Set(folded)).toEqual(new Set(batch));
      expect(folded).toHaveLength(batch.length);
    }),
  );
});

test('the newest of each member is the same in whatever order a batch comes', () => {
  const newest = (batch: readonly ReceivedChange[]) =>
    new Map(foldPerMember(batch).map((each) => [memberText(each.member), each.newest.change.id]));
  const shuffled = arbitrary.batch.chain((batch) =>
    fc.tuple(fc.constant(batch), fc.shuffledSubarray(batch, { minLength: batch.length })),
  );
  fc.assert(
    fc.property(shuffled, ([batch, other]) => {
      expect(newest(other)).toEqual(newest(batch));
    }),
  );
});

test('the newest of a batch is the newest of its parts', () => {
  fc.assert(
    fc.property(arbitrary.batch, fc.nat({ max: 10 }), (batch, at) => {
      const parts = [batch.slice(0, at), batch.slice(at)].flatMap((part) => foldPerMember(part));
      const again = foldPerMember(parts.map(({ newest }) => newest));
      const ids = (folded: typeof again) => new Set(folded.map(({ newest }) => newest.change.id));
      expect(ids(again)).toEqual(ids(foldPerMember(batch)));
    }),
  );
});

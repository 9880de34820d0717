import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  conversationText,
  memberBody,
  memberGroupId,
  memberText,
  sha256Hex,
} from '../../functions/core/member-key.ts';
import * as arbitrary from '../support/arbitraries.ts';
import { conversationKey, memberKey } from '../support/builders.ts';

test('a join or leave names the person by the app’s kind of id', () => {
  expect(memberBody(memberKey({ idKind: 'userId', memberId: 'ann' }))).toEqual({ userId: 'ann' });
  expect(memberBody(memberKey({ idKind: 'userExternalId', memberId: 'ann' }))).toEqual({
    userExternalId: 'ann',
  });
});

test('the text of a key is its ids as JSON', () => {
  expect(conversationText(conversationKey())).toBe('["shop","orders"]');
  expect(memberText(memberKey({ memberId: '"]' }))).toBe('["shop","orders","\\"]"]');
});

test('a conversation has one text, whatever else the key holds', () => {
  expect(conversationText(memberKey())).toBe(conversationText(conversationKey()));
});

describe('two keys share a text only when they are the same', () => {
  // Few letters, so that ids which run into one another come up.
  const id = fc.string({ unit: fc.constantFrom('a', ',', '"', '[', ']', '\\', '\ud800'), maxLength: 4 });
  const key = fc.record({
    appId: id,
    conversationId: id,
    idKind: fc.constant('userId' as const),
    memberId: id,
  });

  test('members, with the same group as well', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const same = ['appId', 'conversationId', 'memberId'].every(
          (field) => one[field as keyof typeof one] === other[field as keyof typeof one],
        );
        expect(memberText(one) === memberText(other)).toBe(same);
        expect(memberGroupId(one) === memberGroupId(other)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });

  test('conversations', () => {
    fc.assert(
      fc.property(key, key, (one, other) => {
        const same = one.appId === other.appId && one.conversationId === other.conversationId;
        expect(conversationText(one) === conversationText(other)).toBe(same);
      }),
      { numRuns: 500 },
    );
  });
});

test('a group id is what SQS takes, whatever the ids hold', () => {
  fc.assert(
    fc.property(arbitrary.memberKey, (key) => {
      expect(memberGroupId(key)).toMatch(/^[0-9a-f]{64}$/);
    }),
  );
});

test('hashes are SHA-256 over UTF-8, in hex', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256Hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

import { describe, expect, it } from 'vitest';
import { conversationNode, isMovable, isToBeMoved, USER_GONE, userOf } from '../../functions/core/merge.ts';
import type { MemberState } from '../../functions/core/roster.ts';
import { memberKey, NOW } from '../support/builders.ts';

it('what the vendor merges is a user of an app, or one of its conversations', () => {
  expect(userOf(memberKey())).toEqual({ appId: 'shop', kind: 'user', id: 'ann' });
  expect(conversationNode(memberKey())).toEqual({ appId: 'shop', kind: 'conversation', id: 'orders' });
});

describe('the wish of somebody who was merged', () => {
  it.each<[MemberState, string | undefined, moves: boolean, now: boolean]>([
    // In flight, its own worker moves it.
    ['pending', undefined, true, false],
    ['deferred', undefined, true, true],
    ['applied', undefined, true, true],
    ['parked', undefined, false, false],
    ['merged', undefined, false, false],
    // As it stands in rows.
    ['unmanaged', 'conversation_removed', true, true],
    ['unmanaged', 'user_removed', false, false],
    ['unmanaged', 'discarded', false, false],
    ['unmanaged', undefined, false, false],
  ])('%s (%s): moves: %s, at once: %s', (state, reason, moves, now) => {
    const row = { state, ...(reason !== undefined && { reason }) };
    expect(isMovable(row)).toBe(moves);
    expect(isToBeMoved({ ...row, mergedAtMs: NOW })).toBe(now);
    expect(isToBeMoved(row)).toBe(false);
  });
});

it('the rows of a user who is gone say so', () => {
  expect(USER_GONE).toBe('user_removed');
});

import { describe, expect, it } from 'vitest';
import { readReconcileMessage, reconcileBody } from '../../functions/core/reconcile-message.ts';
import { conversationKey, memberKey } from '../support/builders.ts';

describe('a message of the reconcile queue', () => {
  it('is read as it was written', () => {
    const read = readReconcileMessage(JSON.parse(reconcileBody(memberKey())));
    expect(read).toEqual({ kind: 'compare', conversation: conversationKey() });
  });

  it.each([
    ['version', { version: 2 }, 'a number'],
    ['kind', { kind: 'forget' }, 'a string of 6 characters'],
    ['appId', { appId: '../shop' }, 'a string of 7 characters'],
    ['conversationId', { conversationId: undefined }, 'nothing'],
  ])('with another %s is refused by that name, without the value', (field, other, found) => {
    const value = { ...JSON.parse(reconcileBody(conversationKey())), ...other };
    const problem = `is not as the planner makes it (found: ${found})`;
    expect(readReconcileMessage(value)).toEqual({ field, problem });
  });

  it.each([
    ['null', null],
    ['an array', []],
    ['a string of 2 characters', 'hi'],
  ])('that is %s is refused', (kind, value) => {
    expect(readReconcileMessage(value)).toEqual({
      field: 'body',
      problem: `must be a JSON object, is ${kind}`,
    });
  });
});

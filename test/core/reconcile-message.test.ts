import { describe, expect, it } from 'vitest';
import {
  readReconcileMessage,
  reconcileBody,
  type VendorEvent,
  vendorEventBody,
} from '../../functions/core/reconcile-message.ts';
import { conversationKey, memberKey } from '../support/builders.ts';

const origin = { occurredAtMs: 1_700_000_000_000, eventId: 'event-1' };
const conversation = conversationKey();
const user = { id: 'anna-id', externalId: 'anna' };

const EVENTS: readonly VendorEvent[] = [
  { kind: 'hint', ...conversation, action: 'leave', user, ...origin },
  { kind: 'conversation_removed', ...conversation, ...origin },
  { kind: 'user_removed', appId: 'shop', user: { id: 'anna-id' }, ...origin },
  { kind: 'users_merged', appId: 'shop', surviving: user, discarded: { id: 'guest' }, ...origin },
  {
    kind: 'users_merged',
    appId: 'shop',
    surviving: user,
    discarded: { id: 'guest' },
    mergedConversations: { surviving: 'c1', discarded: 'c2' },
    ...origin,
  },
];

describe('a message of the reconcile queue', () => {
  it('is read as it was written', () => {
    const read = readReconcileMessage(JSON.parse(reconcileBody(memberKey())));
    expect(read).toEqual({ kind: 'compare', ...conversation });
  });

  it.each(EVENTS)('that carries the event $kind is read as it was written', (event) => {
    expect(readReconcileMessage(JSON.parse(vendorEventBody(event)))).toEqual(event);
  });

  it.each([
    ['version', { version: 2 }, 'a number'],
    ['kind', { kind: 'forget' }, 'a string of 6 characters'],
    ['appId', { appId: '../shop' }, 'a string of 7 characters'],
    ['conversationId', { conversationId: undefined }, 'nothing'],
    ['occurredAtMs', { occurredAtMs: 1.5 }, 'a number'],
    ['occurredAtMs', { occurredAtMs: 1e15 }, 'a number'],
    ['eventId', { eventId: '' }, 'a string of 0 characters'],
    ['user', { user: null }, 'null'],
    ['user.id', { user: { id: 7 } }, 'a number'],
    ['user.id', { user: { id: '\ud800' } }, 'a string of 1 characters'],
    ['user.externalId', { user: { id: 'a', externalId: null } }, 'null'],
  ])('with another %s is refused by that name, without the value', (field, other, found) => {
    const value = { version: 1, ...EVENTS[0], ...other };
    const problem = `is not as Rollcall makes it (found: ${found})`;
    expect(readReconcileMessage(value)).toEqual({ field, problem });
  });

  it('names a user whose only id belongs to nobody by the place where it stands', () => {
    const value = { version: 1, ...EVENTS[3], discarded: {} };
    expect(readReconcileMessage(value)).toMatchObject({ field: 'discarded.id' });
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

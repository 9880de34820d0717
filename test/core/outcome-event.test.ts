import { describe, expect, it } from 'vitest';
import {
  DETAIL_TYPES,
  discardedEvent,
  EVENT_SOURCE,
  heldEvent,
  type OutcomeEvent,
  parkedEvent,
} from '../../functions/core/outcome-event.ts';
import { outcomeEventSchemas } from '../../functions/core/outcome-event-schemas.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { conversationKey, iso, memberKey, NOW } from '../support/builders.ts';

const UNREADABLE: ParkedItem = {
  message: { messageId: 'message-1', groupId: 'group-1', body: '{', attributes: {} },
  reason: 'invalid',
  detail: 'body: is not JSON',
  parkedAtMs: NOW,
};
const READ: ParkedItem = { ...UNREADABLE, key: memberKey(), changeId: 'change-1', reason: 'rejected' };

describe('producers are told', () => {
  const cases: [string, OutcomeEvent, detail: object][] = [
    [
      'of a change that needs an operator',
      parkedEvent(READ),
      {
        version: 1,
        messageId: 'message-1',
        changeId: 'change-1',
        appId: 'shop',
        conversationId: 'orders',
        reason: 'rejected',
        detail: 'body: is not JSON',
        parkedAt: iso(NOW),
      },
    ],
    [
      'of a message that could not be read',
      parkedEvent(UNREADABLE),
      {
        version: 1,
        messageId: 'message-1',
        reason: 'invalid',
        detail: 'body: is not JSON',
        parkedAt: iso(NOW),
      },
    ],
    [
      'of a change that an operator gave up',
      discardedEvent({ ...READ, parkedAtMs: NOW - 1 }, NOW),
      {
        version: 1,
        messageId: 'message-1',
        changeId: 'change-1',
        appId: 'shop',
        conversationId: 'orders',
        reason: 'rejected',
        parkedAt: iso(NOW - 1),
        discardedAt: iso(NOW),
      },
    ],
    [
      'of removals that wait for an approval, without whom they would remove',
      heldEvent(conversationKey(), {
        hash: '0123456789abcdef',
        heldAtMs: NOW,
        removals: [{ memberId: 'ann' }, { memberId: 'bob' }],
      }),
      {
        version: 1,
        appId: 'shop',
        conversationId: 'orders',
        planHash: '0123456789abcdef',
        removals: 2,
        heldAt: iso(NOW),
      },
    ],
  ];
  it.each(cases)('%s', (_, event, detail) => {
    expect(event.detail).toStrictEqual(detail);
    expect(outcomeEventSchemas[event.kind].parse(detail)).toStrictEqual(detail);
  });

  it('under the names that they listen for', () => {
    expect([EVENT_SOURCE, DETAIL_TYPES]).toEqual([
      'rollcall',
      { parked: 'Change Parked', discarded: 'Change Discarded', held: 'Removals Held' },
    ]);
  });
});

it.each([
  ['parked', parkedEvent(READ)],
  ['discarded', discardedEvent(READ, NOW)],
  ['held', heldEvent(conversationKey(), { hash: 'h', heldAtMs: NOW, removals: [] })],
] as const)('an event that is not as promised does not fit its schema (%s)', (kind, { detail }) => {
  const fits = (value: object) => outcomeEventSchemas[kind].safeParse(value).success;
  expect(fits(detail)).toBe(true);
  expect(fits({ ...detail, version: 2 })).toBe(false);
  for (const field of ['parkedAt', 'discardedAt', 'heldAt'].filter((name) => name in detail))
    expect(fits({ ...detail, [field]: '2026-03-01T12:00:00Z' })).toBe(false);
});

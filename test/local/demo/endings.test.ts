import { beforeEach, describe, expect, test } from 'vitest';
import { conversationsOf } from '../../../local/demo/drift.ts';
import { endSome } from '../../../local/demo/endings.ts';
import { presentMembers, type RosterRow } from '../../../local/demo/evidence.ts';
import { World } from '../../../local/fake-vendor/world.ts';

const APPS = [{ appId: 'shop', idKind: 'userId', auth: 'basic' }] as const;
const nameOf = (conversationId: string, userId: string) => JSON.stringify(['shop', conversationId, userId]);

let world: World;
let rows: Map<string, RosterRow>;
beforeEach(() => {
  world = new World();
  rows = new Map();
  const users = ['ann', 'bob', 'cid', 'dan', 'x1', 'x2', 'x3', 'x4'].map((userId) => ({ userId }));
  world.addApp({ appId: 'shop', users });
});

/** A conversation whose members are wished in, or by a `-` before them out. */
function addConversation(conversationId: string, wishes: Readonly<Record<string, number>>): void {
  world.addConversation('shop', { conversationId });
  for (const [wish, occurredAtMs] of Object.entries(wishes)) {
    const userId = wish.replace('-', '');
    const action = wish === userId ? 'join' : 'leave';
    if (action === 'join') world.join('shop', conversationId, { userId });
    const member = nameOf(conversationId, userId);
    rows.set(member, { member, changeId: '1', action, state: 'applied', occurredAtMs });
  }
}

const end = () => endSome(world, conversationsOf(world, [...APPS], rows), rows);

describe('the endings', () => {
  beforeEach(() => {
    addConversation('big', { x1: 1, x2: 1, x3: 1, x4: 1 });
    addConversation('both', { ann: 5, bob: 3 });
    addConversation('older', { '-ann': 1, bob: 3 });
    addConversation('newer', { ann: 5, '-bob': 3 });
    addConversation('third', { ann: 1, cid: 1 });
    addConversation('fourth', { bob: 1, cid: 1 });
  });

  test('are a merge, the removal of a user and that of a conversation', () => {
    expect(end().kinds).toEqual({ merged: 1, usersRemoved: 1, conversationsRemoved: 1 });
    expect(world.app('shop').conversations.has('big')).toBe(false);
    expect(world.app('shop').users.has('cid')).toBe(false);
  });

  test('give the surviving user the newer of both wishes, and the discarded one none', () => {
    const { present, rows: wanted } = end();
    const survivor = world.app('shop').users.has('ann') ? 'ann' : 'bob';
    const discarded = survivor === 'ann' ? 'bob' : 'ann';
    for (const conversationId of ['both', 'older', 'newer', 'fourth']) {
      const of = nameOf(conversationId, discarded);
      if (!rows.has(of)) continue;
      expect(present.get(of)).toBe(false);
      expect(present.get(nameOf(conversationId, survivor))).toBe(true);
      expect(wanted.get(of)?.({ ...(rows.get(of) as RosterRow), state: 'merged' })).toBe(true);
      expect(wanted.get(of)?.(rows.get(of))).toBe(false);
    }
  });

  test('want nobody of the removed user and conversation any more', () => {
    const { present } = end();
    for (const name of [nameOf('third', 'cid'), nameOf('fourth', 'cid'), nameOf('big', 'x1')])
      expect(present.get(name)).toBe(false);
  });

  test('concern nobody else', () => {
    const before = presentMembers(world, [...APPS]);
    const { present } = end();
    const after = presentMembers(world, [...APPS]);
    for (const member of before) if (!present.has(member)) expect(after.has(member)).toBe(true);
  });
});

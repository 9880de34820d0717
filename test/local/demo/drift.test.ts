import { beforeEach, describe, expect, test } from 'vitest';
import { type DriftKind, introduceDrift } from '../../../local/demo/drift.ts';
import { presentMembers, type RosterRow } from '../../../local/demo/evidence.ts';
import { World } from '../../../local/fake-vendor/world.ts';
import { seededRandom } from '../../../local/seeded-random.ts';

const APPS = [{ appId: 'shop', idKind: 'userId', auth: 'basic' }] as const;
const JOINED = ['ann', 'bob', 'cid'];

let world: World;
let rows: Map<string, RosterRow>;
beforeEach(() => {
  world = new World();
  rows = new Map();
  world.addApp({ appId: 'shop', users: [...JOINED, 'dan', 'eva', 'fay'].map((userId) => ({ userId })) });
});

function addRow(conversationId: string, userId: string, action: string, state = 'applied'): void {
  const member = JSON.stringify(['shop', conversationId, userId]);
  rows.set(member, { member, changeId: '1', action, state, occurredAtMs: 1 });
}

/** Three members; Dan and Fay have left, and Eva's change is parked. */
function addConversation(conversationId: string, participantCap?: number): void {
  const participants = JOINED.map((userId) => ({ userId }));
  world.addConversation('shop', { conversationId, participants, ...(participantCap && { participantCap }) });
  for (const userId of JOINED) addRow(conversationId, userId, 'join');
  addRow(conversationId, 'dan', 'leave');
  addRow(conversationId, 'fay', 'leave');
  addRow(conversationId, 'eva', 'join', 'parked');
}

const introduce = (seed = 1) => introduceDrift(world, [...APPS], rows, seededRandom(seed));
const present = () => presentMembers(world, [...APPS]);
const kindsOf = (drift: ReturnType<typeof introduce>) => [...drift.conversations.keys()];

describe('drift', () => {
  test('is of every kind, where there are conversations enough', () => {
    for (let count = 0; count < 10; count += 1) addConversation(`c${count}`);
    const kinds: DriftKind[] = [
      'exact',
      'protected',
      'failPage2',
      'repeatPage',
      'unmanaged',
      'added',
      'removed',
    ];
    expect(kindsOf(introduce()).toSorted()).toEqual(kinds.toSorted());
  });

  test('turns round exactly those it says', () => {
    for (let count = 0; count < 10; count += 1) addConversation(`c${count}`);
    const before = present();
    const { turned } = introduce();
    const after = present();
    for (const [member, wished] of turned) {
      expect(after.has(member)).toBe(!wished);
    }
    const gone = [...before].filter((member) => !after.has(member));
    expect(gone.toSorted()).toEqual([...turned.keys()].filter((member) => turned.get(member)).toSorted());
  });

  test('is the same for the same random numbers', () => {
    for (let count = 0; count < 10; count += 1) addConversation(`c${count}`);
    const before = world;
    const first = introduce(7);
    world = new World();
    world.addApp({ appId: 'shop', users: [...JOINED, 'dan', 'eva', 'fay'].map((userId) => ({ userId })) });
    for (const [id] of before.app('shop').conversations) addConversation(id);
    expect(introduce(7).turned).toEqual(first.turned);
  });

  test('would take 60 % of a conversation that takes in nobody else', () => {
    addConversation('only');
    const { turned } = introduce();
    const removals = [...turned.values()].filter((wished) => !wished).length;
    expect(removals / world.participants('shop', 'only').length).toBeGreaterThanOrEqual(0.6);
  });

  test('puts all members of a conversation that cannot be listed behind its first page', () => {
    for (let count = 0; count < 10; count += 1) addConversation(`c${count}`);
    const { conversations, notAtFirst } = introduce();
    for (const kind of ['failPage2', 'repeatPage'] as const) {
      const [conversation] = conversations.get(kind) ?? [];
      const id = conversation?.conversationId ?? '';
      const firstPage = world.participants('shop', id).slice(0, 100);
      expect(firstPage.some(({ userId }) => JOINED.includes(userId))).toBe(false);
      expect(world.conversation('shop', id).listFault).toBe(kind);
      expect([...notAtFirst].some((member) => member.includes(`"${id}"`))).toBe(true);
    }
  });

  test('never brings back the protected one elsewhere, where that would be no drift to heal', () => {
    for (let count = 0; count < 10; count += 1) addConversation(`c${count}`);
    const { turned } = introduce();
    expect([...turned.keys()].some((member) => member.endsWith('"dan"]'))).toBe(false);
  });

  test('only takes away where the vendor lets no more in', () => {
    addConversation('small', 3);
    const drift = introduce();
    expect(world.participants('shop', 'small').length).toBeLessThanOrEqual(4);
    expect(kindsOf(drift)).not.toContain('exact');
  });

  test('there is none where nobody is a member', () => {
    world.addConversation('shop', { conversationId: 'empty' });
    expect(introduce().conversations.size).toBe(0);
  });
});

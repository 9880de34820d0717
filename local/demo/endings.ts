/**
 * Two users become one, a user is deleted and a conversation ends, at the vendor alone. What must follow is worked out
 * here from the roster's rows as they were; imports nothing from functions/.
 */
import type { World } from '../fake-vendor/world.ts';
import { type DriftedConversation, nameOf, whoOf } from './drift.ts';
import type { RosterRow } from './evidence.ts';

type Rows = ReadonlyMap<string, RosterRow>;

/** What was ended. Members are named by `JSON.stringify([appId, conversationId, memberId])`. */
export interface Endings {
  /** Who must be present, and who must not be. */
  readonly present: ReadonlyMap<string, boolean>;
  /** What the roster must say of members, where it must say something. */
  readonly rows: ReadonlyMap<string, (row: RosterRow | undefined) => boolean>;
  readonly kinds: Readonly<Record<'merged' | 'usersRemoved' | 'conversationsRemoved', number>>;
}

/** Makes it happen, in conversations of one app that have enough members; as far as there are any. */
export function endSome(world: World, conversations: readonly DriftedConversation[], rows: Rows): Endings {
  const [ending, ...others] = conversations.toSorted((a, b) => b.joined.length - a.joined.length);
  // Whoever has nothing to do with the conversation that ends: which of two events is followed first, nobody knows.
  const concerned = new Set([...rows.values()].filter((row) => ending && isIn(row, ending)).map(memberOf));
  const members = membersOf(others).filter(({ memberId }) => !concerned.has(memberId));
  const maker = new Ender(world, rows);
  const [first, second, third] = members.filter(({ appId }) => appId === members[0]?.appId);
  if (first && second) maker.merge(first, second);
  if (third) maker.removeUser(third);
  if (ending) maker.removeConversation(ending);
  return maker;
}

interface Member {
  readonly appId: string;
  readonly idKind: 'userId' | 'userExternalId';
  readonly memberId: string;
  readonly conversations: number;
}

/** Whoever takes part somewhere, those first who do in most conversations. */
function membersOf(conversations: readonly DriftedConversation[]): Member[] {
  const members = new Map<string, Member>();
  for (const { appId, idKind, joined } of conversations) {
    for (const memberId of joined) {
      const name = JSON.stringify([appId, memberId]);
      const sofar = members.get(name)?.conversations ?? 0;
      members.set(name, { appId, idKind, memberId, conversations: sofar + 1 });
    }
  }
  return [...members.values()].toSorted((a, b) => b.conversations - a.conversations);
}

class Ender implements Endings {
  readonly present = new Map<string, boolean>();
  readonly rows = new Map<string, (row: RosterRow | undefined) => boolean>();
  readonly kinds = { merged: 0, usersRemoved: 0, conversationsRemoved: 0 };
  readonly #world: World;
  readonly #rows: Rows;

  constructor(world: World, rows: Rows) {
    this.#world = world;
    this.#rows = rows;
  }

  /** Of both users' wishes in a conversation the newer one is the surviving user's from now on. */
  merge(surviving: Member, discarded: Member): void {
    const { appId, idKind } = surviving;
    const who = (member: Member) => whoOf(idKind, member.memberId);
    this.#world.mergeUsers(appId, { surviving: who(surviving), discarded: who(discarded) });
    this.kinds.merged += 1;
    for (const row of this.#rowsOf(discarded)) {
      const conversation = { appId, conversationId: conversationOf(row) };
      const of = nameOf(conversation, surviving.memberId);
      const own = this.#rows.get(of);
      const newest = own && own.occurredAtMs > row.occurredAtMs ? own : row;
      this.present.set(row.member, false);
      this.rows.set(row.member, (now) => now?.state === 'merged');
      this.present.set(of, newest.action === 'join');
      this.rows.set(of, (now) => now?.state === 'applied' && now.action === newest.action);
    }
  }

  removeUser(member: Member): void {
    this.#world.removeUser(member.appId, whoOf(member.idKind, member.memberId));
    this.kinds.usersRemoved += 1;
    for (const { member: name } of this.#rowsOf(member)) {
      this.present.set(name, false);
      this.rows.set(name, (now) => now?.action === 'leave' && now.state === 'applied');
    }
  }

  removeConversation({ appId, conversationId, idKind }: DriftedConversation): void {
    for (const participant of this.#world.participants(appId, conversationId))
      this.present.set(nameOf({ appId, conversationId }, String(participant[idKind])), false);
    this.#world.removeConversation(appId, conversationId);
    this.kinds.conversationsRemoved += 1;
    for (const row of this.#rows.values()) {
      if (row.state !== 'applied' || !isIn(row, { appId, conversationId })) continue;
      this.present.set(row.member, false);
      this.rows.set(row.member, (now) => now?.state === 'unmanaged');
    }
  }

  #rowsOf({ appId, memberId }: Member): RosterRow[] {
    return [...this.#rows.values()].filter(
      (row) => row.state === 'applied' && partsOf(row)[0] === appId && memberOf(row) === memberId,
    );
  }
}

function partsOf({ member }: RosterRow): readonly string[] {
  return JSON.parse(member) as string[];
}

const conversationOf = (row: RosterRow): string => partsOf(row)[1] ?? '';
const memberOf = (row: RosterRow): string => partsOf(row)[2] ?? '';

function isIn(row: RosterRow, conversation: Pick<DriftedConversation, 'appId' | 'conversationId'>): boolean {
  return partsOf(row)[0] === conversation.appId && conversationOf(row) === conversation.conversationId;
}

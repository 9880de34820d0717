import { findUser } from '../fake-vendor/app.ts';
import type { Who } from '../fake-vendor/options.ts';
import type { World } from '../fake-vendor/world.ts';
import type { RosterRow } from './evidence.ts';
import type { Meta } from './input.ts';

/** How the drift of a conversation came about, or what else is strange there. */
export type DriftKind =
  | 'removed'
  | 'added'
  | 'failPage2'
  | 'repeatPage'
  | 'exact'
  | 'protected'
  | 'unmanaged';

/** What happened behind Rollcall's back. Members are named by `JSON.stringify([appId, conversationId, memberId])`. */
export interface Drift {
  /** Whose presence was turned round, and whether they must be present again. */
  readonly turned: ReadonlyMap<string, boolean>;
  /** Those of them that a first pass must leave alone: held by the brake, or in a conversation that cannot be listed. */
  readonly notAtFirst: ReadonlySet<string>;
  /** People present who are none of Rollcall's business, or protected, and must stay. */
  readonly leftAlone: number;
  /** By the kind of their drift. */
  readonly conversations: ReadonlyMap<DriftKind, readonly DriftedConversation[]>;
}

export interface DriftedConversation {
  readonly appId: string;
  readonly conversationId: string;
  readonly idKind: 'userId' | 'userExternalId';
  /** Who are wished in and present, before anything happened. */
  readonly joined: readonly string[];
  /** Who are wished out and absent. */
  readonly left: readonly string[];
  readonly isUnlimited: boolean;
}

/** More than a page of a listing, so that a conversation with so many has a second. */
const BYSTANDERS = 110;
/** So many strangers for each member make 60 % of all. */
const STRANGERS_PER_MEMBER = 1.5;

/** Changes who takes part where, at the vendor alone, and says what has been changed. */
export function introduceDrift(
  world: World,
  apps: Meta['apps'],
  rows: ReadonlyMap<string, RosterRow>,
  random: () => number,
): Drift {
  const order = new Map(conversationsOf(world, apps, rows).map((each) => [each, random()]));
  const shuffled = [...order].toSorted(([, a], [, b]) => a - b).map(([each]) => each);
  const conversations = kindsOf(shuffled);
  const maker = new DriftMaker(world);
  for (const [kind, ofKind] of conversations) {
    for (const conversation of ofKind) maker.make(kind, conversation);
  }
  const { turned, notAtFirst, leftAlone } = maker;
  return { turned, notAtFirst, leftAlone, conversations };
}

/** Conversations with at least one member. */
export function conversationsOf(
  world: World,
  apps: Meta['apps'],
  rows: ReadonlyMap<string, RosterRow>,
): DriftedConversation[] {
  const applied = [...rows.values()].filter(({ state }) => state === 'applied');
  return apps.flatMap(({ appId, idKind }) => {
    const app = world.app(appId);
    return [...app.conversations.values()].flatMap(({ id, participants, participantCap }) => {
      const isPresent = new Set(participants.inOrder.map((participant) => participant[idKind]));
      const members = applied
        .map(({ member, action }) => ({ action, ids: JSON.parse(member) as [string, string, string] }))
        .filter(({ ids }) => ids[0] === appId && ids[1] === id)
        .map(({ action, ids: [, , memberId] }) => ({ action, memberId }))
        .filter(({ memberId }) => findUser(app, whoOf(idKind, memberId)) !== undefined)
        .toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
      const joined = members.filter(({ action, memberId }) => action === 'join' && isPresent.has(memberId));
      const left = members.filter(({ action, memberId }) => action === 'leave' && !isPresent.has(memberId));
      const idsOf = (some: typeof members) => some.map(({ memberId }) => memberId);
      const isUnlimited = participantCap === Number.POSITIVE_INFINITY;
      const found = {
        appId,
        conversationId: id,
        idKind,
        joined: idsOf(joined),
        left: idsOf(left),
        isUnlimited,
      };
      return joined.length > 0 ? [found] : [];
    });
  });
}

/** One conversation of each rare kind, as far as there are any that suit; in the others somebody goes or comes back. */
function kindsOf(conversations: readonly DriftedConversation[]): Map<DriftKind, DriftedConversation[]> {
  const kinds = new Map<DriftKind, DriftedConversation[]>();
  let free = [...conversations];
  const take = (kind: DriftKind, suits: (conversation: DriftedConversation) => boolean) => {
    const taken = free.find(suits);
    free = free.filter((each) => each !== taken);
    if (taken) kinds.set(kind, [...(kinds.get(kind) ?? []), taken]);
    return taken;
  };
  take('exact', ({ isUnlimited }) => isUnlimited);
  const isProtected = take('protected', ({ left }) => left.length > 0);
  // Protection holds in every conversation of the app.
  if (isProtected) free = free.map((each) => withoutLeft(each, isProtected));
  for (const kind of ['failPage2', 'repeatPage', 'unmanaged'] as const)
    take(kind, ({ isUnlimited }) => isUnlimited);
  while (free.length > 0)
    take(free.length % 2 === 0 && free[0]?.left.length ? 'added' : 'removed', () => true);
  return kinds;
}

function withoutLeft(conversation: DriftedConversation, other: DriftedConversation): DriftedConversation {
  if (conversation.appId !== other.appId) return conversation;
  return { ...conversation, left: conversation.left.filter((memberId) => memberId !== other.left[0]) };
}

class DriftMaker {
  readonly turned = new Map<string, boolean>();
  readonly notAtFirst = new Set<string>();
  leftAlone = 0;
  readonly #world: World;
  #strangers = 0;

  constructor(world: World) {
    this.#world = world;
  }

  make(kind: DriftKind, conversation: DriftedConversation): void {
    switch (kind) {
      case 'removed':
        this.#remove(conversation);
        return;
      case 'added':
        this.#bringBack(conversation);
        return;
      case 'failPage2':
      case 'repeatPage':
        this.#makeUnlistable(kind, conversation);
        return;
      case 'exact':
        this.#remove(conversation);
        for (const name of this.#addStrangers(
          conversation,
          conversation.joined.length * STRANGERS_PER_MEMBER,
        )) {
          this.turned.set(name, false);
          this.notAtFirst.add(name);
        }
        return;
      case 'protected':
        this.#join(conversation, conversation.left[0] ?? '');
        this.leftAlone += 1;
        return;
      case 'unmanaged':
        this.leftAlone += this.#addStrangers(conversation, 1).length;
        return;
      default:
        kind satisfies never;
    }
  }

  /** People with a full first page of others before them: whoever takes a part for the whole finds none of them. */
  #makeUnlistable(fault: 'failPage2' | 'repeatPage', conversation: DriftedConversation): void {
    const { appId, conversationId, idKind, joined, left } = conversation;
    this.leftAlone += this.#addStrangers(conversation, BYSTANDERS).length;
    for (const memberId of joined) {
      this.#world.leave(appId, conversationId, whoOf(idKind, memberId));
      this.#join(conversation, memberId);
    }
    this.notAtFirst.add(this.#remove(conversation));
    if (left.length > 0) this.notAtFirst.add(this.#bringBack(conversation));
    this.#world.conversation(appId, conversationId).listFault = fault;
  }

  #remove(conversation: DriftedConversation): string {
    const { appId, conversationId, idKind, joined } = conversation;
    const [memberId = ''] = joined;
    this.#world.leave(appId, conversationId, whoOf(idKind, memberId));
    const name = nameOf(conversation, memberId);
    this.turned.set(name, true);
    return name;
  }

  #bringBack(conversation: DriftedConversation): string {
    const [memberId = ''] = conversation.left;
    const name = this.#join(conversation, memberId);
    this.turned.set(name, false);
    return name;
  }

  #addStrangers(conversation: DriftedConversation, count: number): string[] {
    const names: string[] = [];
    while (names.length < count) {
      this.#strangers += 1;
      const memberId = `stranger-${this.#strangers}`;
      names.push(addStranger(this.#world, conversation, memberId));
    }
    return names;
  }

  #join(conversation: DriftedConversation, memberId: string): string {
    const { appId, conversationId, idKind } = conversation;
    this.#world.join(appId, conversationId, whoOf(idKind, memberId));
    return nameOf(conversation, memberId);
  }
}

/** Somebody whom no change speaks of takes part; gives the name. */
export function addStranger(
  world: World,
  conversation: Pick<DriftedConversation, 'appId' | 'conversationId' | 'idKind'>,
  id: string,
): string {
  const { appId, conversationId, idKind } = conversation;
  const memberId = `rollcall-demo-${id}`;
  if (!findUser(world.app(appId), whoOf(idKind, memberId))) world.addUser(appId, whoOf(idKind, memberId));
  world.join(appId, conversationId, whoOf(idKind, memberId));
  return nameOf(conversation, memberId);
}

export function nameOf(
  { appId, conversationId }: { appId: string; conversationId: string },
  memberId: string,
): string {
  return JSON.stringify([appId, conversationId, memberId]);
}

export function whoOf(idKind: 'userId' | 'userExternalId', memberId: string): Who {
  return idKind === 'userId' ? { userId: memberId } : { userExternalId: memberId };
}

/**
 * What the fake vendor knows: apps with their users, conversations and participants.
 * Everything that joins or leaves goes through {@link World}, so that each change is told to `onMembershipEvent`.
 */
import { Credentials } from './authorization.ts';
import type { AppSeed, ConversationSeed, UserSeed, Who } from './options.ts';
import type { ListFault } from './pagination.ts';
import { type Participant, ParticipantList } from './participant-list.ts';
import { TokenBucket } from './token-bucket.ts';

export interface User {
  readonly id: string;
  readonly externalId: string | null;
}

export interface Conversation {
  readonly id: string;
  readonly type: 'sdkGroup' | 'personal';
  /** Joins beyond this many participants are refused; Infinity for no limit. */
  participantCap: number;
  readonly participants: ParticipantList;
  listFault: ListFault | undefined;
}

export interface App {
  readonly id: string;
  readonly credentials: Credentials;
  readonly users: Map<string, User>;
  readonly usersByExternalId: Map<string, User>;
  readonly conversations: Map<string, Conversation>;
  readonly rateLimit: TokenBucket | undefined;
}

/** Somebody joined or left, through the API or behind its back. */
export interface MembershipEvent {
  readonly type: 'conversation:join' | 'conversation:leave';
  readonly appId: string;
  readonly conversation: { readonly id: string; readonly type: Conversation['type'] };
  readonly user: User;
}

export type OnMembershipEvent = (event: MembershipEvent) => void;

/** Ids of 24 hex digits whose order is the order of their making. `kind` keeps the kinds apart. */
function idSource(kind: string): () => string {
  let made = 0;
  return () => {
    made += 1;
    return `67a0ecf8${kind}${made.toString(16).padStart(12, '0')}`;
  };
}

export class World {
  readonly #apps = new Map<string, App>();
  readonly #onMembershipEvent: OnMembershipEvent;
  readonly #newUserId = idSource('0001');
  readonly #newConversationId = idSource('0002');
  readonly #newParticipantId = idSource('0003');
  readonly #newClientId = idSource('0004');

  constructor(onMembershipEvent: OnMembershipEvent = () => {}) {
    this.#onMembershipEvent = onMembershipEvent;
  }

  apps(): readonly App[] {
    return [...this.#apps.values()];
  }

  find(appId: string): App | undefined {
    return this.#apps.get(appId);
  }

  /** An app that must exist. Throws if it does not. */
  app(appId: string): App {
    const app = this.#apps.get(appId);
    if (app === undefined) throw new Error(`the fake vendor has no app ${appId}`);
    return app;
  }

  /** A conversation that must exist. Throws if it does not. */
  conversation(appId: string, conversationId: string): Conversation {
    const conversation = this.app(appId).conversations.get(conversationId);
    if (conversation === undefined) throw new Error(`the app ${appId} has no conversation ${conversationId}`);
    return conversation;
  }

  addApp(seed: AppSeed): App {
    if (this.#apps.has(seed.appId)) throw new Error(`the fake vendor has an app ${seed.appId} already`);
    const app: App = {
      id: seed.appId,
      credentials: new Credentials(seed.keys ?? [], seed.tokens ?? []),
      users: new Map(),
      usersByExternalId: new Map(),
      conversations: new Map(),
      rateLimit:
        seed.requestsPerSecond === undefined
          ? undefined
          : new TokenBucket(seed.requestsPerSecond, seed.burst ?? Math.ceil(seed.requestsPerSecond / 10)),
    };
    this.#apps.set(app.id, app);
    for (const user of seed.users ?? []) this.addUser(app.id, user);
    for (const conversation of seed.conversations ?? []) this.addConversation(app.id, conversation);
    return app;
  }

  addUser(appId: string, seed: UserSeed = {}): User {
    const app = this.app(appId);
    const user: User = { id: seed.userId ?? this.#newUserId(), externalId: seed.userExternalId ?? null };
    if (app.users.has(user.id)) throw new Error(`the app ${appId} has a user ${user.id} already`);
    app.users.set(user.id, user);
    if (user.externalId !== null) app.usersByExternalId.set(user.externalId, user);
    return user;
  }

  addConversation(appId: string, seed: ConversationSeed = {}): Conversation {
    const conversation: Conversation = {
      id: seed.conversationId ?? this.#newConversationId(),
      type: seed.type ?? 'sdkGroup',
      participantCap: seed.participantCap ?? Number.POSITIVE_INFINITY,
      participants: new ParticipantList(),
      listFault: undefined,
    };
    this.app(appId).conversations.set(conversation.id, conversation);
    for (const who of seed.participants ?? []) this.join(appId, conversation.id, who);
    return conversation;
  }

  removeConversation(appId: string, conversationId: string): void {
    this.app(appId).conversations.delete(conversationId);
  }

  /** The participants in the order of their ids. Throws if there is no such conversation. */
  participants(appId: string, conversationId: string): readonly Participant[] {
    return this.conversation(appId, conversationId).participants.inOrder;
  }

  /** Joins somebody behind the API's back, whatever the conversation's type and cap. The user must exist. */
  join(appId: string, conversationId: string, who: Who): Participant {
    const app = this.app(appId);
    const conversation = this.conversation(appId, conversationId);
    const user = findUser(app, who);
    if (user === undefined) throw new Error(`the app ${appId} has no user ${JSON.stringify(who)}`);
    return conversation.participants.ofUser(user.id) ?? this.enter(app, conversation, user, false);
  }

  /** Removes somebody behind the API's back; false if nobody like that took part. */
  leave(appId: string, conversationId: string, who: Who): boolean {
    const app = this.app(appId);
    const conversation = this.conversation(appId, conversationId);
    const user = findUser(app, who);
    const participant = user && conversation.participants.ofUser(user.id);
    if (participant === undefined) return false;
    this.exit(app, conversation, participant);
    return true;
  }

  /** Makes an absent user a participant. */
  enter(app: App, conversation: Conversation, user: User, subscribeSDKClient: boolean): Participant {
    const participant: Participant = {
      id: this.#newParticipantId(),
      userId: user.id,
      userExternalId: user.externalId,
      unreadCount: 0,
      clientAssociations: subscribeSDKClient ? [{ type: 'sdk', clientId: this.#newClientId() }] : [],
      lastRead: null,
    };
    conversation.participants.add(participant);
    this.#tell('conversation:join', app, conversation, user);
    return participant;
  }

  /** Ends the part of somebody present. */
  exit(app: App, conversation: Conversation, participant: Participant): void {
    conversation.participants.delete(participant);
    const user = { id: participant.userId, externalId: participant.userExternalId };
    this.#tell('conversation:leave', app, conversation, user);
  }

  #tell(type: MembershipEvent['type'], app: App, conversation: Conversation, user: User): void {
    const { id, type: conversationType } = conversation;
    this.#onMembershipEvent({ type, appId: app.id, conversation: { id, type: conversationType }, user });
  }
}

export function findUser(app: App, who: Who): User | undefined {
  return 'userId' in who ? app.users.get(who.userId) : app.usersByExternalId.get(who.userExternalId);
}

/**
 * What the fake vendor knows: apps with their users, conversations, participants and webhooks.
 * Every change of who takes part, and of who and what there is, goes through {@link World}, which tells of it.
 */
import { type App, type Conversation, findUser, type User } from './app.ts';
import { Credentials, tokenIntegration } from './authorization.ts';
import type { MembershipEvent, VendorEvent } from './events.ts';
import { idSource } from './id-source.ts';
import { forgetUser, mergeConversations, mergeUsers, named } from './merge.ts';
import type { AppSeed, ConversationSeed, Merge, UserSeed, Who } from './options.ts';
import { type Participant, ParticipantList } from './participant-list.ts';
import { TokenBucket } from './token-bucket.ts';
import { Webhooks } from './webhooks.ts';

export class World {
  readonly #apps = new Map<string, App>();
  readonly #onEvent: (event: VendorEvent) => void;
  readonly #newUserId = idSource('0001');
  readonly #newConversationId = idSource('0002');
  readonly #newParticipantId = idSource('0003');
  readonly #newClientId = idSource('0004');
  readonly #newWebhookId = idSource('0005');

  constructor(onEvent: (event: VendorEvent) => void = () => {}) {
    this.#onEvent = onEvent;
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
      webhooks: new Webhooks([tokenIntegration, ...(seed.integrations ?? [])], this.#newWebhookId),
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

  /** Ends a conversation; false if there is none. Nobody is told of each leave. */
  removeConversation(appId: string, conversationId: string): boolean {
    const { conversations } = this.app(appId);
    const conversation = conversations.get(conversationId);
    if (conversation === undefined) return false;
    conversations.delete(conversationId);
    this.#onEvent({ type: 'conversation:remove', appId, conversation: named(conversation) });
    return true;
  }

  /** Deletes a user; false if there is none. */
  removeUser(appId: string, who: Who): boolean {
    const app = this.app(appId);
    const user = findUser(app, who);
    if (user === undefined) return false;
    forgetUser(app, user);
    this.#onEvent({ type: 'user:remove', appId, user });
    return true;
  }

  /** Makes one user of two, and where it is asked for one conversation of two. Both must exist. */
  mergeUsers(appId: string, { surviving, discarded, conversations }: Merge): void {
    const app = this.app(appId);
    const event = mergeUsers(app, this.#user(app, surviving), this.#user(app, discarded));
    const merged = conversations && {
      conversations: mergeConversations(
        app,
        this.conversation(appId, conversations.surviving),
        this.conversation(appId, conversations.discarded),
        this.#newParticipantId,
      ),
    };
    this.#onEvent({ ...event, ...merged });
  }

  /** The participants in the order of their ids. Throws if there is no such conversation. */
  participants(appId: string, conversationId: string): readonly Participant[] {
    return this.conversation(appId, conversationId).participants.inOrder;
  }

  /** Joins somebody behind the API's back, whatever the conversation's type and cap. The user must exist. */
  join(appId: string, conversationId: string, who: Who): Participant {
    const app = this.app(appId);
    const conversation = this.conversation(appId, conversationId);
    const user = this.#user(app, who);
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
    this.#onEvent({ type, appId: app.id, conversation: named(conversation), user });
  }

  #user(app: App, who: Who): User {
    const user = findUser(app, who);
    if (user === undefined) throw new Error(`the app ${app.id} has no user ${JSON.stringify(who)}`);
    return user;
  }
}

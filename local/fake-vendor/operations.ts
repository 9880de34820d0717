/** What the operations do to the world, and how the vendor answers them. */
import {
  type Answer,
  appNotFound,
  badRequest,
  conversationNotFound,
  failure,
  forbidden,
  json,
  notAMember,
  unauthorized,
  userNotFound,
} from './answers.ts';
import { type App, type Conversation, findUser } from './app.ts';
import type { Who } from './options.ts';
import { pageOf, parsePageQuery } from './pagination.ts';
import type { Participant } from './participant-list.ts';
import type { ParticipantsRoute, Route } from './routes.ts';
import { carryOutWebhooks } from './webhook-operations.ts';
import type { World } from './world.ts';

/** A request as the operations see it. */
export type Call = Route & Sent;

interface Sent {
  readonly authorization: string | undefined;
  /** The parsed JSON body; undefined if there is none, or it is no JSON. */
  readonly body: unknown;
  /** Scheme and host, for links. */
  readonly origin: string;
  /** Whether nobody waits for the answer any more. */
  isCallerGone(): boolean;
}

/** How a join of somebody present is answered: the vendor's documents do not say. */
export type OnRejoin = 'created' | 'badRequest';

/** Carries out a call, changing the world if it says so. */
export function carryOut(world: World, call: Call, onRejoin: OnRejoin): Answer {
  const app = world.find(call.appId);
  const refusal = refuse(world, app, call.authorization);
  if (refusal !== undefined) return refusal;
  if (app === undefined) return appNotFound();
  if (call.operation === 'webhooks')
    return carryOutWebhooks(app, call, call.body, app.credentials.integrationOf(call.authorization));
  const conversation = app.conversations.get(call.conversationId);
  switch (call.operation) {
    case 'join':
      return join(world, app, conversation, call.body, onRejoin);
    case 'leave':
      return leave(world, app, conversation, call.body);
    case 'list':
      return conversation === undefined ? conversationNotFound() : list(conversation, call);
  }
}

/** Credentials are judged before anything else. Those of another app are known, but reach no other app. */
function refuse(world: World, app: App | undefined, authorization: string | undefined): Answer | undefined {
  const nowSeconds = Date.now() / 1000;
  const verdict = app?.credentials.judge(authorization, nowSeconds);
  if (verdict === 'allowed') return undefined;
  if (verdict === 'forbidden') return forbidden();
  const isOfAnother = world
    .apps()
    .some((another) => another.credentials.judge(authorization, nowSeconds) !== 'unknown');
  if (!isOfAnother) return unauthorized();
  return app === undefined ? appNotFound() : forbidden();
}

function join(
  world: World,
  app: App,
  conversation: Conversation | undefined,
  body: unknown,
  onRejoin: OnRejoin,
): Answer {
  const fields = fieldsOf(body);
  const mistakes = idMistakes(fields, ['userId', 'userExternalId']);
  const subscribe = fields['subscribeSDKClient'];
  if (subscribe !== undefined && typeof subscribe !== 'boolean') {
    mistakes.push('subscribeSDKClient should be boolean');
  }
  if (conversation?.type === 'sdkGroup' && subscribe === undefined) {
    mistakes.push("should have required property 'subscribeSDKClient'");
  }
  if (mistakes.length > 0) return badRequest(...mistakes);
  if (conversation === undefined) return conversationNotFound();
  if (conversation.type !== 'sdkGroup') return badRequest('Only sdkGroup conversations can be joined');
  const user = findUser(app, whoOf(fields));
  if (user === undefined) return userNotFound();
  const present = conversation.participants.ofUser(user.id);
  if (present !== undefined) {
    return onRejoin === 'created'
      ? json(201, { participant: present })
      : badRequest('User is already a participant of the conversation');
  }
  if (conversation.participants.size >= conversation.participantCap)
    return badRequest('Too many participants');
  return json(201, { participant: world.enter(app, conversation, user, subscribe === true) }, 'joined');
}

function leave(world: World, app: App, conversation: Conversation | undefined, body: unknown): Answer {
  const fields = fieldsOf(body);
  const mistakes = idMistakes(fields, ['userId', 'userExternalId', 'participantId']);
  if (mistakes.length > 0) return badRequest(...mistakes);
  if (conversation === undefined) return conversationNotFound();
  const { participantId } = fields;
  if (typeof participantId === 'string') {
    return end(world, app, conversation, conversation.participants.withId(participantId));
  }
  const user = findUser(app, whoOf(fields));
  if (user === undefined) return userNotFound();
  return end(world, app, conversation, conversation.participants.ofUser(user.id));
}

function end(
  world: World,
  app: App,
  conversation: Conversation,
  participant: Participant | undefined,
): Answer {
  if (participant === undefined) return notAMember();
  world.exit(app, conversation, participant);
  return json(200, {}, 'left');
}

function list(conversation: Conversation, call: ParticipantsRoute & Sent): Answer {
  const query = parsePageQuery(call.search);
  if (query === undefined) return badRequest('Invalid page query parameters');
  const fault = conversation.listFault;
  if (fault === 'failPage2' && query.after !== undefined) {
    return failure(500, 'internal_error', 'Something went wrong');
  }
  const page = pageOf(conversation.participants, fault === 'repeatPage' ? { size: query.size } : query);
  const { participants, hasMore, afterCursor, beforeCursor } = page;
  const link = (cursor: 'after' | 'before', id: string): string =>
    `${call.origin}${call.path}?page[${cursor}]=${id}&page[size]=${query.size}`;
  return json(200, {
    participants,
    meta: { hasMore: fault === 'staleHasMore' ? !hasMore : hasMore, afterCursor, beforeCursor },
    links: {
      prev: beforeCursor && link('before', beforeCursor),
      next: afterCursor && link('after', afterCursor),
    },
  });
}

function fieldsOf(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
}

/** Exactly one of the ids must be there, as a string. */
function idMistakes(fields: Record<string, unknown>, names: readonly string[]): string[] {
  const given = names.filter((name) => fields[name] !== undefined);
  if (given.length !== 1) return [`should have exactly one of ${names.join(', ')}`];
  return given.flatMap((name) =>
    typeof fields[name] === 'string' && fields[name] !== ''
      ? []
      : [`${name} should be a string that is not empty`],
  );
}

/** The one id that {@link idMistakes} found to be there. */
function whoOf(fields: Record<string, unknown>): Who {
  const { userId, userExternalId } = fields;
  return typeof userId === 'string' ? { userId } : { userExternalId: String(userExternalId) };
}

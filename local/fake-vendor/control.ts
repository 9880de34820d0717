/**
 * The control surface, for those who run the fake vendor in a process of its own. Off unless asked for. JSON in and out:
 *
 * | request                                                        | does                                            |
 * |----------------------------------------------------------------|-------------------------------------------------|
 * | GET  /_control/stats                                           | what was counted                                |
 * | POST /_control/faults `{plan}` or `null`                       | begins a fault plan, or ends it                 |
 * | POST /_control/apps `{app}`                                    | adds an app with its users and conversations    |
 * | GET  /_control/apps/A/conversations                            | all its conversations, each with participants   |
 * | GET  /_control/apps/A/conversations/C/participants             | one conversation's participants                 |
 * | POST /_control/apps/A/conversations/C/participants `{add, remove}` | changes them behind the API's back          |
 * | POST /_control/apps/A/conversations/C/remove                   | ends the conversation                           |
 * | POST /_control/apps/A/users/remove `{userId}` or `{userExternalId}` | deletes the user                           |
 * | POST /_control/apps/A/users/merge `{surviving, discarded, conversations}` | makes one user of two                |
 * | GET  /_control/apps/A/webhooks                                 | all its webhooks                                |
 * | POST /_control/apps/A/outage `{mode}`                          | `refuse`, `stall`, `reset` or null              |
 * | POST /_control/apps/A/keys `{add, revoke}`                     | adds a key, revokes the key of an id            |
 *
 * 200 with the result, 400 with `{error}` for what cannot be done.
 */
import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { type Answer, json } from './answers.ts';
import type { Conversation } from './app.ts';
import type { FakeVendor } from './fake-vendor.ts';
import { faultPlanSchema } from './faults.ts';
import { apiKeySchema, appSeedSchema, mergeSchema, whoSchema } from './options.ts';
import { readBody } from './request-body.ts';
import { decode } from './routes.ts';

export const controlPrefix = '/_control/';

/** Seeds may be large: a thousand conversations of 250 take about 10 MB. */
const limitBytes = 256 * 1024 * 1024;

const outageSchema = z.strictObject({ mode: z.enum(['refuse', 'stall', 'reset']).nullable() });
const keysSchema = z.strictObject({ add: apiKeySchema.optional(), revoke: z.string().optional() });
const changesSchema = z.strictObject({
  add: z.array(whoSchema).default([]),
  remove: z.array(whoSchema).default([]),
});

export async function answerControl(vendor: FakeVendor, request: IncomingMessage): Promise<Answer> {
  const body = await readBody(request, limitBytes);
  if (body.kind !== 'read') return json(400, { error: `the body is ${body.kind}` });
  const [path = ''] = (request.url ?? '').slice(controlPrefix.length).split('?');
  const segments = path.split('/').map((segment) => decode(segment) ?? segment);
  try {
    return json(
      200,
      act(vendor, `${request.method}`, segments, body.text === '' ? null : JSON.parse(body.text)),
    );
  } catch (error) {
    return json(400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function act(vendor: FakeVendor, method: string, segments: readonly string[], body: unknown): unknown {
  const [first, appId, topic, conversationId, last] = segments;
  if (first === 'apps' && appId !== undefined) {
    const isUsers = topic === 'users';
    const rest = isUsers ? [conversationId] : [conversationId && 'C', last];
    const asked = `${method} ${[topic, ...rest].filter(Boolean).join('/')}`;
    return actOnApp(vendor, asked, appId, conversationId ?? '', body);
  }
  switch (`${method} ${segments.join('/')}`) {
    case 'GET stats':
      return vendor.stats();
    case 'POST faults':
      vendor.setFaults(faultPlanSchema.nullable().parse(body) ?? undefined);
      return {};
    case 'POST apps':
      vendor.world.addApp(appSeedSchema.parse(body));
      return {};
    default:
      throw new Error('there is no such control');
  }
}

function actOnApp(
  vendor: FakeVendor,
  asked: string,
  appId: string,
  conversationId: string,
  body: unknown,
): unknown {
  const { world } = vendor;
  const app = world.app(appId);
  switch (asked) {
    case 'GET conversations':
      return { conversations: [...app.conversations.values()].map(shown) };
    case 'GET conversations/C/participants':
      return { participants: world.participants(appId, conversationId) };
    case 'POST conversations/C/participants': {
      const { add, remove } = changesSchema.parse(body);
      for (const who of add) world.join(appId, conversationId, who);
      for (const who of remove) world.leave(appId, conversationId, who);
      return { participants: world.participants(appId, conversationId) };
    }
    case 'POST conversations/C/remove':
      return { removed: world.removeConversation(appId, conversationId) };
    case 'POST users/remove':
      return { removed: world.removeUser(appId, whoSchema.parse(body)) };
    case 'POST users/merge':
      world.mergeUsers(appId, mergeSchema.parse(body));
      return {};
    case 'GET webhooks':
      return { webhooks: app.webhooks.all() };
    case 'POST outage':
      vendor.setOutage(appId, outageSchema.parse(body).mode ?? undefined);
      return {};
    case 'POST keys': {
      const { add, revoke } = keysSchema.parse(body);
      if (revoke !== undefined) app.credentials.revokeKey(revoke);
      if (add !== undefined) app.credentials.addKey(add);
      return {};
    }
    default:
      throw new Error('there is no such control');
  }
}

function shown({ id, type, participantCap, participants }: Conversation): unknown {
  const cap = Number.isFinite(participantCap) ? participantCap : null;
  return { id, type, participantCap: cap, participants: participants.inOrder };
}

/** The operations, under both base paths that the vendor's hosts use. */

export const operations = ['join', 'leave', 'list', 'webhooks'] as const;
export type Operation = (typeof operations)[number];

interface Asked {
  readonly appId: string;
  /** The path as it was asked for, without the query. */
  readonly path: string;
  /** The query, without its `?`. */
  readonly search: string;
}

export interface ParticipantsRoute extends Asked {
  readonly operation: 'join' | 'leave' | 'list';
  readonly conversationId: string;
}

/** The webhooks of an integration, or one of them. */
export interface WebhookRoute extends Asked {
  readonly operation: 'webhooks';
  readonly action: 'list' | 'create' | 'get' | 'update' | 'delete';
  readonly integrationId: string;
  /** Empty where it is about none in particular. */
  readonly webhookId: string;
}

export type Route = ParticipantsRoute | WebhookRoute;

const pattern =
  /^(?:\/sc)?\/v2\/apps\/([^/]+)\/(?:conversations\/([^/]+)\/(join|leave|participants)|integrations\/([^/]+)\/webhooks(?:\/([^/]+))?)$/;

/** The operation that a request asks for; undefined if there is no such path or method. */
export function routeOf(method: string, url: string): Route | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const [found, app, conversation, last, integration, webhook] = pattern.exec(path) ?? [];
  const appId = decode(app);
  if (found === undefined || appId === undefined) return undefined;
  const asked = { appId, path, search: mark < 0 ? '' : url.slice(mark + 1) };
  return last === undefined
    ? webhookRoute(method, asked, integration, webhook)
    : participantsRoute(method, asked, conversation, last);
}

function participantsRoute(
  method: string,
  asked: Asked,
  conversation: string | undefined,
  last: string,
): ParticipantsRoute | undefined {
  const operation = last === 'participants' ? 'list' : last;
  if (operation !== 'join' && operation !== 'leave' && operation !== 'list') return undefined;
  if (method !== (operation === 'list' ? 'GET' : 'POST')) return undefined;
  const conversationId = decode(conversation);
  return conversationId === undefined ? undefined : { ...asked, operation, conversationId };
}

function webhookRoute(
  method: string,
  asked: Asked,
  integration: string | undefined,
  webhook: string | undefined,
): WebhookRoute | undefined {
  const action = webhookActions.get(`${method} ${webhook === undefined ? 'all' : 'one'}`);
  const integrationId = decode(integration);
  const webhookId = decode(webhook);
  if (action === undefined || integrationId === undefined || webhookId === undefined) return undefined;
  return { ...asked, operation: 'webhooks', action, integrationId, webhookId };
}

const webhookActions: ReadonlyMap<string, WebhookRoute['action']> = new Map([
  ['GET all', 'list'],
  ['POST all', 'create'],
  ['GET one', 'get'],
  ['PATCH one', 'update'],
  ['DELETE one', 'delete'],
]);

/** Percent-decodes a path segment; undefined if its escapes are broken. */
export function decode(segment = ''): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The three operations, under both base paths that the vendor's hosts use. */

export const operations = ['join', 'leave', 'list'] as const;
export type Operation = (typeof operations)[number];

export interface Route {
  readonly operation: Operation;
  readonly appId: string;
  readonly conversationId: string;
  /** The path as it was asked for, without the query. */
  readonly path: string;
  /** The query, without its `?`. */
  readonly search: string;
}

const pattern = /^(?:\/sc)?\/v2\/apps\/([^/]+)\/conversations\/([^/]+)\/(join|leave|participants)$/;

/** The operation that a request asks for; undefined if there is no such path or method. */
export function routeOf(method: string, url: string): Route | undefined {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const [, app, conversation, last] = pattern.exec(path) ?? [];
  const operation = last === 'participants' ? 'list' : last;
  if (operation !== 'join' && operation !== 'leave' && operation !== 'list') return undefined;
  if (method !== (operation === 'list' ? 'GET' : 'POST')) return undefined;
  const appId = decode(app);
  const conversationId = decode(conversation);
  if (appId === undefined || conversationId === undefined) return undefined;
  return { operation, appId, conversationId, path, search: mark < 0 ? '' : url.slice(mark + 1) };
}

/** Percent-decodes a path segment; undefined if its escapes are broken. */
export function decode(segment = ''): string | undefined {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

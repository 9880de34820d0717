import type { Page, ParticipantJoinBody, ParticipantLeaveBody } from './models.ts';

/*
 * Builds the parts of a request out of what callers pass. Whatever is wrong there is a bug of the caller's: a
 * TypeError that names the field, and never repeats the value.
 */

/** `/v2/apps/{appId}/conversations/{conversationId}`, with ids that cannot leave their segment. */
export function conversationPath(appId: string, conversationId: string): string {
  return `/v2/apps/${pathSegment('appId', appId)}/conversations/${pathSegment('conversationId', conversationId)}`;
}

const NEEDS_NO_ENCODING = /^[A-Za-z0-9_-]+$/;

/** An id as a segment of a path. */
export function pathSegment(field: string, id: unknown): string {
  if (typeof id === 'string' && NEEDS_NO_ENCODING.test(id)) return id;
  if (typeof id !== 'string' || id === '')
    throw new TypeError(`${field}: must be a string that is not empty`);
  // Dots need no encoding, so encoded or not these two mean another path.
  if (id === '.' || id === '..') throw new TypeError(`${field}: must not be a dot segment`);
  if (/\p{Cc}/u.test(id)) throw new TypeError(`${field}: must not contain control characters`);
  if (!id.isWellFormed()) throw new TypeError(`${field}: must not contain half a surrogate pair`);
  return encodeURIComponent(id);
}

/** What goes into a request's body, and the person's id in it. */
export interface Body {
  readonly json: string;
  readonly id: string;
}

export function joinBody(body: ParticipantJoinBody): Body {
  const [field, id] = onlyId(body, ['userId', 'userExternalId']);
  const { subscribeSDKClient } = body;
  if (subscribeSDKClient !== undefined && typeof subscribeSDKClient !== 'boolean') {
    throw new TypeError('subscribeSDKClient: must be true or false');
  }
  return { json: JSON.stringify({ [field]: id, subscribeSDKClient }), id };
}

export function leaveBody(body: ParticipantLeaveBody): Body {
  const [field, id] = onlyId(body, ['userId', 'userExternalId', 'participantId']);
  return { json: JSON.stringify({ [field]: id }), id };
}

function onlyId(body: object, fields: readonly string[]): [field: string, id: string] {
  const ids = (body ?? {}) as Readonly<Record<string, unknown>>;
  const [field, ...others] = fields.filter((each) => ids[each] !== undefined);
  if (field === undefined || others.length > 0) {
    throw new TypeError(`${fields.join(', ')}: exactly one of them must be given`);
  }
  const id = ids[field];
  if (typeof id !== 'string' || id === '')
    throw new TypeError(`${field}: must be a string that is not empty`);
  return [field, id];
}

/** The query of a list: empty, or with its question mark. */
export function pageQuery(page: Page = {}): string {
  const { after, before, size } = page;
  if (after !== undefined && before !== undefined) {
    throw new TypeError('page.after, page.before: at most one of them may be given');
  }
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 100)) {
    throw new TypeError('page.size: must be a whole number from 1 to 100');
  }
  const given = Object.entries({ after, before, size }).filter(([, value]) => value !== undefined);
  const query = given.map(([key, value]) => {
    if (value === '') throw new TypeError(`page.${key}: must not be empty`);
    return `page%5B${key}%5D=${encodeURIComponent(String(value).toWellFormed())}`;
  });
  return query.length === 0 ? '' : `?${query.join('&')}`;
}

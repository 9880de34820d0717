/** Cursor pagination: `page[after]` or `page[before]` (not both) and `page[size]`. */
import type { Participant, ParticipantList } from './participant-list.ts';

/**
 * A listing that goes wrong. `failPage2`: every page but the first fails. `repeatPage`: the first page comes
 * again and again, with the same cursor. `staleHasMore`: `hasMore` says the opposite of the truth.
 */
export type ListFault = 'failPage2' | 'repeatPage' | 'staleHasMore';

export interface PageQuery {
  readonly after?: string;
  readonly before?: string;
  readonly size: number;
}

export interface Page {
  readonly participants: readonly Participant[];
  readonly hasMore: boolean;
  readonly afterCursor?: string;
  readonly beforeCursor?: string;
}

const defaultPageSize = 25;
const largestPageSize = 100;
const cursorPattern = /^[0-9a-f]{24}$/i;

/** Reads the page parameters of a query string without its `?`; undefined if they are invalid. */
export function parsePageQuery(search: string): PageQuery | undefined {
  if (search === '') return { size: defaultPageSize };
  const given = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    if (!name.startsWith('page')) continue;
    if (given.has(name)) return undefined;
    given.set(name, value);
  }
  const after = given.get('page[after]');
  const before = given.get('page[before]');
  const size = given.get('page[size]');
  for (const known of ['page[after]', 'page[before]', 'page[size]']) given.delete(known);
  if (given.size > 0 || (after !== undefined && before !== undefined)) return undefined;
  const cursor = after ?? before;
  if (cursor !== undefined && !cursorPattern.test(cursor)) return undefined;
  if (size !== undefined && !(/^[1-9]\d{0,2}$/.test(size) && Number(size) <= largestPageSize))
    return undefined;
  return {
    size: size === undefined ? defaultPageSize : Number(size),
    ...(after !== undefined && { after }),
    ...(before !== undefined && { before }),
  };
}

/** One page. `hasMore` looks in the direction of travel; a cursor is there only where records lie beyond it. */
export function pageOf(list: ParticipantList, query: PageQuery): Page {
  const { from, to } = boundsOf(list, query);
  const participants = list.inOrder.slice(from, to);
  const first = participants[0];
  const last = participants.at(-1);
  return {
    participants,
    hasMore: query.before === undefined ? to < list.size : from > 0,
    ...(last !== undefined && to < list.size && { afterCursor: last.id }),
    ...(first !== undefined && from > 0 && { beforeCursor: first.id }),
  };
}

function boundsOf(list: ParticipantList, { after, before, size }: PageQuery): { from: number; to: number } {
  if (before !== undefined) {
    const to = list.firstFrom(before.toLowerCase());
    return { from: Math.max(0, to - size), to };
  }
  if (after === undefined) return { from: 0, to: Math.min(size, list.size) };
  const cursor = after.toLowerCase();
  const at = list.firstFrom(cursor);
  const from = list.inOrder[at]?.id === cursor ? at + 1 : at;
  return { from, to: Math.min(from + size, list.size) };
}

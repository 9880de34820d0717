import { parsedJson } from './json.ts';
import { type OutgoingChange, readOutgoing } from './outgoing-change.ts';

/** What became of one change of a request: `status` as HTTP means it, `error` the field and what is wrong with it. */
export type ItemAnswer =
  | { readonly status: 202; readonly id: string }
  | { readonly status: 403 | 422 | 503; readonly error: string };

export type IncomingItem =
  | { readonly kind: 'change'; readonly outgoing: OutgoingChange }
  | { readonly kind: 'refused'; readonly answer: ItemAnswer };

export type IncomingRead =
  | { readonly kind: 'read'; readonly items: readonly IncomingItem[] }
  | { readonly kind: 'refused'; readonly why: 'unreadable' | 'too_large' };

/** So many changes one request may hold. */
export const CHANGES_MAX = 100;

/**
 * Reads the body of a producer's request: one change, or an array of them. Each is validated as the consumer would, and
 * must be of an app that the producer may speak for.
 */
export function readIncoming(body: string, appIds: ReadonlySet<string>, nowMs: number): IncomingRead {
  const value = parsedJson(body);
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > CHANGES_MAX) return { kind: 'refused', why: 'too_large' };
  if (value === undefined || values.length === 0) return { kind: 'refused', why: 'unreadable' };
  return { kind: 'read', items: values.map((each) => readItem(each, appIds, nowMs)) };
}

function readItem(value: unknown, appIds: ReadonlySet<string>, nowMs: number): IncomingItem {
  const text = textOf(value);
  if (text === undefined) return refused(422, 'body: is nested too deeply');
  const outgoing = readOutgoing(text, nowMs);
  if ('problem' in outgoing) return refused(422, outgoing.problem);
  if (!appIds.has(outgoing.change.member.appId))
    return refused(403, 'appId: not one that this secret may speak for');
  return { kind: 'change', outgoing };
}

function refused(status: 403 | 422, error: string): IncomingItem {
  return { kind: 'refused', answer: { status, error } };
}

/** What `JSON.parse` takes in may be nested more deeply than can be written again. */
function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** The status of a whole request: 202 only where every change is on the queue, else the gravest of its items'. */
export function statusOf(answers: readonly ItemAnswer[]): number {
  return [503, 403, 422].find((status) => answers.some((answer) => answer.status === status)) ?? 202;
}

/** The vendor's three participant operations. */
export type Operation = 'join' | 'leave' | 'list';

/** What one call to the vendor meant. */
export type CallResult =
  /** This call did it, or did it again: the vendor does not say which. */
  | { readonly kind: 'applied'; readonly participantId?: string }
  /** It was so before the call. */
  | { readonly kind: 'already' }
  /** The vendor does not know the conversation, or the user. */
  | { readonly kind: 'gone'; readonly what: 'conversation' | 'user' }
  /** The vendor understood the request and refuses it. `full`: for as long as nobody leaves. */
  | {
      readonly kind: 'rejected';
      readonly reason: 'full' | 'bad_request' | 'unexpected';
      readonly status: number;
      readonly code?: string;
      readonly title?: string;
    }
  /** `mayHaveBeenApplied`: the client had sent the request once before, over a connection that broke. */
  | { readonly kind: 'throttled'; readonly retryAfterMs?: number; readonly mayHaveBeenApplied?: true }
  /** The credential is not, or no longer, good for this. */
  | { readonly kind: 'unauthorized'; readonly status: 401 | 403 }
  /** No answer, or one that is not the vendor's word on this request. `status` is absent where nothing answered. */
  | { readonly kind: 'unreachable'; readonly mayHaveBeenApplied: boolean; readonly status?: number };

/** A call that did not succeed, as the vendor's API client tells it. */
export interface CallFailure {
  /** The HTTP status; absent if no whole answer arrived. */
  readonly status?: number | undefined;
  /** From the vendor's error body; absent if the answer had none, for instance because a proxy gave it. */
  readonly code?: string | undefined;
  readonly title?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  /** True if the vendor may have changed something all the same. */
  readonly mayHaveBeenApplied: boolean;
}

interface Meaning {
  /** A status, or any that says nothing was changed. */
  readonly status: number | 'refusal';
  /** Absent: for every operation. */
  readonly operations?: readonly Operation[];
  /** `any`: some code, which shows that the vendor answered and not a proxy. Absent: with a code or without. */
  readonly code?: string;
  readonly title?: string;
  readonly result: (failure: CallFailure, status: number) => CallResult;
}

const unreachable = (failure: CallFailure): CallResult => ({
  kind: 'unreachable',
  mayHaveBeenApplied: failure.mayHaveBeenApplied,
  ...(failure.status !== undefined && { status: failure.status }),
});
const throttled = ({ retryAfterMs, mayHaveBeenApplied }: CallFailure): CallResult => ({
  kind: 'throttled',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
  ...(mayHaveBeenApplied && { mayHaveBeenApplied }),
});
const gone = (what: 'conversation' | 'user') => (): CallResult => ({ kind: 'gone', what });
const already = (): CallResult => ({ kind: 'already' });
const unauthorized = (status: 401 | 403) => (): CallResult => ({ kind: 'unauthorized', status });
const rejected =
  (reason: 'full' | 'bad_request' | 'unexpected') =>
  ({ code, title }: CallFailure, status: number): CallResult => ({
    kind: 'rejected',
    reason,
    status,
    ...(code !== undefined && { code: bounded(code) }),
    ...(title !== undefined && { title: bounded(title) }),
  });

/**
 * The first row that fits gives the meaning; what fits none is `unreachable`.
 *
 * A 404 or a 400 only counts with one of the vendor's codes: gateways and proxies answer with the same statuses, and
 * taking such an answer for the vendor's would end a change, or a whole conversation, for somebody else's outage.
 */
const MEANINGS: readonly Meaning[] = [
  { status: 401, result: unauthorized(401) },
  { status: 403, result: unauthorized(403) },
  { status: 429, result: throttled },
  {
    status: 400,
    operations: ['join'],
    code: 'bad_request',
    title: 'too many participants',
    result: rejected('full'),
  },
  { status: 400, code: 'any', result: rejected('bad_request') },
  { status: 404, code: 'conversation_not_found', result: gone('conversation') },
  { status: 404, operations: ['join', 'leave'], code: 'user_not_found', result: gone('user') },
  {
    status: 404,
    operations: ['leave'],
    code: 'not_found',
    title: 'user is not a member of the conversation',
    result: already,
  },
  { status: 404, result: unreachable },
  { status: 'refusal', code: 'any', result: rejected('unexpected') },
];

/** Gives a call that did not succeed its meaning. */
export function classifyFailure(operation: Operation, failure: CallFailure): CallResult {
  const { status } = failure;
  if (status === undefined) return unreachable(failure);
  const meaning = MEANINGS.find((row) => fits(row, operation, status, failure));
  return meaning === undefined ? unreachable(failure) : meaning.result(failure, status);
}

function fits(row: Meaning, operation: Operation, status: number, failure: CallFailure): boolean {
  return (
    (row.status === 'refusal' ? excludesEffect(status) : row.status === status) &&
    (row.operations === undefined || row.operations.includes(operation)) &&
    (row.code === undefined ||
      row.code === failure.code ||
      (row.code === 'any' && failure.code !== undefined)) &&
    (row.title === undefined || row.title === plain(bounded(failure.title ?? '')))
  );
}

/** Client errors that leave open whether the request was carried out. */
const OPEN_STATUSES: ReadonlySet<number> = new Set([408, 423, 425]);

/** True for an answer that says: this request changed nothing. */
export function excludesEffect(status: number): boolean {
  return status >= 400 && status <= 499 && !OPEN_STATUSES.has(status);
}

/**
 * True for a code or a title of the vendor's that some meaning depends on. A text that is longer than what is kept of
 * one does not: anybody between here and the vendor may have written it, and of any length.
 */
export function decidesMeaning(text: string): boolean {
  if (text.length > TEXT_MAX_LENGTH) return false;
  return MEANINGS.some((row) => row.code === text || row.title === plain(text));
}

/** A title as the table writes it: titles are prose, so their case, spacing and closing punctuation may change. */
function plain(title: string): string {
  return title
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s.!]+$/, '');
}

/** Codes and titles end up in logs and in the table, and are somebody else's text. */
const TEXT_MAX_LENGTH = 200;

function bounded(text: string): string {
  return text.slice(0, TEXT_MAX_LENGTH).toWellFormed();
}

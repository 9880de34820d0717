import { decidesMeaning, excludesEffect, type Operation } from '../../core/call-result.ts';
import type { Answer, Exchange } from './exchange.ts';
import { errorResponse } from './models.ts';
import { retryAfterMs } from './retry-after.ts';

/** One entry of the vendor's error body, cut to a reasonable length. */
export interface VendorError {
  readonly code?: string;
  readonly title?: string;
}

interface ErrorDetails {
  readonly operation: Operation;
  readonly status?: number;
  readonly errors?: readonly VendorError[];
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
  readonly mayHaveBeenApplied: boolean;
  readonly cause?: Error;
}

/**
 * A call that did not succeed, whatever the reason. `classifyFailure(error.operation, error)` says what it means.
 * Neither the message nor any field holds a credential or the id of the person the call was about.
 */
export class ParticipantsApiError extends Error {
  override readonly name = 'ParticipantsApiError';
  readonly operation: Operation;
  /** The HTTP status; undefined if no whole answer arrived. */
  readonly status: number | undefined;
  /** The first error's code and title; undefined if the answer was not in the vendor's error format. */
  readonly code: string | undefined;
  readonly title: string | undefined;
  /** All errors of the answer; several are possible with status 400 only. */
  readonly errors: readonly VendorError[];
  /** How long the vendor asks to wait, at most an hour; undefined if it does not say. */
  readonly retryAfterMs: number | undefined;
  /** The vendor's own id of the request, for its support. */
  readonly requestId: string | undefined;
  /** True if the vendor may have carried out a join or leave all the same. */
  readonly mayHaveBeenApplied: boolean;

  constructor(message: string, details: ErrorDetails) {
    super(message, details.cause && { cause: details.cause });
    const { operation, status, errors = [], mayHaveBeenApplied } = details;
    this.operation = operation;
    this.status = status;
    this.code = errors[0]?.code;
    this.title = errors[0]?.title;
    this.errors = errors;
    this.retryAfterMs = details.retryAfterMs;
    this.requestId = details.requestId;
    this.mayHaveBeenApplied = mayHaveBeenApplied;
  }
}

/** Nothing answered, or not to the end. */
export function unansweredError(
  operation: Operation,
  exchange: Extract<Exchange, { kind: 'unanswered' }>,
): ParticipantsApiError {
  const cause = plainError(exchange.error);
  const mayHaveBeenApplied = operation !== 'list' && exchange.mayHaveArrived;
  return new ParticipantsApiError(`${operation}: no answer (${cause.message})`, {
    operation,
    mayHaveBeenApplied,
    cause,
  });
}

/** An answer of another status than success. `unspeakable`: what must not be repeated, even if the answer repeats it. */
export function refusedError(
  operation: Operation,
  exchange: Extract<Exchange, { kind: 'answered' }>,
  unspeakable: readonly string[],
  nowMs: number,
): ParticipantsApiError {
  const { answer, repeated } = exchange;
  const { status } = answer;
  const errors = readErrors(answer, unspeakable);
  return new ParticipantsApiError(`${operation}: answered with status ${status}${shownCode(errors)}`, {
    operation,
    status,
    errors,
    retryAfterMs: retryAfterMs(answer.header('retry-after'), nowMs),
    requestId: requestId(answer),
    mayHaveBeenApplied: operation !== 'list' && (repeated || !excludesEffect(status)),
  });
}

/** An answer whose status says success and whose body does not. */
export function unfitError(operation: Operation, answer: Answer, problem: string): ParticipantsApiError {
  const { status } = answer;
  return new ParticipantsApiError(
    `${operation}: status ${status}, but not an answer of this API (${problem})`,
    {
      operation,
      status,
      requestId: requestId(answer),
      mayHaveBeenApplied: operation !== 'list',
    },
  );
}

const ERRORS_MAX = 10;
const TEXT_MAX_LENGTH = 200;

/** What an answer's body says is wrong. `unspeakable`: what must not be repeated, even if the body repeats it. */
export function readErrors({ json }: Answer, unspeakable: readonly string[]): VendorError[] {
  const read = errorResponse.safeParse(json);
  return (read.data?.errors ?? []).slice(0, ERRORS_MAX).map(({ code, title }) => ({
    ...(code !== undefined && { code: speakable(code, unspeakable) }),
    ...(title !== undefined && { title: speakable(title, unspeakable) }),
  }));
}

/** External ids may be any text, also a word of a code or title that decides a meaning: those stay as they are. */
function speakable(text: string, unspeakable: readonly string[]): string {
  if (decidesMeaning(text)) return text;
  return unspeakable.reduce((rest, word) => rest.replaceAll(word, '[…]'), text).slice(0, TEXT_MAX_LENGTH);
}

/** A code is somebody else's text: the message shows it only where it looks like a code. */
function shownCode([first]: readonly VendorError[]): string {
  const code = first?.code ?? '';
  return /^[a-z_]{1,50}$/.test(code) ? ` ${code}` : '';
}

function requestId(answer: Answer): string | undefined {
  const id = answer.header('x-request-id') ?? answer.header('x-zendesk-request-id');
  return id?.match(/^[\x21-\x7e]{1,200}$/)?.[0];
}

/** Errors of the network carry more than is good to keep: a parser's, for instance, the raw bytes of the answer. */
function plainError(error: Error): Error {
  if (!('code' in error && typeof error.code === 'string')) return new Error(error.message);
  // The error for a host with several addresses has no message of its own.
  return Object.assign(new Error(error.message || error.code), { code: error.code });
}

import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parsedJson } from '../../core/json.ts';
import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool.ts';
import type { Deadline } from './deadline.ts';
import type { Host } from './host.ts';

export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the host's base path, encoded, with its query. */
  readonly path: string;
  /** Names and values by turns, without those that follow from the host and the body. */
  readonly headers: readonly string[];
  readonly body?: string;
  /** Not to be sent a second time: carried out twice, it would be done twice. */
  readonly onlyOnce?: true;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  /** By its name in lower case. */
  header(name: string): string | undefined;
  /** The parsed body; undefined where it is not JSON. */
  readonly json: unknown;
}

/** What came of sending a request. */
export type Exchange = {
  /** True if a first sending of it was lost on the way, or its answer was. */
  readonly repeated: boolean;
} & (
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'unanswered'; readonly error: Error; readonly mayHaveArrived: boolean }
);

type Attempt = { readonly kind: 'stale'; readonly error: Error } | Exchange;

/** Answers longer than this are cut off: a page of 100 participants takes some tens of KiB. */
const ANSWER_MAX_BYTES = 5 * 1024 * 1024;

/** Errors of a connection that was closed while it was idle. */
const STALE_CODES: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);

/** Sends requests to one host over kept-alive connections. Follows no redirects. */
export class Exchanger {
  readonly #host: Host;
  readonly #pool: ConnectionPool;

  constructor(host: Host, options: Omit<ConnectionPoolOptions, 'secure'>) {
    this.#host = host;
    this.#pool = new ConnectionPool({ secure: host.secure, ...options });
  }

  /**
   * Sends a request, and once more if its connection turns out to have been closed while it was idle, as all are after
   * a function was frozen. All three operations on participants may be repeated.
   */
  async send(request: Request, deadline: Deadline): Promise<Exchange> {
    const first = await this.#attempt(request, deadline);
    if (first.kind !== 'stale') return first;
    if (request.onlyOnce) return unanswered(first.error, true);
    this.#pool.closeIdle();
    const second = await this.#attempt(request, deadline);
    if (second.kind === 'answered') return { ...second, repeated: true };
    return { kind: 'unanswered', error: second.error, mayHaveArrived: true, repeated: true };
  }

  close(): void {
    this.#pool.close();
  }

  #attempt(request: Request, deadline: Deadline): Promise<Attempt> {
    if (deadline.over) return Promise.resolve(unanswered(deadline.over, false));
    const { promise, resolve } = Promise.withResolvers<Attempt>();
    const outgoing = this.#begin(request);
    deadline.whenOver((reason) => {
      resolve(unanswered(reason, true));
      outgoing.destroy(reason);
    });
    let answer: IncomingMessage | undefined;
    outgoing.on('error', (error) =>
      resolve(answer ? unanswered(error, true) : this.#failed(outgoing, error)),
    );
    outgoing.on('response', (response) => {
      answer = response;
      readAnswer(response, resolve);
    });
    // A switch of protocols ends the connection with neither an answer nor an error.
    outgoing.on('close', () => {
      if (!answer) resolve(unanswered(new Error('closed without one'), true));
    });
    outgoing.end(request.body);
    return promise;
  }

  #begin(request: Request): ClientRequest {
    const { secure, hostname, port, basePath } = this.#host;
    const send = secure ? httpsRequest : httpRequest;
    const { method } = request;
    const path = basePath + request.path;
    return send({ agent: this.#pool.agent, hostname, port, method, path, headers: this.#headers(request) });
  }

  /** As a list, which Node writes out as it is: one name after the other is much of what a request costs it. */
  #headers({ headers, body }: Request): string[] {
    const all = ['host', this.#host.authority, ...headers];
    if (body !== undefined) all.push('content-length', String(Buffer.byteLength(body)));
    return all;
  }

  #failed(outgoing: ClientRequest, error: Error): Attempt {
    const isStale = outgoing.reusedSocket && 'code' in error && STALE_CODES.has(error.code);
    return isStale ? { kind: 'stale', error } : unanswered(error, !this.#pool.wasNeverReady(error));
  }
}

function unanswered(error: Error, mayHaveArrived: boolean): Exchange {
  return { kind: 'unanswered', error, mayHaveArrived, repeated: false };
}

/** By events: an async iterator over the body costs as much as all else that happens to an answer. */
function readAnswer(response: IncomingMessage, resolve: (attempt: Attempt) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES)
      response.destroy(new Error(`an answer of more than ${ANSWER_MAX_BYTES} bytes`));
    else chunks.push(chunk);
  });
  response.on('end', () => resolve(answered(response, chunks)));
  response.on('error', (error) => resolve(unanswered(error, true)));
}

function answered(response: IncomingMessage, chunks: readonly Buffer[]): Exchange {
  const [first] = chunks;
  const text = (first && chunks.length === 1 ? first : Buffer.concat(chunks)).toString();
  const header = (name: string) => {
    const value = response.headers[name];
    return typeof value === 'string' ? value : value?.join(', ');
  };
  const answer = { status: response.statusCode ?? 0, header, json: parsedJson(text) };
  return { kind: 'answered', answer, repeated: false };
}

import type { IncomingMessage } from 'node:http';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ConnectionPool, type ConnectionPoolOptions } from './connection-pool.ts';
import type { Host } from './host.ts';

export interface Request {
  readonly method: 'GET' | 'POST';
  /** Below the host's base path, encoded, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A whole answer. */
export interface Answer {
  readonly status: number;
  /** Names are in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
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

type HandlerRequest = Parameters<NodeHttpHandler['handle']>[0];

/** Sends requests to one host over kept-alive connections. Follows no redirects. */
export class Exchanger {
  readonly #host: Host;
  readonly #pool: ConnectionPool;
  readonly #handler: NodeHttpHandler;

  constructor(host: Host, options: Omit<ConnectionPoolOptions, 'secure'>) {
    this.#host = host;
    this.#pool = new ConnectionPool({ secure: host.secure, ...options });
    // Without the handler's own time-outs: its connect time-out runs while a request waits for a socket and ends before
    // the TLS handshake, its request time-out ends with the headers. The pool and the callers' signals do better.
    const { agent } = this.#pool;
    this.#handler = new NodeHttpHandler({ httpAgent: agent, httpsAgent: agent });
  }

  /**
   * Sends a request, and once more if its connection turns out to have been closed while it was idle, as all are after
   * a function was frozen. All three operations may be repeated.
   */
  async send(request: Request, signal: AbortSignal): Promise<Exchange> {
    const first = await this.#attempt(request, signal);
    if (first.kind !== 'stale') return first;
    this.#pool.closeIdle();
    const second = await this.#attempt(request, signal);
    if (second.kind === 'answered') return { ...second, repeated: true };
    return { kind: 'unanswered', error: second.error, mayHaveArrived: true, repeated: true };
  }

  close(): void {
    this.#pool.close();
  }

  async #attempt(request: Request, signal: AbortSignal): Promise<Attempt> {
    if (signal.aborted) return unanswered(signal.reason, false);
    try {
      const { response } = await this.#handler.handle(this.#handlerRequest(request), { abortSignal: signal });
      const json = parseJson(await readText(response.body as IncomingMessage));
      return {
        kind: 'answered',
        answer: { status: response.statusCode, headers: response.headers, json },
        repeated: false,
      };
    } catch (error) {
      if (signal.aborted) return unanswered(signal.reason, true);
      // A TypeError is about the request that was handed over, hence a bug here and nothing that the network did.
      if (!(error instanceof Error) || error instanceof TypeError) throw error;
      if (this.#pool.wasStale(error)) return { kind: 'stale', error };
      return unanswered(error, !this.#pool.wasNeverSent(error));
    }
  }

  #handlerRequest({ method, path, headers, body }: Request): HandlerRequest {
    const { secure, hostname, port, basePath } = this.#host;
    const request = {
      protocol: secure ? 'https:' : 'http:',
      hostname,
      port,
      method,
      path: basePath + path,
      headers,
      body,
    };
    // The handler reads these fields and no more; its type asks for a class that only the SDK's own packages export.
    return request as HandlerRequest;
  }
}

function unanswered(error: Error, mayHaveArrived: boolean): Exchange {
  return { kind: 'unanswered', error, mayHaveArrived, repeated: false };
}

/** By events: an async iterator over the body costs as much as all else that happens to an answer. */
function readText(body: IncomingMessage): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_MAX_BYTES) body.destroy(new Error(`an answer of more than ${ANSWER_MAX_BYTES} bytes`));
    else chunks.push(chunk);
  });
  body.once('end', () => resolve(Buffer.concat(chunks).toString()));
  body.once('error', reject);
  return promise;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { Allowance } from '../../functions/core/allowance.ts';
import { asError, type Invocable, type InvocationOutcome, type Report } from './events.ts';
import { toHttpEvent } from './http-event.ts';

/** As API Gateway: larger requests never reach a function. */
const BODY_MAX_BYTES = 10 * 1024 * 1024;
const HEADERS_MAX_BYTES = 10_240;
/** As Lambda: nor do those whose event is larger. */
const EVENT_MAX_BYTES = 6 * 1024 * 1024;

export interface HttpRoute {
  /** `POST /sunshine/{appId}`, as the template says it. */
  readonly routeKey: string;
  readonly target: Invocable;
  /** How long the API waits for it. */
  readonly timeoutMs: number;
}

/** Requests a second, and at once. */
export interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

/** What a function answers with, payload format 2.0. */
const answerSchema = z.object({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
});

/** The HTTP API of the stack on 127.0.0.1: calls a function for each request that a route fits. */
export class HttpApiServer {
  readonly #report: Report;
  readonly #server = createServer({ maxHeaderSize: HEADERS_MAX_BYTES }, (request, response) =>
    this.#serve(request, response),
  );
  #routes: readonly HttpRoute[] = [];
  #allowance = new Allowance(0, 1);

  private constructor(report: Report) {
    this.#report = report;
  }

  static async start(report: Report, port = 0): Promise<HttpApiServer> {
    const api = new HttpApiServer(report);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    api.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    await promise;
    return api;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Until then every request is answered 404. */
  open(routes: readonly HttpRoute[], { rate, burst }: Throttle): void {
    this.#routes = routes;
    this.#allowance = new Allowance(burst, 1_000 / rate);
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch((error: unknown) => {
      response.destroy();
      if (request.complete) this.#report({ kind: 'trouble', where: 'HTTP API', error: asError(error) });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    if (body === undefined) return reply(response, 413, 'Request Too Long');
    const [path = ''] = (request.url ?? '').split('?');
    const found = routed(this.#routes, request.method ?? '', path);
    if (!found) return reply(response, 404, 'Not Found');
    if (!this.#allowance.take(performance.now())) return reply(response, 429, 'Too Many Requests');
    const event = toHttpEvent(request, found.route.routeKey, found.pathParameters, body);
    if (JSON.stringify(event).length > EVENT_MAX_BYTES)
      return reply(response, 413, 'Request Entity Too Large');
    const outcome = await invoke(found.route, event);
    if (outcome === undefined) return reply(response, 503, 'Service Unavailable');
    const answer = outcome.kind === 'returned' ? answerSchema.safeParse(outcome.value).data : undefined;
    if (!answer) return reply(response, 500, 'Internal Server Error');
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
  }
}

/** Undefined: it took longer than the API waits. */
async function invoke(
  { target, timeoutMs }: HttpRoute,
  event: unknown,
): Promise<InvocationOutcome | undefined> {
  const answered = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: answered.signal }).catch(() => undefined);
  try {
    return await Promise.race([target.invoke(event), late]);
  } finally {
    answered.abort();
  }
}

interface Routed {
  readonly route: HttpRoute;
  readonly pathParameters: Readonly<Record<string, string>>;
}

function routed(routes: readonly HttpRoute[], method: string, path: string): Routed | undefined {
  for (const route of routes) {
    const [ofMethod, ofPath = ''] = route.routeKey.split(' ');
    const pathParameters = ofMethod === method ? parametersOf(ofPath, path) : undefined;
    if (pathParameters) return { route, pathParameters };
  }
  return undefined;
}

function parametersOf(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, segment] of wanted.entries()) {
    const value = decoded(given[index] ?? '');
    const [, name] = /^\{(\w+)\}$/.exec(segment) ?? [];
    if (value === undefined || (name === undefined && value !== segment)) return undefined;
    if (name !== undefined && value === '') return undefined;
    if (name !== undefined) parameters[name] = value;
  }
  return parameters;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Undefined: too long. It is read to its end all the same, so that the answer is seen. */
function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= BODY_MAX_BYTES) chunks.push(chunk);
  });
  request.once('end', () => resolve(bytes > BODY_MAX_BYTES ? undefined : Buffer.concat(chunks)));
  request.once('error', reject).once('close', () => reject(new Error('the request was broken off')));
  return promise;
}

function reply(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ message }));
}

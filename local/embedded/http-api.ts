import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';
import { asError, type Invocable, type Report } from './events.ts';

/** As API Gateway: larger requests never reach a function. */
const BODY_MAX_BYTES = 10 * 1024 * 1024;
const HEADERS_MAX_BYTES = 10_240;

export interface HttpRoute {
  /** `POST /sunshine/{appId}`, as the template says it. */
  readonly routeKey: string;
  readonly target: Invocable;
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
  open(routes: readonly HttpRoute[]): void {
    this.#routes = routes;
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
    if (body === undefined) return reply(response, 413, { message: 'Request Too Long' });
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const found = routed(this.#routes, request.method ?? '', path);
    if (!found) return reply(response, 404, { message: 'Not Found' });
    const outcome = await found.route.target.invoke(eventOf(request, path, query, found, body));
    const answer = outcome.kind === 'returned' ? answerSchema.safeParse(outcome.value).data : undefined;
    if (!answer) return reply(response, 500, { message: 'Internal Server Error' });
    response.writeHead(answer.statusCode, answer.headers).end(answer.body);
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
  request.once('error', reject);
  return promise;
}

const TEXT_TYPES = /^(text\/|application\/(json|javascript|xml))/i;

function eventOf(
  { method = '', headers }: IncomingMessage,
  rawPath: string,
  rawQueryString: string,
  { route, pathParameters }: Routed,
  body: Buffer,
): unknown {
  const isBase64Encoded = !TEXT_TYPES.test(headers['content-type'] ?? 'text/');
  const now = new Date();
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    requestContext: {
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      requestId: randomUUID(),
      routeKey: route.routeKey,
      stage: '$default',
      timeEpoch: now.getTime(),
    },
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  };
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

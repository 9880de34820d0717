import {
  Agent,
  createServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type AwsCall, readCall } from './aws-call.ts';
import type { Endpoints } from './endpoints.ts';
import { asError, type Report } from './events.ts';
import { allows, type Grant } from './grants.ts';

export interface DoorOptions {
  /** Of the emulators behind it. */
  readonly endpoints: Endpoints;
  readonly region: string;
  readonly report: Report;
}

/**
 * What stands between the functions and the emulators, which let everybody do everything: it lets a function do what the
 * policies of its role allow and answers everything else as AWS does.
 */
export class Door {
  readonly endpoint: string;
  readonly #server: ReturnType<typeof createServer>;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #options: DoorOptions;
  #grants: readonly Grant[] = [];

  static async start(options: DoorOptions): Promise<Door> {
    const server = createServer();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
    await promise;
    return new Door(server, options);
  }

  private constructor(server: ReturnType<typeof createServer>, options: DoorOptions) {
    this.#server = server;
    this.#options = options;
    this.endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => {
      this.#pass(request, response).catch((error: unknown) => {
        response.destroy();
        // Whoever is killed while it asks gets no answer, and that is no trouble.
        if (request.complete) options.report({ kind: 'trouble', where: 'door', error: asError(error) });
      });
    });
  }

  /** Until then nobody may do anything. */
  open(grants: readonly Grant[]): void {
    this.#grants = grants;
  }

  /** Where functions find the emulators. */
  get endpoints(): Endpoints {
    const names = Object.keys(this.#options.endpoints);
    return Object.fromEntries(names.map((name) => [name, this.endpoint])) as unknown as Endpoints;
  }

  /** The URL of a queue, in whatever text it stands, as functions are to see it: SDKs go where it says. */
  inFront(text: string): string {
    return text.replaceAll(this.#options.endpoints.sqs, this.endpoint);
  }

  async stop(): Promise<void> {
    const closed = Promise.withResolvers<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
    this.#agent.destroy();
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { region, report, endpoints } = this.#options;
    const body = await text(request);
    const call = readCall(request.headers, body, region);
    const isAllowed = this.#grants.some((grant) => allows(grant, call));
    report({ kind: 'awsCall', call, isAllowed });
    if (!isAllowed) return refuse(call, response);
    const behind = new URL(endpoints[call.service]);
    await this.#forward(request, body.replaceAll(this.endpoint, behind.origin), behind, response);
  }

  #forward(request: IncomingMessage, body: string, behind: URL, response: ServerResponse): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const headers = {
      ...request.headers,
      host: behind.host,
      'content-length': String(Buffer.byteLength(body)),
    };
    const { method, url } = request;
    const { hostname, port } = behind;
    const onward = sendRequest(
      { agent: this.#agent, hostname, port, method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.once('error', reject).once('end', resolve).pipe(response);
      },
    );
    onward.once('error', reject).end(body);
    return promise;
  }
}

function refuse({ caller, action, resource }: AwsCall, response: ServerResponse): void {
  const message = `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
  response
    .writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
    .end(JSON.stringify({ __type: 'AccessDeniedException', Message: message, message }));
}

import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';

/** Counts of one table operation. */
export interface Metered {
  readonly requests: number;
  readonly units: number;
}

/** Stands in front of the table emulator, has it say what each request costs, and adds that up. */
export class TableMeter {
  readonly #server: Server;
  readonly #metered = new Map<string, Metered>();

  private constructor(endpoint: string) {
    this.#server = createServer((incoming, response) => {
      this.#forward(endpoint, incoming, response).catch(() => response.destroy());
    });
  }

  static async before(endpoint: string): Promise<TableMeter> {
    const meter = new TableMeter(endpoint);
    const { promise, resolve } = Promise.withResolvers<void>();
    meter.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return meter;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What was counted so far, by operation. */
  read(): ReadonlyMap<string, Metered> {
    return new Map(this.#metered);
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #forward(endpoint: string, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const asked = (await json(incoming)) as object;
    const body = JSON.stringify({ ...asked, ReturnConsumedCapacity: 'TOTAL' });
    const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? '';
    const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) };
    const answer = await send(endpoint, headers, body);
    this.#count(operation, answer.body);
    // Its checksum would be that of the answer that was asked for, and so be wrong.
    response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(answer.body);
  }

  /** A condition that does not hold is charged as a write, too, and the emulator does not say how large. */
  #count(operation: string, body: string): void {
    const { ConsumedCapacity } = JSON.parse(body) as { ConsumedCapacity?: { CapacityUnits: number } };
    const { requests, units } = this.#metered.get(operation) ?? { requests: 0, units: 0 };
    const more = ConsumedCapacity?.CapacityUnits ?? 1;
    this.#metered.set(operation, { requests: requests + 1, units: units + more });
  }
}

async function send(
  endpoint: string,
  headers: IncomingMessage['headers'],
  body: string,
): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(endpoint, { method: 'POST', headers }).once('response', resolve).once('error', reject).end(body);
  const answer = await promise;
  return { status: answer.statusCode ?? 500, body: await text(answer) };
}

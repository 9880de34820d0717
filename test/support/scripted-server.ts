import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request as it arrived, whole. */
export interface RecordedRequest {
  readonly method: string;
  /** As sent: encoded, with the query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

export interface ScriptedServer {
  /** `http://127.0.0.1:port` */
  readonly host: string;
  readonly server: Server;
  readonly requests: RecordedRequest[];
  /** Every connection that was ever opened. */
  readonly sockets: Socket[];
}

/** Answers one whole request; `count` is 1 for the first. */
export type Script = (response: ServerResponse, request: RecordedRequest, count: number) => void;

/** A real HTTP server that records every request, answers as told, and is gone when the test is over. */
export async function scriptedServer(script: Script, address = '127.0.0.1'): Promise<ScriptedServer> {
  const requests: RecordedRequest[] = [];
  const sockets: Socket[] = [];
  const server = createServer(async (incoming, response) => {
    let body = '';
    for await (const chunk of incoming.setEncoding('utf8')) body += chunk;
    const { method = '', url = '', headers, socket } = incoming;
    const request = { method, url, headers, body, socket };
    requests.push(request);
    script(response, request, requests.length);
  });
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, address);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const hostname = address.includes(':') ? `[${address}]` : address;
  return { host: `http://${hostname}:${port}`, server, requests, sockets };
}

/** Answers with a status and a JSON body. */
export function answer(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { Embedded } from '../embedded/embedded.ts';
import type { InvocationOutcome } from '../embedded/events.ts';
import type { LocalFunction } from '../embedded/local-function.ts';
import { pageText } from './page.ts';

export interface WidgetPage {
  readonly url: string;
  close(): Promise<void>;
}

const CONSOLE = new URL('./console.js', import.meta.url);
const invocationSchema = z.object({ endpoint: z.string(), event: z.record(z.string(), z.unknown()) });

/** Nothing but the page's own script runs, whatever stands in the widget. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; form-action 'none'; base-uri 'none'";

/** Serves the widget as CloudWatch's console would show it, on 127.0.0.1, its functions those of the embedded run. */
export async function startWidgetPage(
  embedded: Pick<Embedded, 'functions' | 'resources'>,
  port = 0,
): Promise<WidgetPage> {
  const functions = new Map(
    [...embedded.functions.values()].flatMap((each) => {
      const arn = embedded.resources.get(each.logicalId)?.arn;
      return arn === undefined ? [] : [[arn, each] as const];
    }),
  );
  const shows = [...functions].find(([, each]) => each.name.endsWith('-show-widget'));
  if (!shows) throw new Error('the template has no widget');
  const [endpoint] = shows;
  const server = createServer((request, response) => {
    answer(request, response, { endpoint, functions, host: hostOf(server) }).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://${hostOf(server)}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function hostOf(server: Server): string {
  return `127.0.0.1:${(server.address() as AddressInfo | null)?.port}`;
}

interface Site {
  readonly endpoint: string;
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly host: string;
}

async function answer(request: IncomingMessage, response: ServerResponse, site: Site): Promise<void> {
  const send = (type: string, body: string) =>
    response
      .writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': POLICY })
      .end(body);
  // Another page of the same browser must not reach what acts, under whatever name it finds this server.
  if (request.headers.host !== site.host) response.writeHead(403).end();
  else if (request.url === '/console.js') send('text/javascript', readFileSync(CONSOLE, 'utf8'));
  else if (request.url === '/invoke' && request.headers['content-type'] === 'application/json')
    send('application/json', JSON.stringify(await invoke(await text(request), site)));
  else if (request.url?.startsWith('/?') || request.url === '/')
    send('text/html', pageText(site.endpoint, request.url.includes('dark') ? 'dark' : 'light'));
  else response.writeHead(404).end();
}

async function invoke(body: string, { functions }: Site): Promise<{ html: string } | { error: string }> {
  const { endpoint, event } = invocationSchema.parse(JSON.parse(body));
  const outcome: InvocationOutcome | undefined = await functions.get(endpoint)?.invoke(event);
  switch (outcome?.kind) {
    case undefined:
      return { error: `there is no function ${endpoint}` };
    case 'returned':
      return typeof outcome.value === 'string' ? { html: outcome.value } : { error: 'it returned no text' };
    case 'threw':
      return { error: `${outcome.errorType}: ${outcome.errorMessage}` };
    case 'timedOut':
      return { error: `no answer after ${outcome.timeoutMs} ms` };
    case 'crashed':
      return { error: 'its process died' };
    default:
      return outcome satisfies never;
  }
}

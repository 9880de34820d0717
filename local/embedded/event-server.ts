import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** An event as it was put on the bus. */
export interface PublishedEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

export interface EventServer {
  readonly endpoint: string;
  /** The latest, in their order. */
  readonly published: readonly PublishedEvent[];
  stop(): Promise<void>;
}

const KEPT = 10_000;
const ENTRIES_MAX = 10;

const putEventsSchema = z.object({
  Entries: z
    .array(z.object({ Source: z.string(), DetailType: z.string(), Detail: z.string() }))
    .min(1)
    .max(ENTRIES_MAX),
});

/** Starts an emulator of EventBridge on 127.0.0.1: PutEvents to a bus without rules, which remembers what it was told. */
export async function startEventServer(port = 0): Promise<EventServer> {
  const published: PublishedEvent[] = [];
  const server = createServer(async (request, response) => {
    const { status, value } = perform(
      String(request.headers['x-amz-target'] ?? ''),
      await text(request),
      published,
    );
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(value));
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  await promise;
  const stop = async (): Promise<void> => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, published, stop };
}

function perform(
  target: string,
  body: string,
  published: PublishedEvent[],
): { readonly status: number; readonly value: unknown } {
  if (target !== 'AWSEvents.PutEvents')
    return refusal('UnknownOperationException', `${target} is not emulated`);
  const read = putEventsSchema.safeParse(JSON.parse(body));
  if (!read.success) return refusal('ValidationException', z.prettifyError(read.error));
  const answers = read.data.Entries.map((entry) => put(entry, published));
  return {
    status: 200,
    value: { Entries: answers, FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length },
  };
}

/** A malformed detail fails its own entry, as on AWS. */
function put(
  { Source, DetailType, Detail }: z.infer<typeof putEventsSchema>['Entries'][number],
  published: PublishedEvent[],
): object {
  try {
    published.push({ source: Source, detailType: DetailType, detail: JSON.parse(Detail) });
    if (published.length > KEPT) published.shift();
    return { EventId: crypto.randomUUID() };
  } catch {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
}

function refusal(type: string, message: string): { status: number; value: unknown } {
  return { status: 400, value: { __type: type, Message: message } };
}

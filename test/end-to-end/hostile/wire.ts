import { connect } from 'node:net';

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | string;
}

export interface WireAnswer {
  /** Undefined: the connection was closed without an answer. */
  readonly status: number | undefined;
  readonly durationMs: number;
}

const PATIENCE_MS = 10_000;

/** The bytes of a well-formed request, but for what its parts make of it. */
export function bytesOf({ method, path, headers, body }: WireRequest): Buffer {
  const content = Buffer.from(body);
  const all = [
    ...headers,
    ['content-length', String(content.length)],
    ['host', 'localhost'],
    ['connection', 'close'],
  ];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), content]);
}

/** What has not been answered by then never will be: an incomplete request waits for the rest. */
const SILENCE_MS = 40;

/**
 * Sends bytes on a connection of their own and waits until the other side closes.
 * @param isComplete whether the other side can be expected to answer and close by itself
 */
export async function sendBytes(port: number, bytes: Buffer, isComplete: boolean): Promise<WireAnswer> {
  const startedAtMs = performance.now();
  const socket = connect({ port, host: '127.0.0.1' });
  const { promise, resolve } = Promise.withResolvers<void>();
  let head = '';
  socket.setTimeout(isComplete ? PATIENCE_MS : SILENCE_MS, () => socket.destroy());
  socket.on('data', (chunk) => {
    if (head.length < 64) head += chunk.toString('latin1', 0, 64);
  });
  socket.on('error', () => {}).once('close', () => resolve());
  socket.write(bytes);
  await promise;
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(head) ?? [];
  return { status: status ? Number(status) : undefined, durationMs: performance.now() - startedAtMs };
}

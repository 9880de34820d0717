import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  ParticipantsApi,
  ParticipantsApiError,
  type ParticipantsApiOptions,
} from 'rollcall/participants-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { classifyFailure } from '../../functions/core/call-result.ts';
import { answer, type Script, scriptedServer } from '../support/scripted-server.ts';

const JOINED = { participant: { id: 'p1' } };
const joined: Script = (response) => answer(response, 201, JOINED);

function apiAt(host: string, options: Partial<ParticipantsApiOptions> = {}): ParticipantsApi {
  const api = new ParticipantsApi({ host, auth: { token: 'the-token' }, ...options });
  onTestFinished(() => api.close());
  return api;
}

function join(api: ParticipantsApi, options = {}) {
  return api.joinConversation('app1', 'conv1', { userId: 'u1', subscribeSDKClient: false }, options);
}

async function errorOf(call: Promise<unknown>): Promise<ParticipantsApiError> {
  const error = await call.then(
    () => new Error('the call succeeded'),
    (thrown) => thrown,
  );
  expect(error).toBeInstanceOf(ParticipantsApiError);
  return error;
}

/** A server of bare connections. */
async function listen(
  onConnection: (socket: Socket) => void = () => {},
): Promise<{ server: Server; port: number }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { server, port: (server.address() as AddressInfo).port };
}

describe('a call ends in time', () => {
  const silent: Script = () => {};
  const stalled: Script = (response) => {
    response.writeHead(201, { 'content-length': 1000 }).write('{"participant":');
  };
  const dripping: Script = (response) => {
    response.writeHead(201);
    const timer = setInterval(() => response.write(' '), 10);
    response.once('close', () => clearInterval(timer));
  };

  test.each([
    ['accepts and never answers', silent],
    ['stalls in the middle of the body', stalled],
    ['sends a byte now and then', dripping],
  ])('where the server %s', async (_what, script) => {
    const { host, requests } = await scriptedServer(script);
    const error = await errorOf(join(apiAt(host), { timeoutMs: 80 }));
    expect(error).toMatchObject({
      message: 'join: no answer (no whole answer within 80 ms)',
      status: undefined,
      mayHaveBeenApplied: true,
    });
    expect(classifyFailure('join', error)).toEqual({ kind: 'unreachable', mayHaveBeenApplied: true });
    expect(requests).toHaveLength(1);
  });

  test('by the time of the client, where the call names none', async () => {
    const { host } = await scriptedServer(silent);
    const error = await errorOf(join(apiAt(host, { requestTimeoutMs: 60 })));
    expect(error.message).toContain('within 60 ms');
  });

  test('where no connection is free, and then was not applied later', async () => {
    const { host, requests } = await scriptedServer(silent);
    const api = apiAt(host, { maxSockets: 1 });
    await Promise.all([errorOf(join(api, { timeoutMs: 100 })), errorOf(join(api, { timeoutMs: 50 }))]);
    expect(requests).toHaveLength(1);
  });

  test('and its connection with it, so that no late answer meets the next call', async () => {
    const { host, sockets } = await scriptedServer((response, request, count) => {
      if (count > 1) joined(response, request, count);
    });
    const api = apiAt(host);
    await errorOf(join(api, { timeoutMs: 50 }));
    await expect(join(api)).resolves.toEqual(JOINED);
    expect(sockets).toHaveLength(2);
  });

  test('when its caller says so', async () => {
    const controller = new AbortController();
    const { host } = await scriptedServer(() => controller.abort());
    const error = await errorOf(join(apiAt(host), { signal: controller.signal }));
    expect(error).toMatchObject({
      message: 'join: no answer (ended by the caller)',
      mayHaveBeenApplied: true,
    });
  });

  test('before it began, when its caller had said so: then nothing is sent', async () => {
    const { host, requests } = await scriptedServer(joined);
    const error = await errorOf(join(apiAt(host), { signal: AbortSignal.abort() }));
    expect(error.mayHaveBeenApplied).toBe(false);
    expect(requests).toEqual([]);
  });
});

test('an answer that only switches the protocol is none, and nobody waits for more', async () => {
  const { port } = await listen((socket) =>
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ),
  );
  const error = await errorOf(join(apiAt(`http://127.0.0.1:${port}`), { timeoutMs: 2_000 }));
  expect(error).toMatchObject({ message: 'join: no answer (closed without one)', mayHaveBeenApplied: true });
});

test('a host may be an address of IPv6', async () => {
  const { host, requests } = await scriptedServer(joined, '::1');
  await expect(join(apiAt(host))).resolves.toEqual(JOINED);
  expect(requests[0]?.headers.host).toBe(host.slice('http://'.length));
});

describe('a connection that does not come about', () => {
  test('was refused: nothing can have been applied', async () => {
    const { server, port } = await listen();
    server.close();
    await once(server, 'close');
    for (const host of [`http://127.0.0.1:${port}`, `http://localhost:${port}`]) {
      const error = await errorOf(join(apiAt(host)));
      expect(error.mayHaveBeenApplied).toBe(false);
      expect(error.message).toContain('ECONNREFUSED');
      expect(error.cause).toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  test('stalls in the TLS handshake: nothing can have been applied', async () => {
    const { port } = await listen();
    const error = await errorOf(join(apiAt(`https://127.0.0.1:${port}`, { connectTimeoutMs: 60 })));
    expect(error).toMatchObject({
      message: 'join: no answer (not connected within 60 ms)',
      mayHaveBeenApplied: false,
    });
  });

  test('fails in the TLS handshake: nothing can have been applied', async () => {
    const { port } = await listen((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const error = await errorOf(join(apiAt(`https://127.0.0.1:${port}`)));
    expect(error.mayHaveBeenApplied).toBe(false);
  });

  test('is no reason for a call that waits for a free connection to fail', async () => {
    const { host } = await scriptedServer((response) => setTimeout(() => answer(response, 201, JOINED), 60));
    const api = apiAt(host, { maxSockets: 1, connectTimeoutMs: 30 });
    await expect(Promise.all([join(api), join(api), join(api)])).resolves.toHaveLength(3);
  });
});

describe('connections are kept', () => {
  test('from call to call', async () => {
    const { host, sockets } = await scriptedServer(joined);
    const api = apiAt(host);
    for (let call = 0; call < 5; call += 1) await join(api);
    expect(sockets).toHaveLength(1);
  });

  test('after errors, too', async () => {
    const { host, sockets } = await scriptedServer((response) => answer(response, 404, { errors: [] }));
    const api = apiAt(host);
    for (let call = 0; call < 3; call += 1) await errorOf(join(api));
    expect(sockets).toHaveLength(1);
  });

  test('up to the limit', async () => {
    const { host, sockets } = await scriptedServer(joined);
    const api = apiAt(host, { maxSockets: 3 });
    await Promise.all(Array.from({ length: 20 }, () => join(api)));
    expect(sockets).toHaveLength(3);
  });

  test('but not for long while they are idle', async () => {
    const { host, server, sockets } = await scriptedServer(joined);
    server.keepAliveTimeout = 0; // it never closes them itself
    await join(apiAt(host, { idleTimeoutMs: 30 }));
    const [socket] = sockets;
    if (socket === undefined) throw new Error('no connection');
    if (!socket.closed) await once(socket, 'close');
    expect(socket.closed).toBe(true);
  });

  test('and not while they wait for an answer, however long that takes', async () => {
    const { host, sockets } = await scriptedServer((response, request, count) => {
      setTimeout(() => joined(response, request, count), count === 1 ? 0 : 120);
    });
    const api = apiAt(host, { idleTimeoutMs: 40 });
    await join(api);
    await join(api);
    expect(sockets).toHaveLength(1);
  });

  test('until the client is closed', async () => {
    const { host, sockets } = await scriptedServer(joined);
    const api = apiAt(host);
    await join(api);
    api.close();
    const [socket] = sockets;
    if (socket === undefined) throw new Error('no connection');
    if (!socket.closed) await once(socket, 'close');
    expect(socket.closed).toBe(true);
  });
});

describe('connections that were closed while idle, unseen by this process', () => {
  const close: [string, (socket: Socket) => void][] = [
    ['closed', (socket) => socket.destroy()],
    ['reset', (socket) => socket.resetAndDestroy()],
  ];

  test.each(close)('cost a batch of 50 nothing (%s)', async (_how, end) => {
    const { host, sockets, requests } = await scriptedServer(joined);
    const api = apiAt(host);
    const batch = () => Promise.all(Array.from({ length: 50 }, () => join(api)));
    await batch();
    const warm = sockets.slice();
    expect(warm).toHaveLength(50);

    // Both in one turn of the event loop: the client cannot see the end of its connections before it uses them.
    for (const socket of warm) end(socket);
    await expect(batch()).resolves.toHaveLength(50);
    expect(sockets.length - warm.length).toBe(50);
    expect(requests).toHaveLength(100);
  });

  test.each(close)('are none of them used for the repeat (%s)', async (_how, end) => {
    const { host, sockets } = await scriptedServer(joined);
    const api = apiAt(host);
    await Promise.all(Array.from({ length: 50 }, () => join(api)));
    for (const socket of sockets) end(socket);
    await expect(join(api)).resolves.toEqual(JOINED);
    expect(sockets).toHaveLength(51);
  });
});

describe('a lost connection', () => {
  test('is not repeated if it was a fresh one', async () => {
    const { host, requests } = await scriptedServer((_response, { socket }) => socket.resetAndDestroy());
    const error = await errorOf(join(apiAt(host)));
    expect(error).toMatchObject({ status: undefined, mayHaveBeenApplied: true });
    expect(requests).toHaveLength(1);
  });

  test('is repeated once if it was a used one, and no more than once', async () => {
    const { host, requests } = await scriptedServer((response, request, count) => {
      if (count === 1) joined(response, request, count);
      else request.socket.resetAndDestroy();
    });
    const api = apiAt(host);
    await join(api);
    const error = await errorOf(join(api));
    expect(requests).toHaveLength(3);
    expect(error.mayHaveBeenApplied).toBe(true);
  });

  test('is not repeated once the answer has begun', async () => {
    const { host, requests } = await scriptedServer((response, request, count) => {
      if (count === 1) return joined(response, request, count);
      response.writeHead(201, { 'content-length': 1000 }).write('{', () => request.socket.resetAndDestroy());
    });
    const api = apiAt(host);
    await join(api);
    const error = await errorOf(join(api));
    expect(requests).toHaveLength(2);
    expect(error).toMatchObject({ status: undefined, mayHaveBeenApplied: true });
  });

  test('is not repeated after the time is up', async () => {
    const { host, requests } = await scriptedServer((response, request, count) => {
      if (count === 1) joined(response, request, count);
    });
    const api = apiAt(host);
    await join(api);
    await errorOf(join(api, { timeoutMs: 50 }));
    expect(requests).toHaveLength(2);
  });

  test.each([400, 404, 429])(
    'may have been applied, even if the repeat is answered with %i',
    async (status) => {
      const { host } = await scriptedServer((response, request, count) => {
        if (count === 1) joined(response, request, count);
        else if (count === 2) request.socket.resetAndDestroy();
        else answer(response, status, { errors: [{ code: 'bad_request', title: 'No' }] });
      });
      const api = apiAt(host);
      await join(api);
      expect(await errorOf(join(api))).toMatchObject({ status, mayHaveBeenApplied: true });
    },
  );
});

test('an answer that is too long is cut off', async () => {
  let sentBytes = 0;
  const { host } = await scriptedServer((response) => {
    response.writeHead(200);
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const pump = () => {
      while (response.writable && response.write(chunk)) sentBytes += chunk.length;
    };
    response.on('drain', pump).on('error', () => {});
    pump();
  });
  const error = await errorOf(join(apiAt(host)));
  expect(error).toMatchObject({
    message: 'join: no answer (an answer of more than 5242880 bytes)',
    status: undefined,
  });
  expect(sentBytes).toBeLessThan(20 * 1024 * 1024);
});

test('a host is named in the TLS handshake, so that whoever serves several shows its certificate', async () => {
  const named = Promise.withResolvers<string>();
  const server = createTlsServer({
    SNICallback: (name, answered) => {
      named.resolve(name);
      answered(new Error('no certificate'));
    },
  });
  server.on('tlsClientError', () => {});
  server.listen(0, 'localhost');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  await errorOf(join(apiAt(`https://localhost:${port}`)));
  expect(await named.promise).toBe('localhost');
});

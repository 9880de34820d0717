import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface ConnectionPoolOptions {
  readonly secure: boolean;
  readonly maxSockets: number;
  /** Milliseconds for a connection to be ready for a request, the TLS handshake included. */
  readonly connectTimeoutMs: number;
  /** Milliseconds after which an idle connection is closed: what is done to it at the other end is seen too late. */
  readonly idleTimeoutMs: number;
}

/** The kept-alive connections to one host. Of the errors that end requests it knows which came too early to be sent. */
export class ConnectionPool {
  readonly agent: HttpAgent | HttpsAgent;
  readonly #neverReady = new WeakSet<object>();

  constructor({ secure, maxSockets, connectTimeoutMs, idleTimeoutMs }: ConnectionPoolOptions) {
    const options = { keepAlive: true, maxSockets };
    const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
    const readyEvent = secure ? 'secureConnect' : 'connect';

    const create = agent.createConnection.bind(agent);
    agent.createConnection = (connection, callback) => {
      const socket = create(connection, callback);
      if (socket) this.#watchOpening(socket, readyEvent, connectTimeoutMs);
      return socket;
    };
    closeWhenIdle(agent, idleTimeoutMs);
    // All connections go to one host: the agent need not put a name for it together, several times for every request.
    agent.getName = () => 'host';
    this.agent = agent;
  }

  /** True if the request that this error ended cannot have left: its connection was never ready. */
  wasNeverReady(error: object): boolean {
    return this.#neverReady.has(error);
  }

  /** Closes what is idle now, so that the next request opens a connection. */
  closeIdle(): void {
    for (const sockets of Object.values(this.agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  /** Closes everything; requests under way fail. */
  close(): void {
    this.agent.destroy();
  }

  #watchOpening(socket: Duplex, readyEvent: string, timeoutMs: number): void {
    let ready = false;
    const timer = setTimeout(
      () => socket.destroy(new Error(`not connected within ${timeoutMs} ms`)),
      timeoutMs,
    );
    socket.once(readyEvent, () => {
      ready = true;
      clearTimeout(timer);
    });
    socket.once('error', (error) => {
      if (!ready) this.#neverReady.add(error);
    });
    socket.once('close', () => clearTimeout(timer));
  }
}

/**
 * Closes connections that idle for so long. The agent's own option for it has Node watch every request as well, and its
 * own way of keeping a connection takes each answer's headers apart: together a tenth of what a request costs.
 */
function closeWhenIdle(agent: HttpAgent, timeoutMs: number): void {
  agent.keepSocketAlive = (connection) => {
    const socket = connection as Socket;
    socket.unref();
    socket.setTimeout(timeoutMs);
    return true;
  };
}

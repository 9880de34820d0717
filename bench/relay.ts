import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands between a contestant and the vendor, and can let all connections die unnoticed, as those of a frozen function
 * do: nobody is told, and whoever sends something over one of them meets a reset.
 */
export class Relay {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async to(url: string): Promise<Relay> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      const onward = connect(Number(new URL(url).port), '127.0.0.1');
      socket.pipe(onward).pipe(socket);
      socket.once('close', () => onward.destroy());
      sockets.add(socket);
      for (const each of [socket, onward])
        each.on('error', () => {}).once('close', () => sockets.delete(each));
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    return new Relay(server, sockets);
  }

  /** Lets every connection that there is die. */
  cut(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.once('data', () => socket.resetAndDestroy()).resume();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }
}

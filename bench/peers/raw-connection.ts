import { connect, type Socket } from 'node:net';

const END_OF_HEAD = '\r\n\r\n';

/** One kept-alive connection that sends a request's bytes as they are, and gives the body that comes back. */
export class RawConnection {
  readonly #socket: Socket;
  #received: Buffer[] = [];
  #bytes = 0;
  #needed: number | undefined;
  #bodyFrom = 0;
  #answer = Promise.withResolvers<Buffer>();

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk) => this.#take(chunk));
    this.#socket.once('error', (error) => this.#answer.reject(error));
    this.#socket.once('close', () => this.#answer.reject(new Error('the connection is closed')));
    this.#answer.promise.catch(() => {});
  }

  request(bytes: string): Promise<Buffer> {
    this.#answer = Promise.withResolvers();
    this.#socket.write(bytes, 'latin1');
    return this.#answer.promise;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#bytes += chunk.length;
    if (this.#needed === undefined) this.#readHead();
    if (this.#needed === undefined || this.#bytes < this.#needed) return;
    const body = Buffer.concat(this.#received).subarray(this.#bodyFrom, this.#needed);
    [this.#received, this.#bytes, this.#needed] = [[], 0, undefined];
    this.#answer.resolve(body);
  }

  #readHead(): void {
    const soFar = Buffer.concat(this.#received);
    this.#received = [soFar];
    const end = soFar.indexOf(END_OF_HEAD);
    if (end < 0) return;
    const head = soFar.toString('latin1', 0, end);
    const [, length] = /\r\ncontent-length: (\d+)/i.exec(head) ?? [];
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
      this.#answer.reject(new Error(`answered with ${head.split('\r\n')[0]}`));
      return;
    }
    this.#bodyFrom = end + END_OF_HEAD.length;
    this.#needed = this.#bodyFrom + Number(length);
  }
}

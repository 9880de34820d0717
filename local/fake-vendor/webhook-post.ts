import { Agent, type ClientRequest, request } from 'node:http';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Sends the webhooks' requests, to this machine only: a fake has no business elsewhere. */
export class WebhookPosts {
  readonly #agent: Agent;
  readonly #requests = new Set<ClientRequest>();

  /** @param sendsAtOnce further requests wait until one of these is over */
  constructor(sendsAtOnce: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: sendsAtOnce });
  }

  /** The answer's status; undefined where none came in time, or nobody could be reached. */
  send(target: string, secret: string, body: string, timeoutMs: number): Promise<number | undefined> {
    const url = new URL(target);
    if (url.protocol !== 'http:' || !loopback.test(url.hostname)) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<number | undefined>();
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'fake-vendor-webhooks',
      'x-api-key': secret,
    };
    const sent = request(url, { method: 'POST', headers, agent: this.#agent });
    this.#requests.add(sent);
    // What waits for its turn is not waiting for an answer.
    let timer: NodeJS.Timeout | undefined;
    sent.once('socket', () => {
      timer = setTimeout(() => sent.destroy(), timeoutMs);
    });
    sent.once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    sent.on('error', () => resolve(undefined));
    sent.once('close', () => {
      clearTimeout(timer);
      this.#requests.delete(sent);
      resolve(undefined);
    });
    sent.end(body);
    return promise;
  }

  /** Cuts off what is under way. */
  close(): void {
    for (const each of this.#requests) each.destroy();
    this.#agent.destroy();
  }
}

import { type Dispatcher, Pool } from 'undici';
import type { Apply, Target } from '../contestant/protocol.ts';
import { readRecord } from './read-record.ts';

/**
 * The limit: undici's lowest interface over kept-alive connections, with the headers made once and nothing read of an
 * answer but its status. No handler that does its work can be faster.
 */
export function start({ url, keyId, secret }: Target): Apply {
  const pool = new Pool(url, { connections: 128 });
  const authorization = `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;
  const headers = ['authorization', authorization, 'content-type', 'application/json'];

  const applyOne = ({ body }: { readonly body: string }): Promise<number> => {
    const { action, appId, conversationId, userId } = readRecord({ body });
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const request: Dispatcher.DispatchOptions = {
      method: 'POST',
      path: `/v2/apps/${appId}/conversations/${conversationId}/${action}`,
      headers,
      body:
        action === 'join' ? `{"userId":"${userId}","subscribeSDKClient":false}` : `{"userId":"${userId}"}`,
    };
    pool.dispatch(request, new StatusOnly(resolve, reject));
    return promise;
  };

  return async ({ Records }) => {
    const statuses = await Promise.all(Records.map(applyOne));
    return Records.filter((_, index) => (statuses[index] ?? 0) >= 300).map(({ messageId }) => messageId);
  };
}

class StatusOnly implements Dispatcher.DispatchHandler {
  readonly #resolve: (status: number) => void;
  readonly #reject: (error: Error) => void;
  #status = 0;

  constructor(resolve: (status: number) => void, reject: (error: Error) => void) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.#status = statusCode;
  }

  onResponseData(): void {}

  onResponseEnd(): void {
    this.#resolve(this.#status);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#reject(error);
  }
}

import { Agent, request } from 'node:http';
import type { SQSRecord } from 'aws-lambda';
import type { Apply, Target } from '../contestant/protocol.ts';
import { readRecord } from './read-record.ts';

/** node:http with a keep-alive agent, all records at once: what careful hand-written code does. */
export function start({ url, keyId, secret }: Target): Apply {
  const agent = new Agent({ keepAlive: true, maxSockets: 128 });
  const { hostname, port } = new URL(url);
  const authorization = `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;

  const applyOne = (record: SQSRecord): Promise<void> => {
    const { action, appId, conversationId, userId } = readRecord(record);
    const body = JSON.stringify(action === 'join' ? { userId, subscribeSDKClient: false } : { userId });
    const path = `/v2/apps/${appId}/conversations/${conversationId}/${action}`;
    const headers = {
      authorization,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    request({ agent, hostname, port, method: 'POST', path, headers }, (response) => {
      const { statusCode = 0 } = response;
      const isDone = statusCode < 300 || (action === 'leave' && statusCode === 404);
      response
        .resume()
        .once('end', () => (isDone ? resolve() : reject(new Error(`answered with ${statusCode}`))));
      response.once('error', reject);
    })
      .once('error', reject)
      .end(body);
    return promise;
  };

  return async ({ Records }) => {
    const results = await Promise.allSettled(Records.map(applyOne));
    return Records.filter((_, index) => results[index]?.status === 'rejected').map(
      ({ messageId }) => messageId,
    );
  };
}

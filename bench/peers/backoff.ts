import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSRecord } from 'aws-lambda';
import { fetch, Pool } from 'undici';
import type { Apply, Target } from '../contestant/protocol.ts';
import { readRecord } from './read-record.ts';

const FIRST_MS = 100;
const MOST_MS = 10_000;
const TOO_MANY_REQUESTS = 429;

/** All records at once, each repeated after 429 with exponential backoff and full jitter, until it is through. */
export function start({ url, keyId, secret }: Target): Apply {
  const dispatcher = new Pool(url, { connections: 128 });
  const authorization = `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };

  const applyOne = async (record: SQSRecord): Promise<void> => {
    const { action, appId, conversationId, userId } = readRecord(record);
    const body = JSON.stringify(action === 'join' ? { userId, subscribeSDKClient: false } : { userId });
    for (let attempt = 0; ; attempt += 1) {
      const at = `${url}/v2/apps/${appId}/conversations/${conversationId}/${action}`;
      const response = await fetch(at, { dispatcher, method: 'POST', headers, body });
      await response.arrayBuffer();
      if (response.ok) return;
      if (response.status !== TOO_MANY_REQUESTS) throw new Error(`answered with ${response.status}`);
      await sleep(Math.random() * Math.min(MOST_MS, FIRST_MS * 2 ** attempt));
    }
  };

  return async ({ Records }) => {
    const results = await Promise.allSettled(Records.map(applyOne));
    return Records.filter((_, index) => results[index]?.status === 'rejected').map(
      ({ messageId }) => messageId,
    );
  };
}

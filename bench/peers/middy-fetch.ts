import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import type { Apply, Target } from '../contestant/protocol.ts';
import { lambdaContext } from '../lambda-context.ts';
import { readRecord } from './read-record.ts';

/** A middy handler that calls `fetch` for all records at once. */
export function start({ url, keyId, secret }: Target): Apply {
  const authorization = `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;
  const headers = { authorization, 'content-type': 'application/json' };

  const applyOne = async (record: SQSRecord): Promise<void> => {
    const { action, appId, conversationId, userId } = readRecord(record);
    const response = await fetch(`${url}/v2/apps/${appId}/conversations/${conversationId}/${action}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(action === 'join' ? { userId, subscribeSDKClient: false } : { userId }),
    });
    await response.json();
    if (!response.ok && !(action === 'leave' && response.status === 404)) {
      throw new Error(`answered with ${response.status}`);
    }
  };

  const handler = middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
    const results = await Promise.allSettled(Records.map(applyOne));
    const failed = Records.filter((_, index) => results[index]?.status === 'rejected');
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  });
  return async (event) => {
    const { batchItemFailures } = await handler(event, lambdaContext());
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}

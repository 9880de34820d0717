import type { SQSRecord } from 'aws-lambda';
import type { Target } from '../contestant/protocol.ts';
import { readRecord } from './read-record.ts';
import { vendorClient } from './vendor-client.ts';

/** Whoever has left already need not leave. */
const NOT_A_MEMBER = 404;

/** Applies one record through the vendor's client; throws where the vendor refuses it. */
export function throughVendorClient(target: Target): (record: SQSRecord) => Promise<void> {
  const { api } = vendorClient(target);
  return async (record) => {
    const { action, appId, conversationId, userId } = readRecord(record);
    if (action === 'join') {
      await api.joinConversation(appId, conversationId, { userId, subscribeSDKClient: false });
      return;
    }
    await api.leaveConversation(appId, conversationId, { userId }).catch((error: { status?: number }) => {
      if (error.status !== NOT_A_MEMBER) throw error;
    });
  };
}

import type { Apply, Target } from '../contestant/protocol.ts';
import { throughVendorClient } from './one-change.ts';

/** The vendor's client, one call after the other. */
export function start(target: Target): Apply {
  const applyOne = throughVendorClient(target);
  return async ({ Records }) => {
    const failed: string[] = [];
    for (const record of Records) await applyOne(record).catch(() => failed.push(record.messageId));
    return failed;
  };
}

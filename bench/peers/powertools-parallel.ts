import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Apply, Target } from '../contestant/protocol.ts';
import { throughVendorClient } from './one-change.ts';

/** The vendor's client under powertools' batch processor: all records at once. */
export function start(target: Target): Apply {
  const applyOne = throughVendorClient(target);
  const processor = new BatchProcessor(EventType.SQS);
  return async (event) => {
    const options = { throwOnFullBatchFailure: false };
    const { batchItemFailures } = await processPartialResponse(event, applyOne, processor, options);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}

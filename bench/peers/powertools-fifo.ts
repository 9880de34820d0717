import { processPartialResponse, SqsFifoPartialProcessorAsync } from '@aws-lambda-powertools/batch';
import type { Apply, Target } from '../contestant/protocol.ts';
import { throughVendorClient } from './one-change.ts';

/** The vendor's client under powertools' FIFO batch processor: one record after the other. */
export function start(target: Target): Apply {
  const applyOne = throughVendorClient(target);
  const processor = new SqsFifoPartialProcessorAsync();
  return async (event) => {
    const options = { throwOnFullBatchFailure: false };
    const { batchItemFailures } = await processPartialResponse(event, applyOne, processor, options);
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}

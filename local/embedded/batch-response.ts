import * as z from 'zod';
import type { InvocationOutcome } from './events.ts';

/** Which messages of a batch count as done. */
export type Settlement =
  | { readonly kind: 'settled'; readonly failedIds: ReadonlySet<string> }
  | { readonly kind: 'wholeBatchFailed'; readonly why: string };

/** Nothing at all, no list and an empty list all mean that every record succeeded. */
const responseSchema = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })).nullish() })
  .nullish();

/**
 * Reads a function's answer as Lambda's SQS event sources do: what cannot be understood fails the whole batch, and so
 * does an id that is not in it.
 * @param reportsItemFailures whether the mapping has `ReportBatchItemFailures`; without it, any answer is a success
 */
export function readBatchResponse(
  outcome: InvocationOutcome,
  messageIds: ReadonlySet<string>,
  reportsItemFailures: boolean,
): Settlement {
  if (outcome.kind !== 'returned') return { kind: 'wholeBatchFailed', why: describeFailure(outcome) };
  if (!reportsItemFailures) return { kind: 'settled', failedIds: new Set() };
  const response = responseSchema.safeParse(outcome.value);
  if (!response.success) return { kind: 'wholeBatchFailed', why: 'the response is malformed' };
  const failedIds = (response.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const unknown = failedIds.find((id) => !messageIds.has(id));
  if (unknown !== undefined) return { kind: 'wholeBatchFailed', why: `${unknown} is not in the batch` };
  return { kind: 'settled', failedIds: new Set(failedIds) };
}

function describeFailure(outcome: Exclude<InvocationOutcome, { kind: 'returned' }>): string {
  switch (outcome.kind) {
    case 'threw':
      return `${outcome.errorType}: ${outcome.errorMessage}`;
    case 'timedOut':
      return `timed out after ${outcome.timeoutMs} ms`;
    case 'crashed':
      return `the process ended with ${outcome.signal ?? outcome.exitCode}`;
    default:
      return outcome satisfies never;
  }
}

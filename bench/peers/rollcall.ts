import { pathToFileURL } from 'node:url';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Apply } from '../contestant/protocol.ts';
import { lambdaContext } from '../lambda-context.ts';

/** Rollcall: the bundle named by BENCH_BUNDLE, wired by its environment and called through its exported handler. */
export async function start(): Promise<Apply> {
  const bundle = pathToFileURL(process.env['BENCH_BUNDLE'] ?? '').href;
  const { handler } = (await import(bundle)) as {
    handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
  };
  return async (event) => {
    const { batchItemFailures } = await handler(event, lambdaContext());
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
}

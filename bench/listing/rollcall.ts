import { pathToFileURL } from 'node:url';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { reconcileBody } from '../../functions/core/reconcile-message.ts';
import { recordAround } from '../changes.ts';
import type { Target } from '../contestant/protocol.ts';
import { lambdaContext } from '../lambda-context.ts';
import { inLanes, type ListAll, lanes } from './protocol.ts';

/** Rollcall: the bundle named by BENCH_BUNDLE, called through its exported handler for one conversation at a time. */
export async function start(_target: Target, appId: string): Promise<ListAll> {
  const { handler } = (await import(pathToFileURL(process.env['BENCH_BUNDLE'] ?? '').href)) as {
    handler: (event: SQSEvent, context: Context) => Promise<SQSBatchResponse>;
  };
  return (conversationIds, atOnce) =>
    inLanes(conversationIds, lanes(atOnce), async (conversationId) => {
      const body = reconcileBody({ appId, conversationId });
      const { batchItemFailures } = await handler({ Records: [recordAround(body, '', 0)] }, lambdaContext());
      if (batchItemFailures.length > 0) throw new Error('a pass failed');
    });
}

import { pathToFileURL } from 'node:url';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { recordOf } from './changes.ts';
import { lambdaContext } from './lambda-context.ts';
import { serve } from './worker/child.ts';

/* A fresh process: `cold-start-process.ts BUNDLE APP MEMBER`. Loads the bundle and has it apply one record, once. */

const [bundle = '', appId = '', member = '0'] = process.argv.slice(2);

async function coldStart(): Promise<number> {
  const change = {
    index: 0,
    id: 'first',
    member: Number(member),
    action: 'join',
    occurredAtMs: Date.now(),
  } as const;
  const event = { Records: [recordOf(change, { appId, members: 1, conversations: 10 })] };
  const context = lambdaContext();
  const startedMs = performance.now();
  const { handler } = (await import(pathToFileURL(bundle).href)) as {
    handler: (event: SQSEvent, context: object) => Promise<SQSBatchResponse>;
  };
  const { batchItemFailures } = await handler(event, context);
  const ms = performance.now() - startedMs;
  if (batchItemFailures.length > 0) throw new Error('the first record failed');
  return ms;
}

serve(coldStart);

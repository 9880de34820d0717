import type { Context } from 'aws-lambda';

/** As long as an invocation of the deployed function may take. */
const TIMEOUT_MS = 30_000;

/** What Lambda tells a handler about its invocation. */
export function lambdaContext(): Context {
  const deadlineMs = Date.now() + TIMEOUT_MS;
  return {
    functionName: 'rollcall-apply-changes',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:rollcall-apply-changes',
    memoryLimitInMB: '256',
    logGroupName: '/aws/lambda/rollcall-apply-changes',
    logStreamName: 'bench',
    awsRequestId: '6c5dd0ac-1b0d-4b5e-9b1e-0d2b2f0f7c11',
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  };
}

/** How Lambda starts Node: a tenth of a function's memory is for young objects, in two halves, the rest for old ones. */
export function lambdaNodeOptions(memoryMb: number): string[] {
  const youngMb = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(youngMb / 2)}`, `--max-old-space-size=${memoryMb - youngMb}`];
}

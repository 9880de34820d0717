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

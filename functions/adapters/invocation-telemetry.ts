import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { CloudWatchTelemetry } from './telemetry.ts';

/** Has an invocation's log lines say which it was, and its metrics written when it ends, however it does. */
export function invocationTelemetry(
  telemetry: CloudWatchTelemetry,
): MiddlewareObj<unknown, unknown, Error, Context> {
  const flush = () => telemetry.flush();
  return { before: ({ context }) => telemetry.begin(context), after: flush, onError: flush };
}

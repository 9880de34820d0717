import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import type { CloudWatchTelemetry } from './telemetry.ts';

/**
 * Has an invocation's log lines say which it was, tells what it failed of, and has its metrics written when it ends,
 * however it does.
 */
export function invocationTelemetry(
  telemetry: CloudWatchTelemetry,
): MiddlewareObj<unknown, unknown, Error, Context> {
  return {
    before: ({ context }) => telemetry.begin(context),
    after: () => telemetry.flush(),
    onError: ({ error }) => {
      telemetry.emit({ name: 'fault', where: 'invocation', error });
      return telemetry.flush();
    },
  };
}

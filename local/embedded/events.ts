import type { AwsCall } from './aws-call.ts';

/** How one invocation of a function ended. */
export type InvocationOutcome =
  | { readonly kind: 'returned'; readonly value: unknown }
  /** The handler threw, or its module could not be loaded. */
  | { readonly kind: 'threw'; readonly errorType: string; readonly errorMessage: string }
  /** The function's time-out passed, and its process was killed. */
  | { readonly kind: 'timedOut'; readonly timeoutMs: number }
  /** The process ended before it answered. */
  | { readonly kind: 'crashed'; readonly exitCode: number | null; readonly signal: NodeJS.Signals | null };

/** What an event source hands its events to. */
export interface Invocable {
  /** Never rejects for what the function does: that is the outcome. */
  invoke(event: unknown): Promise<InvocationOutcome>;
}

/** What happens inside the embedded run, told as it happens. Functions and event sources go by their logical ids. */
export type EmbeddedEvent =
  | { readonly kind: 'processStarted'; readonly functionId: string; readonly pid: number }
  | {
      readonly kind: 'processEnded';
      readonly functionId: string;
      readonly pid: number;
      readonly exitCode: number | null;
      readonly signal: NodeJS.Signals | null;
    }
  /** One line of a function's output, as it would stand in its log group. */
  | {
      readonly kind: 'logLine';
      readonly functionId: string;
      readonly pid: number;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  | {
      readonly kind: 'invocationStarted';
      readonly functionId: string;
      readonly pid: number;
      readonly requestId: string;
    }
  | {
      readonly kind: 'invocationEnded';
      readonly functionId: string;
      readonly pid: number;
      readonly requestId: string;
      readonly durationMs: number;
      readonly outcome: InvocationOutcome;
    }
  /** A batch was handed over and answered; `wholeBatch` says why none of it counts as done. */
  | {
      readonly kind: 'batchSettled';
      readonly eventSourceId: string;
      readonly records: number;
      readonly deleted: number;
      readonly wholeBatch: string | undefined;
    }
  /** A function asked something of AWS. */
  | { readonly kind: 'awsCall'; readonly call: AwsCall; readonly isAllowed: boolean }
  /** Something in the embedded run itself went wrong, and it goes on. */
  | { readonly kind: 'trouble'; readonly where: string; readonly error: Error };

export type Report = (event: EmbeddedEvent) => void;

/** What was thrown, as an `Error`. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

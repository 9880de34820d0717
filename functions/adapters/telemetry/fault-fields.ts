import { originalFrame } from './original-frame.ts';

/** What a log may say of an error: where it came from, and nothing that may be somebody's. */
export interface FaultFields {
  readonly error: string;
  readonly code?: string;
  readonly status?: number;
  readonly requestId?: string;
  /** Only of errors that do not repeat values. */
  readonly problem?: string;
  /** The innermost frames of its stack, as places in the source. */
  readonly at?: readonly string[];
}

/**
 * Errors whose messages name things of ours and of AWS, never a value that came in. All others may quote what they
 * failed on: a parser its text, a validation its argument, the runtime the key it could not read.
 */
const TELLING: ReadonlySet<string> = new Set([
  'Error',
  'StoredItemError',
  'EnvironmentError',
  'ParticipantsApiError',
  'TimeoutError',
  'CredentialsProviderError',
  'AccessDenied',
  'AccessDeniedException',
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'ThrottlingException',
  'ProvisionedThroughputExceededException',
]);
const FRAMES_MAX = 5;

export function faultFields(error: unknown): FaultFields {
  if (!(error instanceof Error)) return { error: `a thrown ${error === null ? 'null' : typeof error}` };
  const { name, message, stack = '' } = error;
  const { code, $metadata } = error as { code?: unknown; $metadata?: Metadata };
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    error: name,
    ...(typeof code === 'string' && { code }),
    ...($metadata?.httpStatusCode !== undefined && { status: $metadata.httpStatusCode }),
    ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
    ...(TELLING.has(name) && { problem: message }),
    ...(frames.length > 0 && { at: frames.slice(0, FRAMES_MAX).map((frame) => originalFrame(frame.trim())) }),
  };
}

/** What AWS's clients put on their errors. */
interface Metadata {
  readonly httpStatusCode?: number;
  readonly requestId?: string;
}

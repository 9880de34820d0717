/**
 * The inside of one execution environment: loads the bundle's handler once and runs it for each event that the host
 * sends, one at a time. The host starts it as a process of its own and may kill or freeze it at any moment.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionMessage, InvokeMessage } from './function-messages.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const environment = process.env;

function say(message: FunctionMessage, afterwards?: () => void): void {
  process.send?.(message, undefined, undefined, () => afterwards?.());
}

async function loadHandler(): Promise<Handler> {
  const taskRoot = environment['LAMBDA_TASK_ROOT'] ?? '';
  const [module = '', name = ''] = (environment['_HANDLER'] ?? '').split('.');
  const file = ['.mjs', '.js', '.cjs']
    .map((extension) => path.join(taskRoot, module + extension))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) throw new Error(`no module '${module}' in the bundle`);
  const exported = await import(pathToFileURL(file).href);
  const handler: unknown = exported[name] ?? exported.default?.[name];
  if (typeof handler !== 'function') throw new Error(`${path.basename(file)} exports no function '${name}'`);
  return handler as Handler;
}

function contextOf({ requestId, deadlineMs }: InvokeMessage): object {
  return {
    functionName: environment['AWS_LAMBDA_FUNCTION_NAME'],
    functionVersion: environment['AWS_LAMBDA_FUNCTION_VERSION'],
    invokedFunctionArn: process.argv[2],
    memoryLimitInMB: environment['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],
    logGroupName: environment['AWS_LAMBDA_LOG_GROUP_NAME'],
    logStreamName: environment['AWS_LAMBDA_LOG_STREAM_NAME'],
    awsRequestId: requestId,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

function newTraceId(): string {
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const [root, parent] = [randomBytes(12).toString('hex'), randomBytes(8).toString('hex')];
  return `Root=1-${seconds}-${root};Parent=${parent};Sampled=0`;
}

function describe(thrown: unknown): { errorType: string; errorMessage: string } {
  if (!(thrown instanceof Error)) return { errorType: typeof thrown, errorMessage: String(thrown) };
  return { errorType: thrown.name, errorMessage: thrown.message };
}

async function run(handler: Handler, message: InvokeMessage): Promise<void> {
  const { requestId } = message;
  environment['_X_AMZN_TRACE_ID'] = newTraceId();
  try {
    const value = await handler(message.event, contextOf(message));
    say({ kind: 'returned', requestId, valueJson: JSON.stringify(value) ?? 'null' });
  } catch (thrown) {
    console.error(thrown);
    say({ kind: 'threw', requestId, ...describe(thrown) });
  }
}

// The terminal sends Ctrl-C to every process; the host is who decides when this one ends.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));

try {
  const handler = await loadHandler();
  process.on('message', (message) => void run(handler, message as InvokeMessage));
  say({ kind: 'loaded' });
} catch (thrown) {
  console.error(thrown);
  say({ kind: 'loadFailed', ...describe(thrown) }, () => process.exit(1));
}

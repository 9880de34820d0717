import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** One call of an AWS API, as it went over the wire. */
export interface AwsCall {
  /** The access key that signed it: the logical id of a function, or `local` for the embedded run itself. */
  readonly caller: string;
  /** What IAM calls it: `sqs:SendMessage`. */
  readonly action: string;
  /** The call's parameters. */
  readonly input: Readonly<Record<string, unknown>>;
}

export interface CallRecorder {
  /** To be called in place of the service. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** By the first part of `X-Amz-Target`: what IAM calls the service. */
const SERVICES = new Map([
  ['AmazonSQS', 'sqs'],
  ['DynamoDB_20120810', 'dynamodb'],
  ['secretsmanager', 'secretsmanager'],
  ['AWSEvents', 'events'],
]);

/** Stands between clients and a service that speaks AWS's JSON protocols, and tells of each call. */
export async function startCallRecorder(
  target: string,
  tell: (call: AwsCall) => void,
): Promise<CallRecorder> {
  const server = createServer((incoming, response) => {
    relay(target, tell, incoming, response).catch(() => response.destroy());
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', listening.reject).listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const stop = async (): Promise<void> => {
    const closed = Promise.withResolvers<void>();
    server.close(() => closed.resolve());
    server.closeAllConnections();
    await closed.promise;
  };
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

async function relay(
  target: string,
  tell: (call: AwsCall) => void,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method, url, headers } = incoming;
  const body = await buffer(incoming);
  const call = callOf(headers, body);
  if (call) tell(call);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const onward = request(`${target}${url}`, { method, headers }, resolve).once('error', reject);
  response.once('close', () => onward.destroy());
  onward.end(body);
  const answer = await promise;
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
}

function callOf(headers: IncomingHttpHeaders, body: Buffer): AwsCall | undefined {
  const [service = '', operation = ''] = String(headers['x-amz-target']).split('.');
  const prefix = SERVICES.get(service);
  const caller = /Credential=([^/]+)\//.exec(headers.authorization ?? '')?.[1];
  if (prefix === undefined || caller === undefined) return undefined;
  // SQS knows no permission for a batch: it is that of its single calls.
  const action = prefix === 'sqs' ? operation.replace(/Batch$/, '') : operation;
  return { caller, action: `${prefix}:${action}`, input: JSON.parse(body.toString()) as AwsCall['input'] };
}

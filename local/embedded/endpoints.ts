/** Where the emulators listen: `http://127.0.0.1:PORT`. */
export interface Endpoints {
  readonly sqs: string;
  readonly dynamodb: string;
  readonly secretsManager: string;
  readonly eventBridge: string;
}

/** The account that the emulators pretend to be, or, where others take their place, whose account it is. */
export const ACCOUNT_ID = process.env['ROLLCALL_E2E_ACCOUNT_ID'] || '000000000000';

/** The region that the emulators pretend to be in, or that of whoever takes their place. */
export const REGION = process.env['ROLLCALL_E2E_REGION'] || 'us-east-1';

/** Who the embedded run itself is to the emulators; functions have names of their own. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  /** Absent: the environment's own. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What an AWS SDK client needs to talk to an emulator. */
export function clientConfig(endpoint: string, region: string): ClientConfig {
  if (!isOnThisMachine(endpoint)) return { endpoint, region };
  return { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** Nothing on this machine is shown a real credential, and nobody elsewhere takes a made-up one. */
export function isOnThisMachine(endpoint: string): boolean {
  return ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(endpoint).hostname);
}

/** SQS puts a host of its own into queue URLs, and clients follow it; this one leads to the emulator. */
export function queueUrl(endpoint: string, queueName: string): string {
  return `${endpoint}/${ACCOUNT_ID}/${queueName}`;
}

/** Where the emulators listen: `http://127.0.0.1:PORT`. */
export interface Endpoints {
  readonly sqs: string;
  readonly dynamodb: string;
  readonly secretsManager: string;
}

/** The account that the emulators pretend to be. */
export const ACCOUNT_ID = '000000000000';

/** Who the embedded run itself is to the emulators; functions have names of their own. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** What an AWS SDK client needs to talk to an emulator. */
export function clientConfig(endpoint: string, region: string): ClientConfig {
  return { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** SQS puts a host of its own into queue URLs, and clients follow it; this one leads to the emulator. */
export function queueUrl(endpoint: string, queueName: string): string {
  return `${endpoint}/${ACCOUNT_ID}/${queueName}`;
}

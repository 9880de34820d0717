import * as z from 'zod';
import { ACCOUNT_ID, type Endpoints } from './endpoints.ts';

/** One thing that somebody asks of AWS, as IAM sees it. */
export interface AwsCall {
  /** Whose access key it is signed with: a function's logical id. */
  readonly caller: string;
  /** By the name of its endpoint. */
  readonly service: keyof Endpoints;
  /** `sqs:SendMessage` and so on. */
  readonly action: string;
  /** The ARN of what it is asked of. */
  readonly resource: string;
}

/** By the name that requests are signed for. */
const SERVICES = new Map([
  ['sqs', 'sqs'],
  ['dynamodb', 'dynamodb'],
  ['secretsmanager', 'secretsManager'],
  ['events', 'eventBridge'],
]);
/** What Secrets Manager puts behind a secret's name in its ARN; any six characters stand for them here. */
const ANY_SUFFIX = '-AbCdEf';

const body = z.object({
  QueueUrl: z.string().optional(),
  TableName: z.string().optional(),
  IndexName: z.string().optional(),
  SecretId: z.string().optional(),
  Entries: z.array(z.object({ EventBusName: z.string().optional() })).optional(),
});

/**
 * Reads who asks what of which resource.
 * @throws if it is a request that cannot be told, such as one that names several tables
 */
export function readCall(headers: NodeJS.Dict<string | string[]>, text: string, region: string): AwsCall {
  const signature = /Credential=([^/,]+)\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(
    String(headers['authorization']),
  );
  const [, caller = '', signedFor = ''] = signature ?? [];
  const service = SERVICES.get(signedFor) as keyof Endpoints | undefined;
  if (service === undefined) throw new Error(`a request that is signed for '${signedFor}' is not known here`);
  const operation = String(headers['x-amz-target']).replace(/^.*\./, '');
  // A batch is allowed by what allows one.
  const action = `${signedFor}:${service === 'sqs' ? operation.replace(/Batch$/, '') : operation}`;
  return { caller, service, action, resource: resourceOf(body.parse(JSON.parse(text)), region, action) };
}

function resourceOf(
  { QueueUrl, TableName, IndexName, SecretId, Entries }: z.infer<typeof body>,
  region: string,
  action: string,
): string {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${ACCOUNT_ID}:${rest}`;
  if (QueueUrl !== undefined) return arn('sqs', QueueUrl.split('/').at(-1) ?? '');
  if (TableName !== undefined)
    return arn('dynamodb', `table/${TableName}${IndexName === undefined ? '' : `/index/${IndexName}`}`);
  if (SecretId?.startsWith('arn:')) return SecretId;
  if (SecretId !== undefined) return arn('secretsmanager', `secret:${SecretId}${ANY_SUFFIX}`);
  const [bus, ...others] = new Set(Entries?.map(({ EventBusName = 'default' }) => EventBusName));
  if (bus !== undefined && others.length === 0)
    return bus.startsWith('arn:') ? bus : arn('events', `event-bus/${bus}`);
  throw new Error(`what ${action} is asked of is not known here`);
}

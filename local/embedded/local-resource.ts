import { randomBytes } from 'node:crypto';
import type { TemplateResource } from './cloud-assembly.ts';
import { ACCOUNT_ID, type Endpoints, queueUrl } from './endpoints.ts';

/** A resource of the stack as it stands in the embedded run. */
export interface LocalResource {
  readonly logicalId: string;
  readonly type: string;
  /** Its physical name. */
  readonly name: string;
  readonly arn: string;
  /** What `Ref` gives: a queue's URL, a secret's ARN, otherwise the name. */
  readonly ref: string;
  /** Where it is called, where it can be. */
  readonly endpoint?: string;
}

/** Where the embedded run takes place. */
export interface Place {
  readonly endpoints: Endpoints;
  readonly region: string;
  /** Secrets that somebody else keeps are referred to by name: the end of their ARNs is not for us to choose. */
  readonly secretsByName?: boolean;
  /** Where the stack's HTTP API is called. */
  readonly httpApi?: string;
}

/** Per type of resource: the property that names it, and how its ARN goes on after the partition. */
const TYPES = new Map<string, { property: string; arn: string }>([
  ['AWS::SQS::Queue', { property: 'QueueName', arn: 'sqs:REGION:ACCOUNT:NAME' }],
  ['AWS::DynamoDB::Table', { property: 'TableName', arn: 'dynamodb:REGION:ACCOUNT:table/NAME' }],
  ['AWS::DynamoDB::GlobalTable', { property: 'TableName', arn: 'dynamodb:REGION:ACCOUNT:table/NAME' }],
  [
    'AWS::SecretsManager::Secret',
    { property: 'Name', arn: 'secretsmanager:REGION:ACCOUNT:secret:NAME-SUFFIX' },
  ],
  ['AWS::Lambda::Function', { property: 'FunctionName', arn: 'lambda:REGION:ACCOUNT:function:NAME' }],
  ['AWS::Scheduler::Schedule', { property: 'Name', arn: 'scheduler:REGION:ACCOUNT:schedule/default/NAME' }],
  ['AWS::ApiGatewayV2::Api', { property: 'Name', arn: 'apigateway:REGION::/apis/NAME' }],
  ['AWS::ApiGatewayV2::Integration', { property: 'IntegrationName', arn: 'apigateway:REGION::/NAME' }],
  ['AWS::Logs::LogGroup', { property: 'LogGroupName', arn: 'logs:REGION:ACCOUNT:log-group:NAME:*' }],
  ['AWS::IAM::Role', { property: 'RoleName', arn: 'iam::ACCOUNT:role/NAME' }],
]);
const LONGEST_NAME = 64;

/** The property that may name a resource of this type; undefined for types that do not exist here. */
export function nameProperty(type: string): string | undefined {
  return TYPES.get(type)?.property;
}

/** A resource under the name that the template gives it, or else a generated one. */
export function toLocalResource(
  logicalId: string,
  { type, properties }: TemplateResource,
  given: string | undefined,
  stackName: string,
  { endpoints, region, secretsByName = false, httpApi }: Place,
): LocalResource {
  const name = given ?? generatedName(stackName, logicalId, properties['FifoQueue'] === true ? '.fifo' : '');
  const arn = `arn:aws:${TYPES.get(type)?.arn}`
    .replace('REGION', region)
    .replace('ACCOUNT', ACCOUNT_ID)
    .replace('SUFFIX', randomBytes(3).toString('hex'))
    .replace('NAME', () => name);
  const ref = refOf(type, name, secretsByName ? name : arn, endpoints);
  const isCalled = type === 'AWS::ApiGatewayV2::Api' && httpApi !== undefined;
  return { logicalId, type, name, arn, ref, ...(isCalled && { endpoint: httpApi }) };
}

/** What `Fn::GetAtt` gives. */
export function attributeOf(
  { type, name, arn, ref, endpoint }: LocalResource,
  attribute: string,
): string | undefined {
  if (attribute === 'Arn') return arn;
  if (attribute === 'ApiEndpoint') return endpoint;
  if (type === 'AWS::SQS::Queue' && attribute === 'QueueName') return name;
  if (type === 'AWS::SQS::Queue' && attribute === 'QueueUrl') return ref;
  return undefined;
}

function refOf(type: string, name: string, secretId: string, endpoints: Endpoints): string {
  switch (type) {
    case 'AWS::SQS::Queue':
      return queueUrl(endpoints.sqs, name);
    case 'AWS::SecretsManager::Secret':
      return secretId;
    default:
      return name;
  }
}

/** As CloudFormation would name it, without the random part; of a name that is too long the end tells it apart. */
function generatedName(stackName: string, logicalId: string, suffix: string): string {
  return `${stackName}-${logicalId}`.slice(suffix.length - LONGEST_NAME) + suffix;
}

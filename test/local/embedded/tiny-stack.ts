/** A small stack with one of everything that the embedded run provides, written as `cdk synth` writes it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath as pathOf } from 'node:url';
import { buildSync } from 'esbuild';

export type Resources = Record<string, { Type: string; Properties?: object; Metadata?: object }>;

const KEY = 'c0ffee.zip';
const code = {
  S3Bucket: { 'Fn::Sub': `cdk-assets-\${AWS::AccountId}-\${AWS::Region}` },
  S3Key: KEY,
};
const common = { Code: code, Runtime: 'nodejs24.x', Role: { 'Fn::GetAtt': ['Role', 'Arn'] } };

const allow = (Action: string, id: string) => ({
  Effect: 'Allow',
  Action,
  Resource: [{ 'Fn::GetAtt': [id, 'Arn'] }],
});

export const tinyResources: Resources = {
  Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
  Policy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      Roles: [{ Ref: 'Role' }],
      PolicyDocument: {
        Statement: [
          allow('sqs:ChangeMessageVisibility', 'Changes'),
          allow('dynamodb:PutItem', 'Table'),
          { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue'], Resource: { Ref: 'Key' } },
        ],
      },
    },
  },
  Changes: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      FifoQueue: true,
      QueueName: 'tiny-changes.fifo',
      VisibilityTimeout: 30,
      MaximumMessageSize: 65536,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Parked', 'Arn'] }, maxReceiveCount: 3 },
    },
  },
  Parked: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      FifoQueue: true,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [
          {
            'Fn::Join': [
              '',
              ['arn:', { Ref: 'AWS::Partition' }, ':sqs:', { Ref: 'AWS::Region' }, ':0:tiny-changes.fifo'],
            ],
          },
        ],
      },
    },
  },
  Table: {
    Type: 'AWS::DynamoDB::GlobalTable',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'pk', AttributeType: 'S' },
        { AttributeName: 'sk', AttributeType: 'S' },
        { AttributeName: 'worklist', AttributeType: 'S' },
        { AttributeName: 'worklistAt', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'worklist',
          KeySchema: [
            { AttributeName: 'worklist', KeyType: 'HASH' },
            { AttributeName: 'worklistAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['reason'] },
        },
      ],
      Replicas: [{ Region: { Ref: 'AWS::Region' }, DeletionProtectionEnabled: true }],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    },
  },
  Key: {
    Type: 'AWS::SecretsManager::Secret',
    Properties: { GenerateSecretString: { PasswordLength: 48, ExcludePunctuation: true } },
  },
  Consumer: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...common,
      Handler: 'index.consume',
      Timeout: 5,
      Environment: { Variables: { QUEUE_URL: { Ref: 'Changes' } } },
    },
  },
  ConsumerSource: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      BatchSize: 10,
      EventSourceArn: { 'Fn::GetAtt': ['Changes', 'Arn'] },
      FunctionName: { Ref: 'Consumer' },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 5 },
    },
  },
  Ticker: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...common,
      FunctionName: { 'Fn::Join': ['-', [{ Ref: 'AWS::StackName' }, 'ticker']] },
      Handler: 'index.tick',
      MemorySize: 256,
      Timeout: 10,
      Environment: {
        Variables: { TABLE: { Ref: 'Table' }, SECRET: { Ref: 'Key' }, GIVEN: 'by the template' },
      },
    },
  },
  Schedule: {
    Type: 'AWS::Scheduler::Schedule',
    Properties: {
      ScheduleExpression: 'rate(5 minutes)',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: { 'Fn::GetAtt': ['Ticker', 'Arn'] }, RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
    },
  },
};

/** Writes the assembly of a stack `Tiny` into a new folder. */
export function writeAssembly(resources: Resources = tinyResources): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'rollcall-embedded-'));
  const write = (name: string, value: unknown) => writeFileSync(path.join(dir, name), JSON.stringify(value));
  write('manifest.json', {
    version: '48.0.0',
    artifacts: {
      'Tiny.assets': { type: 'cdk:asset-manifest', properties: { file: 'Tiny.assets.json' } },
      Tiny: { type: 'aws:cloudformation:stack', properties: { templateFile: 'Tiny.template.json' } },
      Tree: { type: 'cdk:tree', properties: { file: 'tree.json' } },
    },
  });
  const destinations = { 'current_account-current_region-1': { bucketName: 'b', objectKey: KEY } };
  write('Tiny.assets.json', {
    version: '48.0.0',
    files: { c0ffee: { source: { path: 'asset.c0ffee', packaging: 'zip' }, destinations } },
  });
  write('Tiny.template.json', {
    Parameters: { BootstrapVersion: { Type: 'String', Default: '/cdk-bootstrap/version' } },
    Resources: resources,
    Outputs: { QueueUrl: { Value: { Ref: 'Changes' } } },
  });
  return dir;
}

/** The same, with a bundle of tiny-function.ts (index) and tiny-act.ts (act). */
export function writeTinyStack(): string {
  const dir = writeAssembly();
  buildSync({
    entryPoints: {
      index: pathOf(new URL('./tiny-function.ts', import.meta.url)),
      act: pathOf(new URL('./tiny-act.ts', import.meta.url)),
    },
    outdir: path.join(dir, 'asset.c0ffee'),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return dir;
}

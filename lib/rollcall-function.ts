import { fileURLToPath } from 'node:url';
import { type Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { LogLevel, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from './config.ts';

/** Exactly the variables that a function's config.ts names: one too few or too many is a type error. */
type EnvironmentOf<Variables extends readonly string[]> = { readonly [Name in Variables[number]]: string };

export interface RollcallFunctionProps<Variables extends readonly string[]> {
  readonly config: DeploymentConfig;
  /** The function's folder under functions/; its name in AWS is the deployment's name and this. */
  readonly folder: string;
  readonly memoryMiB: number;
  readonly timeout: Duration;
  /** So many of the account's instances are kept for this function, and it never has more. */
  readonly reservedConcurrency?: number;
  readonly environment: EnvironmentOf<Variables>;
}

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What the bundles hold in the place of which package. */
export const REPLACED_PACKAGES: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-node': inProject('functions/adapters/environment-credentials.ts'),
  'node:http': inProject('functions/adapters/node-http.ts'),
  'node:process': inProject('functions/adapters/node-process.ts'),
  'node:zlib': inProject('functions/adapters/node-zlib.ts'),
};

/** A function as all of Rollcall's are: bundled whole, with a role and a log group of its own, traced. */
export class RollcallFunction<Variables extends readonly string[]> extends NodejsFunction {
  constructor(scope: Construct, id: string, props: RollcallFunctionProps<Variables>) {
    const { config, folder } = props;
    const functionName = `${config.name}-${folder}`;
    const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: config.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      functionName,
      entry: inProject(`functions/${folder}/handler.ts`),
      depsLockFilePath: inProject('package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMiB,
      timeout: props.timeout,
      ...(props.reservedConcurrency !== undefined && {
        reservedConcurrentExecutions: props.reservedConcurrency,
      }),
      role,
      logGroup,
      tracing: Tracing.ACTIVE,
      environment: {
        ...props.environment,
        LOG_LEVEL: config.logLevel,
        SERVICE_NAME: folder,
        DEPLOYMENT_NAME: config.name,
      },
      bundling: {
        format: OutputFormat.ESM,
        mainFields: ['module', 'main'],
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        bundleAwsSDK: true,
        esbuildArgs: Object.fromEntries(
          Object.entries(REPLACED_PACKAGES).map(([name, file]) => [`--alias:${name}`, file]),
        ),
        logLevel: LogLevel.WARNING,
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray knows no resources to narrow PutTraceSegments and PutTelemetryRecords to.',
    });
  }

  /**
   * Has the queue's messages delivered to the function, up to ten at a time, with a report of those that failed.
   * The limit stands on the event source: deliveries that a limit of the function refuses count as received.
   */
  consume(queue: Queue, maxConcurrency: number): void {
    this.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue.queueArn);
    const source = this.addEventSourceMapping('Source', {
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      maxConcurrency,
      reportBatchItemFailures: true,
    });
    const reason = 'Its queue keeps what failed, and has a dead-letter queue of its own.';
    Validations.of(source).acknowledge({ id: 'Serverless-LambdaEventSourceMappingDestination', reason });
    Validations.of(this).acknowledge({ id: 'Serverless-LambdaDLQ', reason });
  }

  /** Lets the function take these actions on these resources, and nothing that commonly goes with them. */
  allow(actions: readonly string[], ...resources: readonly string[]): void {
    this.addToRolePolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
  }
}

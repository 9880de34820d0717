import { ArnFormat, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { RECEIVE_WEBHOOK_VARIABLES } from '../functions/receive-webhook/config.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { DeploymentConfig } from './config.ts';
import { RollcallFunction } from './rollcall-function.ts';

export interface WebhookIngressProps {
  readonly config: DeploymentConfig;
  readonly changes: ChangeQueue;
  readonly reconcileQueue: Queue;
}

type ReceiveWebhook = RollcallFunction<typeof RECEIVE_WEBHOOK_VARIABLES>;

/** More than the function ever takes, and far below what the vendor waits. */
const INTEGRATION_TIMEOUT = Duration.seconds(10);
const FUNCTION_TIMEOUT = Duration.seconds(5);
/** A start is most of the time that an answer takes, and memory buys the processor for it. */
const MEMORY_MIB = 1_024;

/** Nothing that says who asked, which app for, or what: the path holds an id, headers and query may hold anything. */
const ACCESS_LOG_FIELDS = {
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  routeKey: '$context.routeKey',
  status: '$context.status',
  error: '$context.error.messageString',
  integrationStatus: '$context.integrationStatus',
  responseLatency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  responseLength: '$context.responseLength',
};

/** The one way in from the internet: the vendor's webhooks, and changes of producers outside AWS. */
export class WebhookIngress extends Construct {
  /** Without a slash at its end. */
  readonly url: string;

  constructor(scope: Construct, id: string, props: WebhookIngressProps) {
    super(scope, id);
    const { config } = props;
    const producers = this.#producersSecret(config);
    const receiveWebhook = this.#function(props, producers);
    this.#allowSecrets(receiveWebhook, config, producers);
    const api = new HttpApi(this, 'Api', {
      apiName: `${config.name}-webhooks`,
      description: "The vendor's webhooks, and changes of producers outside AWS",
      createDefaultStage: false,
    });
    const integration = new HttpLambdaIntegration('Integration', receiveWebhook, {
      timeout: INTEGRATION_TIMEOUT,
    });
    for (const path of ['/sunshine/{appId}', '/changes']) {
      const [route] = api.addRoutes({ path, methods: [HttpMethod.POST], integration });
      if (route) Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: CHECKS_ITSELF });
    }
    this.#stage(config, api);
    this.url = api.apiEndpoint;
  }

  /** Without a value: one in the template would come back with any update, over what operators have put there. */
  #producersSecret({ producersSecret }: DeploymentConfig): CfnSecret {
    const producers = new CfnSecret(this, 'Producers', {
      name: producersSecret,
      description: 'What producers outside AWS sign their changes with, and the apps that each may speak for',
    });
    Validations.of(producers).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Both sides must change it: operators add the new secret, and remove the old one later.',
    });
    return producers;
  }

  #function({ config, changes, reconcileQueue }: WebhookIngressProps, producers: CfnSecret): ReceiveWebhook {
    const receiveWebhook = new RollcallFunction<typeof RECEIVE_WEBHOOK_VARIABLES>(this, 'ReceiveWebhook', {
      config,
      folder: 'receive-webhook',
      memoryMiB: MEMORY_MIB,
      timeout: FUNCTION_TIMEOUT,
      ...(config.webhookConcurrency > 0 && { reservedConcurrency: config.webhookConcurrency }),
      environment: {
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        RECONCILE_QUEUE_URL: reconcileQueue.queueUrl,
        WEBHOOK_SECRET_PREFIX: config.webhookSecretPrefix,
        PRODUCERS_SECRET: producers.ref,
        TIMINGS: JSON.stringify(config.timings),
      },
    });
    receiveWebhook.allow(['sqs:SendMessage'], changes.queue.queueArn, reconcileQueue.queueArn);
    Validations.of(receiveWebhook).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'It is called and answers: what it does not take in, its sender sends again.',
    });
    return receiveWebhook;
  }

  /** What the internet reaches may read these secrets only, and no credential of an app. */
  #allowSecrets(user: ReceiveWebhook, { webhookSecretPrefix }: DeploymentConfig, producers: CfnSecret): void {
    const webhookSecrets = Stack.of(this).formatArn({
      service: 'secretsmanager',
      resource: 'secret',
      resourceName: `${webhookSecretPrefix}/*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    user.allow(['secretsmanager:GetSecretValue'], webhookSecrets, producers.ref);
    Validations.of(user.role ?? user).acknowledge({
      id: `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${webhookSecretPrefix}/*]`,
      reason: 'Apps are declared while the stack stands: their secrets are known by their prefix only.',
    });
  }

  #stage({ name, logRetentionDays, webhookRequestsPerSecond }: DeploymentConfig, api: HttpApi): void {
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      logGroupName: `/aws/vendedlogs/${name}-webhooks`,
      retention: logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, 'Stage', {
      httpApi: api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: webhookRequestsPerSecond, burstLimit: 2 * webhookRequestsPerSecond },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
      },
    });
  }
}

const CHECKS_ITSELF =
  "The vendor's webhooks carry a shared secret and producers' changes a signature over their body: the function checks both, and no authorizer could.";

import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { PLAN_RECONCILES_VARIABLES } from '../functions/plan-reconciles/config.ts';
import type { RECONCILE_CONVERSATION_VARIABLES } from '../functions/reconcile-conversation/config.ts';
import { type ChangeQueue, IS_A_DEAD_LETTER_QUEUE, LONGEST_RETENTION } from './change-queue.ts';
import type { DeploymentConfig } from './config.ts';
import type { Credentials } from './credentials.ts';
import { allowEvents } from './event-bus.ts';
import { RollcallFunction } from './rollcall-function.ts';
import type { RosterTable } from './roster-table.ts';
import { visibilitySeconds } from './visibility.ts';

export interface ReconcilerProps {
  readonly config: DeploymentConfig;
  readonly changes: ChangeQueue;
  readonly roster: RosterTable;
  readonly credentials: Credentials;
}

/** Brings back what was deferred, and compares what is with what should be: a planner on a schedule, and its workers. */
export class Reconciler extends Construct {
  /** Where conversations to be compared and the vendor's events wait. */
  readonly queue: Queue;

  constructor(scope: Construct, id: string, props: ReconcilerProps) {
    super(scope, id);
    this.queue = this.#reconcileQueue(props.config);
    this.#worker(props, this.queue);
    this.#schedule(props.config, this.#planner(props, this.queue));
  }

  #reconcileQueue({ name, reconcileTimeoutSeconds }: DeploymentConfig): Queue {
    const deadLetterQueue = standardDeadLetterQueue(this, 'DeadLetterQueue', `${name}-reconciles-failed`);
    return new Queue(this, 'Queue', {
      queueName: `${name}-reconciles`,
      retentionPeriod: Duration.days(4),
      visibilityTimeout: Duration.seconds(visibilitySeconds(reconcileTimeoutSeconds)),
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      deadLetterQueue: { queue: deadLetterQueue, maxReceiveCount: 5 },
    });
  }

  #worker({ config, changes, roster, credentials }: ReconcilerProps, queue: Queue): void {
    const worker = new RollcallFunction<typeof RECONCILE_CONVERSATION_VARIABLES>(
      this,
      'ReconcileConversation',
      {
        config,
        folder: 'reconcile-conversation',
        memoryMiB: 256,
        timeout: Duration.seconds(config.reconcileTimeoutSeconds),
        environment: {
          ROSTER_TABLE: roster.table.tableName,
          CHANGE_QUEUE_URL: changes.queue.queueUrl,
          APP_SECRET_PREFIX: credentials.appSecretPrefix,
          LOG_KEY_SECRET: credentials.logKey.secretArn,
          EXTRA_HOSTS: JSON.stringify(config.extraHosts),
          POLICY: config.policy,
          TIMINGS: JSON.stringify(config.timings),
          BUDGET_SHARE: String(config.reconcilerShare / config.reconcileConcurrency),
        },
      },
    );
    worker.consume(queue, config.reconcileConcurrency);
    worker.allow(['sqs:SendMessage'], changes.queue.queueArn);
    roster.allow(worker, 'GetItem', 'UpdateItem', 'Query');
    roster.allowUsers(worker);
    credentials.allowRead(worker);
    allowEvents(worker);
  }

  #planner(
    { config, changes, roster }: ReconcilerProps,
    queue: Queue,
  ): RollcallFunction<typeof PLAN_RECONCILES_VARIABLES> {
    const planner = new RollcallFunction<typeof PLAN_RECONCILES_VARIABLES>(this, 'PlanReconciles', {
      config,
      folder: 'plan-reconciles',
      memoryMiB: 256,
      timeout: Duration.minutes(1),
      environment: {
        ROSTER_TABLE: roster.table.tableName,
        RECONCILE_QUEUE_URL: queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: changes.deadLetterQueue.queueUrl,
        TIMINGS: JSON.stringify(config.timings),
      },
    });
    planner.allow(['sqs:SendMessage'], queue.queueArn);
    planner.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage'], changes.deadLetterQueue.queueArn);
    roster.allow(planner, 'GetItem', 'PutItem', 'UpdateItem');
    roster.allowWorklist(planner);
    roster.allowHeld(planner);
    return planner;
  }

  #schedule(
    { name, scheduleMinutes }: DeploymentConfig,
    planner: RollcallFunction<typeof PLAN_RECONCILES_VARIABLES>,
  ): void {
    const interval = Duration.minutes(scheduleMinutes);
    planner.configureAsyncInvoke({ maxEventAge: interval, retryAttempts: 0 });
    const reason =
      'A tick holds nothing to keep: the next one plans whatever is still due. That it failed is counted by Lambda.';
    Validations.of(planner).acknowledge(
      { id: 'Serverless-LambdaDLQ', reason },
      { id: 'Serverless-LambdaAsyncFailureDestination', reason },
    );
    const undelivered = standardDeadLetterQueue(this, 'UndeliveredTicks', `${name}-ticks-undelivered`);
    Validations.of(undelivered).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: "It is the schedule's dead-letter queue; the rule knows those of queues only.",
    });
    const role = new Role(this, 'ScheduleRole', { assumedBy: scheduler(this) });
    role.addToPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [planner.functionArn] }),
    );
    role.addToPolicy(
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [undelivered.queueArn] }),
    );
    new Schedule(this, 'Schedule', {
      description: 'Looks for conversations that are due to be compared',
      schedule: ScheduleExpression.rate(interval),
      target: new LambdaInvoke(planner, {
        // Has what it needs already; the target would add every version of the function.
        role: role.withoutPolicyUpdates(),
        deadLetterQueue: undelivered,
        maxEventAge: interval,
        retryAttempts: 2,
      }),
    });
  }
}

function standardDeadLetterQueue(scope: Construct, id: string, queueName: string): Queue {
  const queue = new Queue(scope, id, {
    queueName,
    retentionPeriod: LONGEST_RETENTION,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  Validations.of(queue).acknowledge(IS_A_DEAD_LETTER_QUEUE);
  return queue;
}

/** EventBridge Scheduler on behalf of this account's schedules, nobody else's. */
function scheduler(scope: Construct): ServicePrincipal {
  const stack = Stack.of(scope);
  const group = stack.formatArn({
    service: 'scheduler',
    resource: 'schedule-group',
    resourceName: 'default',
  });
  return new ServicePrincipal('scheduler.amazonaws.com', {
    conditions: { StringEquals: { 'aws:SourceAccount': stack.account, 'aws:SourceArn': group } },
  });
}

import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { APPLY_CHANGES_VARIABLES } from '../functions/apply-changes/config.ts';
import type { ChangeQueue } from './change-queue.ts';
import type { DeploymentConfig } from './config.ts';
import type { Credentials } from './credentials.ts';
import { allowEvents } from './event-bus.ts';
import { RollcallFunction } from './rollcall-function.ts';
import type { RosterTable } from './roster-table.ts';

export interface ConsumerProps {
  readonly config: DeploymentConfig;
  readonly changes: ChangeQueue;
  readonly roster: RosterTable;
  readonly credentials: Credentials;
}

/** Applies changes: the one writer. */
export class Consumer extends Construct {
  constructor(scope: Construct, id: string, props: ConsumerProps) {
    super(scope, id);
    const { config, changes, roster, credentials } = props;
    const applyChanges = new RollcallFunction<typeof APPLY_CHANGES_VARIABLES>(this, 'ApplyChanges', {
      config,
      folder: 'apply-changes',
      memoryMiB: config.consumerMemoryMiB,
      timeout: Duration.seconds(config.consumerTimeoutSeconds),
      environment: {
        ROSTER_TABLE: roster.table.tableName,
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        DEAD_LETTER_QUEUE_URL: changes.deadLetterQueue.queueUrl,
        APP_SECRET_PREFIX: credentials.appSecretPrefix,
        LOG_KEY_SECRET: credentials.logKey.secretArn,
        EXTRA_HOSTS: JSON.stringify(config.extraHosts),
        POLICY: config.policy,
        TIMINGS: JSON.stringify(config.timings),
        BUDGET_SHARE: String((1 - config.reconcilerShare) / config.consumerConcurrency),
      },
    });
    applyChanges.consume(changes.queue, config.consumerConcurrency);
    applyChanges.allow(['sqs:ChangeMessageVisibility'], changes.queue.queueArn);
    applyChanges.allow(['sqs:SendMessage'], changes.deadLetterQueue.queueArn);
    roster.allow(applyChanges, 'GetItem', 'PutItem', 'UpdateItem');
    credentials.allowRead(applyChanges);
    allowEvents(applyChanges);
  }
}

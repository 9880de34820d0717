import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { ChangeQueue } from '../change-queue.ts';
import type { DeploymentConfig } from '../config.ts';
import type { RosterTable } from '../roster-table.ts';

/** What the operators' part of the stack looks at. */
export interface Watched {
  readonly config: DeploymentConfig;
  readonly changes: ChangeQueue;
  readonly reconcileQueue: Queue;
  readonly roster: RosterTable;
  /** Every function of the deployment. */
  readonly functions: readonly LambdaFunction[];
}

const LONGEST_MINUTES = 24 * 60;

/**
 * One reconcile interval, in whole minutes. What only a pass can tell (whether changes are deferred, whether a credential
 * works) is told anew by each conversation's next pass, so whoever asks has to look back over as much.
 */
export function passWindow({ timings }: DeploymentConfig): Duration {
  const minutes = Math.ceil(timings.reconcileIntervalMs / 60_000);
  return Duration.minutes(Math.min(LONGEST_MINUTES, minutes));
}

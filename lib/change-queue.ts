import { Duration, Stack, Validations } from 'aws-cdk-lib';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  RedrivePermission,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** The longest that SQS keeps a message. */
export const LONGEST_RETENTION = Duration.days(14);

/**
 * A message that the consumer cannot park itself, because its process dies first, ends on the dead-letter queue all
 * the same. As many as SQS allows: with a minute between them, the table may be out for half a day first.
 */
const BACKSTOP_RECEIVES = 1_000;

/** A parked message carries its reason in attributes: kept this far below what the dead-letter queue takes, it always fits. */
const LARGEST_MESSAGE_BYTES = 64 * 1024;

/** Why a queue of last resort has none behind it. */
export const IS_A_DEAD_LETTER_QUEUE = {
  id: 'Serverless-SQSRedrivePolicy',
  reason: 'It is a dead-letter queue: operators empty it, nothing consumes it.',
};

export interface ChangeQueueProps {
  /** The deployment's name; the queues are named after it. */
  readonly name: string;
  readonly retention: Duration;
  /** How long a received change is hidden when nobody says otherwise. */
  readonly visibilityTimeout: Duration;
}

/** Where producers put changes, and where those end up that need an operator. */
export class ChangeQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: ChangeQueueProps) {
    super(scope, id);
    const queueName = `${props.name}-changes.fifo`;
    const common = {
      fifo: true,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
    };
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      ...common,
      queueName: `${props.name}-parked.fifo`,
      retentionPeriod: LONGEST_RETENTION,
      // Named, not referred to: the two queues would each need the other first.
      redriveAllowPolicy: {
        redrivePermission: RedrivePermission.BY_QUEUE,
        sourceQueues: [Queue.fromQueueArn(this, 'Source', arnOfQueue(this, queueName))],
      },
    });
    Validations.of(this.deadLetterQueue).acknowledge(IS_A_DEAD_LETTER_QUEUE);
    this.queue = new Queue(this, 'Queue', {
      ...common,
      queueName,
      maxMessageSizeBytes: LARGEST_MESSAGE_BYTES,
      retentionPeriod: props.retention,
      visibilityTimeout: props.visibilityTimeout,
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: BACKSTOP_RECEIVES },
    });
  }
}

function arnOfQueue(scope: Construct, queueName: string): string {
  return Stack.of(scope).formatArn({ service: 'sqs', resource: queueName });
}

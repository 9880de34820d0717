import { describe, expect, it } from 'vitest';
import { readable } from './grants.ts';
import { propertiesOf, templateOf } from './template.ts';

const template = templateOf();

describe('the change queue', () => {
  it('is a FIFO queue in high-throughput mode, encrypted, for messages that fit the dead-letter queue with their reason', () => {
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'ChangeQueue')).toMatchObject({
      FifoQueue: true,
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      MaximumMessageSize: 65_536,
      MessageRetentionPeriod: 14 * 86_400,
      VisibilityTimeout: 180,
      SqsManagedSseEnabled: true,
      RedrivePolicy: { maxReceiveCount: 1_000 },
    });
  });

  it('never swallows a change whose id was used before: producers name their own', () => {
    expect(propertiesOf(template, 'AWS::SQS::Queue', 'ChangeQueue')).not.toHaveProperty(
      'ContentBasedDeduplication',
    );
  });

  it('is alone in having that dead-letter queue, which keeps messages for as long as SQS can', () => {
    const parked = propertiesOf(template, 'AWS::SQS::Queue', 'ChangeQueueDeadLetterQueue');
    expect(parked).toMatchObject({
      FifoQueue: true,
      MessageRetentionPeriod: 14 * 86_400,
      SqsManagedSseEnabled: true,
    });
    const { redrivePermission, sourceQueueArns } = parked['RedriveAllowPolicy'] as Record<string, unknown>;
    const name = propertiesOf(template, 'AWS::SQS::Queue', 'ChangeQueue')['QueueName'];
    expect(redrivePermission).toBe('byQueue');
    expect((sourceQueueArns as unknown[]).map((arn) => readable(JSON.stringify(arn)))).toEqual([
      `arn:Partition:sqs:Region:AccountId:${String(name)}`,
    ]);
  });

  it('keeps changes for as long as the deployment says', () => {
    const short = templateOf({ changeRetentionDays: '4' });
    expect(propertiesOf(short, 'AWS::SQS::Queue', 'ChangeQueue')).toMatchObject({
      MessageRetentionPeriod: 4 * 86_400,
    });
  });
});

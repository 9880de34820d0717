import { describe, expect, it } from 'vitest';
import { propertiesOf, resourceOf, templateOf } from './template.ts';

const template = templateOf();

describe('the roster', () => {
  it('is paid by request, can be restored to any moment, forgets what expires and finds what is due', () => {
    expect(propertiesOf(template, 'AWS::DynamoDB::GlobalTable', 'RosterTable')).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
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
          Projection: {
            ProjectionType: 'INCLUDE',
            NonKeyAttributes: ['reason', 'detail', 'key', 'changeId'],
          },
        },
        {
          IndexName: 'held',
          KeySchema: [
            { AttributeName: 'heldList', KeyType: 'HASH' },
            { AttributeName: 'heldSinceMs', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
        {
          IndexName: 'user',
          KeySchema: [
            { AttributeName: 'user', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    });
  });

  it.each([
    [true, 'Retain'],
    [false, 'Delete'],
  ])(
    'with deletionProtection %s is protected so, and the stack going means %s',
    (deletionProtection, policy) => {
      const changed = templateOf({ deletionProtection });
      const table = resourceOf(changed, 'AWS::DynamoDB::GlobalTable', 'RosterTable');
      expect(table).toMatchObject({
        DeletionPolicy: policy,
        Properties: { Replicas: [{ DeletionProtectionEnabled: deletionProtection }] },
      });
    },
  );
});

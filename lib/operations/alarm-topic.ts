import { Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import type { DeploymentConfig } from '../config.ts';

/** Where alarms are told: to the addresses of the deployment, and to whatever else is subscribed to it. */
export function alarmTopic(scope: Construct, { name, alarmEmails }: DeploymentConfig): Topic {
  const topic = new Topic(scope, 'AlarmTopic', {
    topicName: `${name}-alarms`,
    displayName: `Alarms of ${name}`,
    enforceSSL: true,
  });
  const stack = Stack.of(scope);
  // A policy of one's own replaces the one that lets the account's alarms publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: {
        StringEquals: { 'aws:SourceAccount': stack.account },
        ArnLike: {
          'aws:SourceArn': stack.formatArn({
            service: 'cloudwatch',
            resource: `alarm:${name}-*`,
          }),
        },
      },
    }),
  );
  for (const address of alarmEmails) topic.addSubscription(new EmailSubscription(address));
  Validations.of(topic).acknowledge({
    id: 'AwsSolutions-SNS2',
    reason:
      'It carries names of alarms and their sentences, nobody’s data. A key of its own could stop the alarms; under the key of AWS, CloudWatch cannot publish.',
  });
  return topic;
}

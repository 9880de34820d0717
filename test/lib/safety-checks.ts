import * as z from 'zod';
import { resourcesOf, type Template, targetOf } from './template.ts';

/*
 * What keeps the data safe and the bill small. Each check gives a sentence per problem, none where all is well.
 */

const anything = z.looseObject({});
const policySchema = z.object({
  Queues: z.array(z.unknown()).default([]),
  Topics: z.array(z.unknown()).default([]),
  PolicyDocument: z.object({
    Statement: z.array(z.object({ Effect: z.string(), Condition: z.unknown() })),
  }),
});
const replicaSchema = z.object({
  PointInTimeRecoverySpecification: z.object({ PointInTimeRecoveryEnabled: z.boolean() }).optional(),
  DeletionProtectionEnabled: z.boolean().default(false),
});
const NOT_TLS = JSON.stringify({ Bool: { 'aws:SecureTransport': 'false' } });

/** Queues and topics whose policy does not turn away what comes without TLS. */
export function doorsWithoutTls(template: Template): string[] {
  const policies = ['AWS::SQS::QueuePolicy', 'AWS::SNS::TopicPolicy'].flatMap((type) =>
    resourcesOf(template, type, policySchema),
  );
  const refusing = policies.filter(({ properties }) =>
    properties.PolicyDocument.Statement.some(
      ({ Effect, Condition }) => Effect === 'Deny' && JSON.stringify(Condition) === NOT_TLS,
    ),
  );
  const safe = refusing.flatMap(({ properties }) =>
    [...properties.Queues, ...properties.Topics].map(targetOf),
  );
  return ['AWS::SQS::Queue', 'AWS::SNS::Topic']
    .flatMap((type) => resourcesOf(template, type, anything))
    .filter(({ id }) => !safe.includes(id))
    .map(({ id }) => `${id} can be reached without TLS`);
}

/** DynamoDB and Secrets Manager encrypt whatever they keep. */
export function queuesInTheClear(template: Template): string[] {
  return resourcesOf(template, 'AWS::SQS::Queue', anything)
    .filter(({ properties }) => properties['SqsManagedSseEnabled'] !== true)
    .map(({ id }) => `${id} keeps messages unencrypted`);
}

export function tablesThatCanBeLost(template: Template): string[] {
  const tables = resourcesOf(
    template,
    'AWS::DynamoDB::GlobalTable',
    z.object({ Replicas: z.array(replicaSchema) }),
  );
  return tables.flatMap(({ id, properties }) =>
    properties.Replicas.flatMap((replica) => [
      ...(replica.PointInTimeRecoverySpecification?.PointInTimeRecoveryEnabled
        ? []
        : [`${id} cannot be restored to a point in time`]),
      ...(replica.DeletionProtectionEnabled ? [] : [`${id} can be deleted`]),
    ]),
  );
}

export function logsKeptForever(template: Template): string[] {
  return resourcesOf(template, 'AWS::Logs::LogGroup', anything)
    .filter(({ properties }) => properties['RetentionInDays'] === undefined)
    .map(({ id }) => `${id} keeps lines for ever`);
}

/** What one function is granted, another that shares its role has too. */
export function sharedRoles(template: Template): string[] {
  const functions = resourcesOf(template, 'AWS::Lambda::Function', z.object({ Role: z.unknown() }));
  const byRole = Map.groupBy(functions, ({ properties }) => targetOf(properties.Role));
  return [...byRole]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([role, sharing]) => `${sharing.map(({ id }) => id).join(' and ')} share ${role}`);
}

/** Whoever reaches a function from the internet decides how often it runs, and the account pays. */
export function functionsThatAnybodyMayMultiply(template: Template): string[] {
  const permissions = resourcesOf(
    template,
    'AWS::Lambda::Permission',
    z.object({ Principal: z.unknown(), FunctionName: z.unknown() }),
  );
  const reached = permissions
    .filter(({ properties }) => properties.Principal === 'apigateway.amazonaws.com')
    .map(({ properties }) => targetOf(properties.FunctionName));
  return resourcesOf(template, 'AWS::Lambda::Function', anything)
    .filter(({ id, properties }) => reached.includes(id) && !properties['ReservedConcurrentExecutions'])
    .map(({ id }) => `${id} may run as often as somebody in the internet likes`);
}

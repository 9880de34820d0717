import * as z from 'zod';
import { METRIC_DIMENSION, METRIC_NAMESPACE, METRICS } from '../../functions/core/metrics.ts';
import { alarmsIn, metricsOf, type WatchedMetric } from './alarms.ts';
import { dashboardMetrics } from './dashboard.ts';
import { grantsOf } from './grants.ts';
import { resourcesOf, type Template, targetOf } from './template.ts';

/*
 * What neither CloudFormation's rules nor cdk-nag notice. Each check gives a sentence per problem, none where all is well.
 */

const queueSchema = z.object({
  FifoQueue: z.boolean().default(false),
  MessageRetentionPeriod: z.number().default(4 * 24 * 3600),
  VisibilityTimeout: z.number().default(30),
  RedrivePolicy: z.object({ deadLetterTargetArn: z.unknown(), maxReceiveCount: z.number() }).optional(),
});
const functionSchema = z.object({
  Role: z.unknown(),
  Timeout: z.number().default(3),
  Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }).default({ Variables: {} }),
});
const sourceSchema = z.object({ EventSourceArn: z.unknown(), FunctionName: z.unknown() });
const scheduleSchema = z.object({
  Target: z.object({ DeadLetterConfig: z.object({ Arn: z.unknown() }).optional() }),
});
const queues = (template: Template) => resourcesOf(template, 'AWS::SQS::Queue', queueSchema);
const functions = (template: Template) => resourcesOf(template, 'AWS::Lambda::Function', functionSchema);

/** Every queue that a function consumes. */
function consumed(template: Template) {
  return resourcesOf(template, 'AWS::Lambda::EventSourceMapping', sourceSchema).flatMap(({ properties }) => {
    const queue = queues(template).find(({ id }) => id === targetOf(properties.EventSourceArn));
    const consumer = functions(template).find(({ id }) => id === targetOf(properties.FunctionName));
    return queue && consumer ? [{ queue, consumer }] : [];
  });
}

/** The names of the variables that each function is given, by the function's service name. */
export function variablesOf(template: Template): Record<string, string[]> {
  return Object.fromEntries(
    functions(template).map(({ id, properties }) => {
      const { Variables } = properties.Environment;
      return [String(Variables['SERVICE_NAME'] ?? id), Object.keys(Variables).sort()];
    }),
  );
}

export function deadLettersThatExpireFirst(template: Template): string[] {
  return queues(template).flatMap(({ id, properties }) => {
    const target = targetOf(properties.RedrivePolicy?.deadLetterTargetArn);
    const deadLetters = queues(template).find((queue) => queue.id === target);
    if (!deadLetters || deadLetters.properties.MessageRetentionPeriod >= properties.MessageRetentionPeriod)
      return [];
    return [`${target} keeps messages for a shorter time than ${id}`];
  });
}

export function visibilitiesThatEndTooSoon(template: Template): string[] {
  return consumed(template)
    .filter(({ queue, consumer }) => queue.properties.VisibilityTimeout < 6 * consumer.properties.Timeout)
    .map(({ queue, consumer }) => `${queue.id} hides messages for less than six time-outs of ${consumer.id}`);
}

/** Fewer receives than this, and a passing fault of Lambda's own sends messages to the dead-letter queue unattempted. */
const LEAST_RECEIVES = 5;

export function backstopsThatComeTooSoon(template: Template): string[] {
  return queues(template)
    .filter(
      ({ properties }) => (properties.RedrivePolicy?.maxReceiveCount ?? LEAST_RECEIVES) < LEAST_RECEIVES,
    )
    .map(({ id }) => `${id} gives up after fewer than ${LEAST_RECEIVES} receives`);
}

/** A FIFO queue's consumer also sets when what failed comes back. */
export function consumersThatMayNotConsume(template: Template): string[] {
  const grants = grantsOf(template);
  return consumed(template).flatMap(({ queue, consumer }) => {
    const needed = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    if (queue.properties.FifoQueue) needed.push('sqs:ChangeMessageVisibility');
    const role = targetOf(consumer.properties.Role);
    const has = (action: string) =>
      grants.some((grant) => grant.role === role && grant.resource === queue.id && grant.action === action);
    return needed
      .filter((action) => !has(action))
      .map((action) => `${consumer.id} lacks ${action} on ${queue.id}`);
  });
}

/** What the deployment's own functions emit, under its own name; CloudWatch takes any other name without a word. */
export function metricsThatNobodyEmits(template: Template): string[] {
  const names = Object.keys(METRICS);
  const isEmitted = ({ Namespace, MetricName, Dimensions }: WatchedMetric) =>
    Namespace === METRIC_NAMESPACE &&
    names.includes(MetricName) &&
    Dimensions.length === 1 &&
    Dimensions.every(({ Name, Value }) => Name === METRIC_DIMENSION && deploymentsOf(template).has(Value));
  const inAlarms = alarmsIn(template).flatMap((alarm) =>
    metricsOf(alarm).map((metric) => ({ id: alarm.AlarmName, metric })),
  );
  const onDashboards = dashboardMetrics(template).map((metric) => ({ id: 'the dashboard', metric }));
  return [...inAlarms, ...onDashboards]
    .filter(({ metric }) => !metric.Namespace.startsWith('AWS/') && !isEmitted(metric))
    .map(
      ({ id, metric }) => `${id} looks at ${metric.Namespace} ${metric.MetricName}, which no function emits`,
    );
}

function deploymentsOf(template: Template): Set<unknown> {
  return new Set(
    functions(template).map(({ properties }) => properties.Environment.Variables['DEPLOYMENT_NAME']),
  );
}

/** A secret's value would stand in the console for everybody who may look at the function. */
export function secretsInEnvironments(template: Template): string[] {
  return functions(template).flatMap(({ id, properties }) =>
    Object.entries(properties.Environment.Variables)
      .filter(([name, value]) => holdsSecret(name, value))
      .map(([name]) => `${id} has a secret in ${name}`),
  );
}

function holdsSecret(name: string, value: unknown): boolean {
  const resolved = /\{\{resolve:(secretsmanager|ssm-secure):/.test(JSON.stringify(value));
  const literal = typeof value === 'string' && /(SECRET|TOKEN|PASSWORD|KEY)$/.test(name);
  return resolved || literal;
}

const FORCED_ON_EVERYTHING = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'];

export function grantsOnEverything(template: Template): string[] {
  return grantsOf(template)
    .filter(
      ({ action, resource }) =>
        action.endsWith('*') || (resource === '*' && !FORCED_ON_EVERYTHING.includes(action)),
    )
    .map(({ role, action, resource }) => `${role} may ${action} on ${resource}`);
}

/** EventBridge Scheduler cannot send to FIFO queues, and says so only when it has something to send. */
export function schedulesWithFifoDeadLetters(template: Template): string[] {
  return resourcesOf(template, 'AWS::Scheduler::Schedule', scheduleSchema)
    .map(({ id, properties }) => ({ id, target: targetOf(properties.Target.DeadLetterConfig?.Arn) }))
    .filter(({ target }) =>
      queues(template).some(({ id, properties }) => id === target && properties.FifoQueue),
    )
    .map(({ id, target }) => `${id} has ${target}, a FIFO queue, for its dead letters`);
}

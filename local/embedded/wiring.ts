import { existsSync } from 'node:fs';
import * as z from 'zod';
import type { Door } from './door.ts';
import type { Endpoints } from './endpoints.ts';
import { EventSource, eventSourceSchema } from './event-source.ts';
import type { Invocable, Report } from './events.ts';
import { lambdaVariables } from './function-environment.ts';
import type { HttpRoute, Throttle } from './http-api.ts';
import { httpRoutes, httpThrottle } from './http-routes.ts';
import { LocalFunction } from './local-function.ts';
import { Schedule, scheduleSchema } from './schedule.ts';
import type { Template } from './template.ts';

export interface WiringOptions {
  /** Folders of the bundles, by object key. */
  readonly assets: ReadonlyMap<string, string>;
  readonly endpoints: Endpoints;
  /** What functions find in the emulators' place. */
  readonly door: Door | undefined;
  readonly region: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly mostConcurrency: number;
  readonly report: Report;
}

/** The stack's functions and what invokes them. */
export interface Wiring {
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly eventSources: ReadonlyMap<string, EventSource>;
  readonly schedules: ReadonlyMap<string, Schedule>;
  readonly httpRoutes: readonly HttpRoute[];
  readonly httpThrottle: Throttle;
  start(): void;
  /** Kills what runs. */
  stop(): Promise<void>;
}

const functionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.literal('nodejs24.x'),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z.object({ Variables: z.record(z.string(), z.string()).default({}) }).prefault({}),
});

/** Connects functions, event sources and schedules as the template says. Nothing runs before `start`. */
export function wire(template: Template, options: WiringOptions): Wiring {
  const byId = <T>(type: string, make: (id: string) => T): Map<string, T> =>
    new Map(template.idsOfType(type).map((id) => [id, make(id)]));
  const functions = byId('AWS::Lambda::Function', (id) => toFunction(id, template, options));
  const target = (nameOrArn: string): Invocable => {
    const found = functions.get(template.find('AWS::Lambda::Function', nameOrArn).logicalId);
    if (found === undefined) throw new Error(`${nameOrArn} is no function`);
    return found;
  };
  const eventSources = byId('AWS::Lambda::EventSourceMapping', (id) =>
    toEventSource(id, template, options, target),
  );
  const schedules = byId('AWS::Scheduler::Schedule', (id) => toSchedule(id, template, target));
  // Whoever ends without stopping must leave no frozen process behind: that would not see that its host is gone.
  const killAll = (): void => {
    for (const each of functions.values()) void each.stop();
  };
  return {
    functions,
    eventSources,
    schedules,
    httpRoutes: httpRoutes(template, target, options.mostConcurrency),
    httpThrottle: httpThrottle(template),
    start() {
      process.once('exit', killAll);
      for (const source of [...eventSources.values(), ...schedules.values()]) source.start();
    },
    async stop() {
      process.off('exit', killAll);
      for (const schedule of schedules.values()) schedule.stop();
      await Promise.all([...eventSources.values(), ...functions.values()].map((part) => part.stop()));
    },
  };
}

function toFunction(logicalId: string, template: Template, options: WiringOptions): LocalFunction {
  const { name, arn } = template.get(logicalId);
  const properties = template.properties(logicalId, functionSchema);
  const taskRoot = options.assets.get(properties.Code.S3Key);
  if (taskRoot === undefined || !existsSync(taskRoot)) {
    throw new Error(`${logicalId}: its bundle ${properties.Code.S3Key} is not in the cloud assembly`);
  }
  const identity = {
    logicalId,
    name,
    handler: properties.Handler,
    memoryMb: properties.MemorySize,
    taskRoot,
  };
  const { door, endpoints, region } = options;
  const variables = Object.entries(properties.Environment.Variables).map(([variable, value]) => [
    variable,
    door ? door.inFront(value) : value,
  ]);
  const environment = {
    ...lambdaVariables(identity, region, door ? door.endpoints : endpoints),
    ...Object.fromEntries(variables),
    ...options.environment,
  };
  return new LocalFunction(
    {
      logicalId,
      name,
      arn,
      taskRoot,
      memoryMb: properties.MemorySize,
      timeoutMs: properties.Timeout * 1_000,
      environment,
    },
    options.report,
  );
}

function toEventSource(
  logicalId: string,
  template: Template,
  { endpoints, region, mostConcurrency, report }: WiringOptions,
  target: (nameOrArn: string) => Invocable,
): EventSource {
  const properties = template.properties(logicalId, eventSourceSchema);
  const wanted = properties.ScalingConfig?.MaximumConcurrency ?? mostConcurrency;
  const settings = {
    logicalId,
    queue: template.find('AWS::SQS::Queue', properties.EventSourceArn),
    endpoint: endpoints.sqs,
    region,
    batchSize: properties.BatchSize,
    windowMs: properties.MaximumBatchingWindowInSeconds * 1_000,
    reportsItemFailures: properties.FunctionResponseTypes.length > 0,
    concurrency: Math.min(wanted, mostConcurrency),
    enabled: properties.Enabled,
  };
  return new EventSource(settings, target(properties.FunctionName), report);
}

function toSchedule(
  logicalId: string,
  template: Template,
  target: (nameOrArn: string) => Invocable,
): Schedule {
  const { ScheduleExpression, State, Target } = template.properties(logicalId, scheduleSchema);
  const resource = template.get(logicalId);
  const settings = {
    resource,
    everyMs: ScheduleExpression,
    input: Target.Input,
    enabled: State === 'ENABLED',
  };
  return new Schedule(settings, target(Target.Arn));
}

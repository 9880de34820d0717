import { readStack } from './cloud-assembly.ts';
import { Door } from './door.ts';
import { startEmulators } from './emulators.ts';
import { type ClientConfig, clientConfig, type Endpoints, REGION } from './endpoints.ts';
import type { PublishedEvent } from './event-server.ts';
import type { EventSource } from './event-source.ts';
import type { Report } from './events.ts';
import { createExternalSecrets, type ExternalEndpoints, removeExternal } from './external-services.ts';
import { type Grant, grantsOf } from './grants.ts';
import { HttpApiServer } from './http-api.ts';
import type { LocalFunction } from './local-function.ts';
import type { LocalResource } from './local-resource.ts';
import { createQueues } from './queues.ts';
import type { Schedule } from './schedule.ts';
import { createSecrets } from './secrets.ts';
import { createTables } from './tables.ts';
import { Template } from './template.ts';
import { wire } from './wiring.ts';

export interface EmbeddedOptions {
  /** The folder that `cdk synth` wrote. */
  readonly assemblyDir: string;
  /** The stack to run, by name or artifact id; may be left out where there is only one. */
  readonly stackName?: string;
  /** Variables that every function gets on top of those of the template. */
  readonly environment?: Readonly<Record<string, string>>;
  /** `us-east-1` if left out, unless the environment names another. */
  readonly region?: string;
  /** Where the emulators listen; whatever is free if left out. */
  readonly ports?: Partial<Readonly<Record<keyof Endpoints | 'httpApi', number>>>;
  /** Services that are there already, to be used in place of the emulators; what is created in them is removed again. */
  readonly external?: ExternalEndpoints;
  /** How many batches an event source has under way at most, whatever the template says; 2 if left out. */
  readonly mostConcurrency?: number;
  /** Told what happens, from the first moment on; if left out, only trouble is told, on stderr. */
  readonly report?: Report;
}

/** A stack that runs on this machine. */
export interface Embedded {
  readonly endpoints: Endpoints;
  /** For the clients of the AWS SDK. */
  readonly clientConfigs: Readonly<Record<keyof Endpoints, ClientConfig>>;
  /** Names, ARNs and URLs by logical id. */
  readonly resources: ReadonlyMap<string, LocalResource>;
  /** By logical id; each can be invoked, and its processes killed, frozen and thawed. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** By logical id; each can be disabled and enabled. */
  readonly eventSources: ReadonlyMap<string, EventSource>;
  /** What the roles of the functions may do. */
  readonly grants: readonly Grant[];
  /** What functions have put on the event bus. */
  readonly publishedEvents: readonly PublishedEvent[];
  /** One of the stack's outputs. @throws if there is none of that name */
  output(name: string): string;
  /** By logical id; each can be made to fire, whatever its rate and state. */
  readonly schedules: ReadonlyMap<string, Schedule>;
  /** Ends everything within two seconds and leaves no process; a second call waits for the first. */
  stop(): Promise<void>;
}

type Stop = () => Promise<void>;

/**
 * Runs a synthesised stack: its queues, tables and secrets in emulators, its functions' bundles in processes, wired
 * by its event sources and schedules. Everything listens on 127.0.0.1.
 * @throws naming the resource if the stack holds something that cannot be run; nothing is left running then
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const stops: Stop[] = [];
  let stopped: Promise<void> | undefined;
  const stop: Stop = () => {
    stopped ??= stopAll(stops);
    return stopped;
  };
  try {
    return { ...(await start(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** In turn, what was started last first: nobody's server goes before its clients. All, whatever becomes of one. */
async function stopAll(stops: readonly Stop[]): Promise<void> {
  const errors: unknown[] = [];
  for (const stop of stops.toReversed()) await stop().catch((error: unknown) => errors.push(error));
  if (errors.length > 0) throw new AggregateError(errors, 'not everything could be stopped');
}

const reportTrouble: Report = (event) => {
  if (event.kind === 'trouble') console.error(`${event.where}:`, event.error);
};

async function start(options: EmbeddedOptions, stops: Stop[]): Promise<Omit<Embedded, 'stop'>> {
  const { region = REGION, report = reportTrouble, mostConcurrency = 2 } = options;
  const { environment = {}, external = {} } = options;
  const stack = readStack(options.assemblyDir, options.stackName);
  const { endpoints, secretStore, publishedEvents } = await startEmulators(
    { region, report, ports: options.ports ?? {}, external },
    stops,
  );
  const httpApi = await HttpApiServer.start(report, options.ports?.httpApi);
  stops.push(() => httpApi.stop());
  const place = { endpoints, region, httpApi: httpApi.endpoint };
  const template = new Template(stack, { ...place, secretsByName: !!external.secretsManager });
  stops.push(() => removeExternal(template, external, region));
  if (external.secretsManager) await createExternalSecrets(template, external.secretsManager, region);
  else createSecrets(template, secretStore);
  await Promise.all([
    createQueues(template, endpoints.sqs, region),
    createTables(template, endpoints.dynamodb, region),
  ]);

  // Who keeps these services elsewhere has an IAM of its own, or none.
  const door =
    Object.keys(external).length === 0 ? await Door.start({ endpoints, region, report }) : undefined;
  if (door) stops.push(() => door.stop());
  const grants = door ? grantsOf(template) : [];
  door?.open(grants);
  const wiring = wire(template, {
    assets: stack.assets,
    endpoints,
    door,
    region,
    environment,
    mostConcurrency,
    report,
  });
  stops.push(() => wiring.stop());
  wiring.start();
  httpApi.open(wiring.httpRoutes, wiring.httpThrottle);
  // Whoever still asks must find no function that has been stopped.
  stops.push(() => httpApi.stop());
  const { functions, eventSources, schedules } = wiring;
  return {
    endpoints,
    clientConfigs: {
      sqs: clientConfig(endpoints.sqs, region),
      dynamodb: clientConfig(endpoints.dynamodb, region),
      secretsManager: clientConfig(endpoints.secretsManager, region),
      eventBridge: clientConfig(endpoints.eventBridge, region),
    },
    resources: template.resources,
    functions,
    publishedEvents,
    eventSources,
    schedules,
    grants,
    output: (name) => template.output(name),
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Embedded, type EmbeddedOptions, startEmbedded } from './embedded/embedded.ts';
import type { Report } from './embedded/events.ts';
import type { ExternalEndpoints } from './embedded/external-services.ts';
import type { LocalFunction } from './embedded/local-function.ts';
import type { FakeVendor, FakeVendorOptions } from './fake-vendor/fake-vendor.ts';
import { startFakeVendor } from './fake-vendor/server.ts';
import { synthesise } from './synthesise.ts';

/** The deployed system on this machine, and the vendor it talks to. */
export interface LocalStack {
  readonly vendor: FakeVendor;
  readonly embedded: Embedded;
  /** The function that applies changes. */
  readonly consumer: LocalFunction;
  readonly changeQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly tableName: string;
  readonly secretPrefix: string;
  /** The base of the webhooks' URLs. */
  readonly webhookUrl: string;
  readonly webhookSecretPrefix: string;
  /** The secret that holds what producers sign with. */
  readonly producersSecret: string;
  /** Lets the planner run now, as its schedule would. */
  planReconciles(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalStackOptions {
  readonly vendor?: FakeVendorOptions;
  /** Where the emulators listen; whatever is free if left out. */
  readonly ports?: EmbeddedOptions['ports'];
  /** Settings of the deployment that differ from the local stage's. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly report?: Report;
  /** Services that are there already, to be used in place of the emulators. */
  readonly external?: ExternalEndpoints;
  /** Variables that every function gets on top of those of the template. */
  readonly environment?: EmbeddedOptions['environment'];
}

/** More would not be faster on two cores. */
const CONCURRENCY = 4;

/**
 * The local stage: the deployment's own template, with waits short enough to watch. Hours of an outage become seconds:
 * a change is deferred after 5 s instead of 5 min, and parked for failing alone after 60 s instead of a day.
 */
export const LOCAL_STAGE: Readonly<Record<string, unknown>> = {
  'rollcall:name': 'rollcall-local',
  'rollcall:consumerConcurrency': CONCURRENCY,
  'rollcall:consumerTimeoutSeconds': 3,
  'rollcall:reconcileTimeoutSeconds': 4,
  'rollcall:deletionProtection': false,
  'rollcall:widgetActions': true,
  'rollcall:retryBaseMs': 1_000,
  'rollcall:retryMaxMs': 2_000,
  'rollcall:retryInsideMs': 1_000,
  'rollcall:deferAfterMs': 5_000,
  'rollcall:parkAfterMs': 60_000,
  'rollcall:userGraceMs': 1_500,
  'rollcall:breakerOpenMs': 1_000,
  'rollcall:cacheMs': 5_000,
  'rollcall:answerWithinMs': 2_000,
  'rollcall:requestTimeoutMs': 400,
  'rollcall:reconcileIntervalMs': 20_000,
  'rollcall:stuckAfterMs': 40_000,
  'rollcall:deferredIntervalMs': 1_000,
};

/**
 * Synthesises the local stage, starts the fake vendor, and runs the deployed bundles between them.
 * @param signal ends what has been started until then, and makes this throw its reason
 */
export async function startLocalStack(
  options: LocalStackOptions = {},
  signal?: AbortSignal,
): Promise<LocalStack> {
  const assemblyDir = mkdtempSync(join(tmpdir(), 'rollcall-'));
  const removeAssembly = (): void => rmSync(assemblyDir, { recursive: true, force: true });
  // Whoever ends without stopping leaves no folder behind all the same.
  process.once('exit', removeAssembly);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0).toReversed()) await each();
    process.off('exit', removeAssembly);
    removeAssembly();
  };
  try {
    const vendor = await startFakeVendor(options.vendor ?? {});
    stops.push(() => vendor.close());
    const settings = { ...LOCAL_STAGE, 'rollcall:extraHosts': [vendor.url], ...options.settings };
    const embedded = await startEmbedded({
      assemblyDir: await synthesise(settings, assemblyDir, signal),
      mostConcurrency: CONCURRENCY,
      ...(options.ports && { ports: options.ports }),
      ...(options.report && { report: options.report }),
      ...(options.external && { external: options.external }),
      ...(options.environment && { environment: options.environment }),
    });
    stops.push(() => embedded.stop());
    signal?.throwIfAborted();
    return localStack(vendor, embedded, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

function localStack(vendor: FakeVendor, embedded: Embedded, stop: () => Promise<void>): LocalStack {
  return {
    vendor,
    embedded,
    consumer: consumerOf(embedded),
    changeQueueUrl: embedded.output('ChangeQueueUrl'),
    deadLetterQueueUrl: embedded.output('DeadLetterQueueUrl'),
    tableName: embedded.output('RosterTableName'),
    secretPrefix: embedded.output('AppSecretPrefix'),
    webhookUrl: embedded.output('WebhookUrl'),
    webhookSecretPrefix: embedded.output('WebhookSecretPrefix'),
    producersSecret: embedded.output('ProducersSecret'),
    planReconciles: async () => {
      for (const schedule of embedded.schedules.values()) await schedule.fire();
    },
    stop,
  };
}

function consumerOf({ functions }: Embedded): LocalFunction {
  const consumer = [...functions.values()].find(({ logicalId }) => logicalId.startsWith('Consumer'));
  if (!consumer) throw new Error('the template has no consumer');
  return consumer;
}

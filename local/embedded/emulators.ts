import type { Endpoints } from './endpoints.ts';
import { type PublishedEvent, startEventServer } from './event-server.ts';
import type { Report } from './events.ts';
import type { ExternalEndpoints } from './external-services.ts';
import { startQueueServer } from './queues.ts';
import { startSecretServer } from './secret-server.ts';
import type { SecretStore } from './secret-store.ts';
import { startTableServer } from './tables.ts';

export interface EmulatorOptions {
  readonly region: string;
  readonly report: Report;
  readonly ports: Partial<Readonly<Record<keyof Endpoints, number>>>;
  /** What runs elsewhere, and is used instead. */
  readonly external?: ExternalEndpoints;
}

export interface Emulators {
  readonly endpoints: Endpoints;
  readonly secretStore: SecretStore;
  readonly publishedEvents: readonly PublishedEvent[];
}

/**
 * Starts the emulators of SQS, DynamoDB, Secrets Manager and EventBridge, but for those whose place others take.
 * @param stops gets, for each that has started, what ends it; also where another could not start
 */
export async function startEmulators(
  { region, report, ports, external = {} }: EmulatorOptions,
  stops: (() => Promise<void>)[],
): Promise<Emulators> {
  const started = async <Server extends { stop(): Promise<void> }>(starting: Promise<Server>) => {
    const server = await starting;
    stops.push(() => server.stop());
    return server;
  };
  const sqs = external.sqs ?? (await started(startQueueServer(ports.sqs))).endpoint;
  const secrets = await started(startSecretServer(region, report, ports.secretsManager));
  const dynamodb =
    external.dynamodb ?? (await started(startTableServer(region, report, ports.dynamodb))).endpoint;
  const secretsManager = external.secretsManager ?? secrets.endpoint;
  const events = await started(startEventServer(ports.eventBridge));
  const eventBridge = external.eventBridge ?? events.endpoint;
  const endpoints = { sqs, dynamodb, secretsManager, eventBridge };
  return { endpoints, secretStore: secrets.store, publishedEvents: events.published };
}

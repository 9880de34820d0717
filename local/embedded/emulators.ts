import type { Endpoints } from './endpoints.ts';
import type { Report } from './events.ts';
import { startQueueServer } from './queues.ts';
import { startSecretServer } from './secret-server.ts';
import type { SecretStore } from './secret-store.ts';
import { startTableServer } from './tables.ts';

export interface EmulatorOptions {
  readonly region: string;
  readonly report: Report;
  readonly ports: Partial<Readonly<Record<keyof Endpoints, number>>>;
}

export interface Emulators {
  readonly endpoints: Endpoints;
  readonly secretStore: SecretStore;
}

/**
 * Starts the emulators of SQS, DynamoDB and Secrets Manager.
 * @param stops gets, for each that has started, what ends it; also where another could not start
 */
export async function startEmulators(
  { region, report, ports }: EmulatorOptions,
  stops: (() => Promise<void>)[],
): Promise<Emulators> {
  const queues = await startQueueServer(ports.sqs);
  stops.push(() => queues.stop());
  const secrets = await startSecretServer(region, report, ports.secretsManager);
  stops.push(() => secrets.stop());
  const tables = await startTableServer(region, report, ports.dynamodb);
  stops.push(() => tables.stop());
  const endpoints = { sqs: queues.endpoint, dynamodb: tables.endpoint, secretsManager: secrets.endpoint };
  return { endpoints, secretStore: secrets.store };
}

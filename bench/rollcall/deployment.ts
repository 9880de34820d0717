import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { readStack } from '../../local/embedded/cloud-assembly.ts';
import { startEmulators } from '../../local/embedded/emulators.ts';
import { clientConfig, type Endpoints } from '../../local/embedded/endpoints.ts';
import { lambdaVariables } from '../../local/embedded/function-environment.ts';
import type { SecretStore } from '../../local/embedded/secret-store.ts';
import { createSecrets } from '../../local/embedded/secrets.ts';
import { createTables } from '../../local/embedded/tables.ts';
import { Template } from '../../local/embedded/template.ts';
import { synthesise } from '../../local/synthesise.ts';
import { KEY } from '../vendor/apps.ts';

const REGION = 'us-east-1';
/** Far more than anything here could make: what the benchmark measures must not be the budget. */
export const BOUNDLESS = 1_000_000;

const functionSchema = z.object({
  Code: z.object({ S3Key: z.string() }),
  Handler: z.string(),
  FunctionName: z.string(),
  MemorySize: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});

/** A function as the template deploys it. */
export interface DeployedFunction {
  readonly bundle: string;
  readonly memoryMb: number;
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The stack as it is deployed, with default settings, its queues, table and secrets in emulators: what gives the
 * measured bundles their environment.
 */
export class Deployment {
  readonly directory: string;
  readonly endpoints: Endpoints;
  readonly tableName: string;
  readonly #template: Template;
  readonly #assets: ReadonlyMap<string, string>;
  readonly #secrets: SecretStore;
  readonly #stops: (() => Promise<void>)[];

  private constructor(
    directory: string,
    endpoints: Endpoints,
    secrets: SecretStore,
    stops: (() => Promise<void>)[],
  ) {
    this.directory = directory;
    this.endpoints = endpoints;
    this.#secrets = secrets;
    this.#stops = stops;
    const stack = readStack(directory);
    this.#assets = stack.assets;
    this.#template = new Template(stack, { endpoints, region: REGION });
    this.tableName = this.#template.output('RosterTableName');
  }

  static async start(): Promise<Deployment> {
    const directory = mkdtempSync(join(tmpdir(), 'rollcall-bench-'));
    const stops = [async () => rmSync(directory, { recursive: true, force: true })];
    await synthesise({}, directory);
    const report = () => {};
    const { endpoints, secretStore } = await startEmulators({ region: REGION, report, ports: {} }, stops);
    const deployment = new Deployment(directory, endpoints, secretStore, stops);
    createSecrets(deployment.#template, secretStore);
    await createTables(deployment.#template, endpoints.dynamodb, REGION);
    return deployment;
  }

  /** A function by the name of its folder, with what differs from its environment. */
  function(folder: string, differences: Readonly<Record<string, string>> = {}): DeployedFunction {
    const ids = this.#template.idsOfType('AWS::Lambda::Function');
    const id = ids.find((each) => this.#template.get(each).name.endsWith(`-${folder}`)) ?? '';
    const properties = this.#template.properties(id, functionSchema);
    const taskRoot = this.#assets.get(properties.Code.S3Key) ?? '';
    const identity = {
      logicalId: id,
      name: properties.FunctionName,
      handler: properties.Handler,
      memoryMb: properties.MemorySize,
      taskRoot,
    };
    const variables = lambdaVariables(identity, REGION, this.endpoints);
    return {
      bundle: join(taskRoot, 'index.mjs'),
      memoryMb: properties.MemorySize,
      environment: { ...variables, ...properties.Environment.Variables, ...differences },
    };
  }

  /** Gives an app its secret and its row. */
  async declareApp(appId: string, host: string, requestsPerSecond = BOUNDLESS): Promise<void> {
    const name = `${this.#template.output('AppSecretPrefix')}/${appId}`;
    this.#secrets.create(name, { SecretString: JSON.stringify({ keyId: KEY.keyId, secret: KEY.secret }) });
    const client = new DynamoDBClient(clientConfig(this.endpoints.dynamodb, REGION));
    const row = { appId, idKind: 'userId', host, requestsPerSecond, reconcile: true } as const;
    await new DynamoDBAppRows(client, this.tableName).put(row);
    client.destroy();
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
  }
}

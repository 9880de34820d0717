/**
 * The stack on services that somebody else runs: any implementation that speaks the protocols of SQS, DynamoDB and
 * Secrets Manager, or AWS itself. What is created there is removed again as the run ends.
 */
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  paginateListSecrets,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig, type Endpoints } from './endpoints.ts';
import { secretValues } from './secrets.ts';
import type { Template } from './template.ts';

/** Where services run that are to be used instead of the emulators; those that are left out are emulated. */
export type ExternalEndpoints = Partial<Endpoints>;

const VARIABLES = {
  sqs: 'ROLLCALL_E2E_SQS_ENDPOINT',
  dynamodb: 'ROLLCALL_E2E_DYNAMODB_ENDPOINT',
  secretsManager: 'ROLLCALL_E2E_SECRETS_MANAGER_ENDPOINT',
  eventBridge: 'ROLLCALL_E2E_EVENTBRIDGE_ENDPOINT',
} as const;

/** Reads them from an environment. */
export function externalEndpoints(environment: NodeJS.ProcessEnv): ExternalEndpoints {
  const { sqs, dynamodb, secretsManager, eventBridge } = VARIABLES;
  const at = (variable: string) => environment[variable]?.replace(/\/$/, '') || undefined;
  const [queues, tables, secrets, events] = [at(sqs), at(dynamodb), at(secretsManager), at(eventBridge)];
  return {
    ...(queues && { sqs: queues }),
    ...(tables && { dynamodb: tables }),
    ...(secrets && { secretsManager: secrets }),
    ...(events && { eventBridge: events }),
  };
}

/** Creates the stack's secrets by the service's own API. */
export async function createExternalSecrets(
  template: Template,
  endpoint: string,
  region: string,
): Promise<void> {
  const client = new SecretsManagerClient(clientConfig(endpoint, region));
  for (const { name, value } of secretValues(template)) {
    const content = value === undefined ? {} : { SecretString: value };
    await client.send(new CreateSecretCommand({ Name: name, ...content }));
  }
  client.destroy();
}

/** Removes what the run has created, also the secrets that were put beside the stack's own under its name. */
export async function removeExternal(
  template: Template,
  external: ExternalEndpoints,
  region: string,
): Promise<void> {
  if (external.sqs) await removeQueues(template, external.sqs, region);
  if (external.dynamodb) await removeTables(template, external.dynamodb, region);
  if (external.secretsManager) await removeSecrets(template, external.secretsManager, region);
}

async function removeQueues(template: Template, endpoint: string, region: string): Promise<void> {
  const client = new SQSClient(clientConfig(endpoint, region));
  for (const id of template.idsOfType('AWS::SQS::Queue'))
    await client.send(new DeleteQueueCommand({ QueueUrl: template.get(id).ref }));
  client.destroy();
}

async function removeTables(template: Template, endpoint: string, region: string): Promise<void> {
  const client = new DynamoDBClient(clientConfig(endpoint, region));
  for (const id of template.idsOfType('AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'))
    await client.send(new DeleteTableCommand({ TableName: template.get(id).name }));
  client.destroy();
}

/** A run's name is nobody else's, so all that begins with it is this run's. */
async function removeSecrets(template: Template, endpoint: string, region: string): Promise<void> {
  const client = new SecretsManagerClient(clientConfig(endpoint, region));
  const prefix = `${template.stackName}/`;
  for await (const { SecretList = [] } of paginateListSecrets({ client }, {})) {
    for (const { Name: SecretId = '' } of SecretList) {
      if (SecretId.startsWith(prefix))
        await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
    }
  }
  client.destroy();
}

import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clientConfig } from '../../../local/embedded/endpoints.ts';
import { type SecretServer, startSecretServer } from '../../../local/embedded/secret-server.ts';

let server: SecretServer;
let client: SecretsManagerClient;
let secrets = 0;

beforeAll(async () => {
  server = await startSecretServer('us-east-1', ({ kind }) => expect(kind).not.toBe('trouble'));
  client = new SecretsManagerClient(clientConfig(server.endpoint, 'us-east-1'));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

async function newSecret(SecretString: string): Promise<string> {
  const Name = `apps/app-${secrets++}`;
  await client.send(new CreateSecretCommand({ Name, SecretString }));
  return Name;
}

const get = (SecretId: string | undefined, which: { VersionStage?: string; VersionId?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...which }));
const put = (
  SecretId: string,
  SecretString: string,
  more: { VersionStages?: string[]; ClientRequestToken?: string } = {},
) => client.send(new PutSecretValueCommand({ SecretId, SecretString, ...more }));

test('a secret is read by its name and by its ARN', async () => {
  const name = await newSecret('first');
  const byName = await get(name);
  expect(byName).toMatchObject({ Name: name, SecretString: 'first', VersionStages: ['AWSCURRENT'] });
  expect(byName.ARN).toMatch(
    new RegExp(`^arn:aws:secretsmanager:us-east-1:000000000000:secret:${name}-[0-9a-f]{6}$`),
  );
  expect(Math.abs(Date.now() - Number(byName.CreatedDate))).toBeLessThan(60_000);
  expect((await get(byName.ARN)).SecretString).toBe('first');
});

test('a new value is current, and the one before it stays the previous one', async () => {
  const name = await newSecret('first');
  const { VersionId } = await get(name);
  await put(name, 'second');
  expect(await get(name)).toMatchObject({ SecretString: 'second', VersionStages: ['AWSCURRENT'] });
  expect(await get(name, { VersionStage: 'AWSPREVIOUS' })).toMatchObject({
    SecretString: 'first',
    VersionId,
  });
  await put(name, 'third');
  expect((await get(name, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('second');
  expect(await get(name, { VersionId: VersionId ?? '' })).toMatchObject({ SecretString: 'first' });
});

test('a value with another staging label leaves the current one as it is', async () => {
  const name = await newSecret('first');
  await put(name, 'next', { VersionStages: ['AWSPENDING'] });
  expect((await get(name)).SecretString).toBe('first');
  expect((await get(name, { VersionStage: 'AWSPENDING' })).SecretString).toBe('next');
});

test('putting the same version again changes nothing, and another content under its id is refused', async () => {
  const name = await newSecret('first');
  const token = { ClientRequestToken: '0a1b2c3d-0a1b-4c3d-8e9f-0a1b2c3d4e5f' };
  await put(name, 'second', token);
  await put(name, 'second', token);
  expect((await get(name, { VersionStage: 'AWSPREVIOUS' })).SecretString).toBe('first');
  await expect(put(name, 'other', token)).rejects.toMatchObject({ name: 'ResourceExistsException' });
});

test('what does not exist is not found, by the name that the API has for it', async () => {
  const name = await newSecret('first');
  const notFound = { name: 'ResourceNotFoundException' };
  await expect(get('apps/nobody')).rejects.toMatchObject(notFound);
  await expect(get(name, { VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject(notFound);
  await expect(put('apps/nobody', 'x')).rejects.toMatchObject(notFound);
  await expect(client.send(new CreateSecretCommand({ Name: name, SecretString: 'x' }))).rejects.toMatchObject(
    {
      name: 'ResourceExistsException',
    },
  );
});

test('an operation that is not emulated says so', async () => {
  const name = await newSecret('first');
  await expect(client.send(new DeleteSecretCommand({ SecretId: name }))).rejects.toThrow(
    'DeleteSecret is not emulated',
  );
});

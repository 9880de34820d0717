import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readLogKey } from '../../functions/adapters/log-key.ts';
import { SecretsManagerSecrets } from '../../functions/adapters/secrets.ts';
import type { Secrets } from '../../functions/workflows/ports.ts';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { type SecretServer, startSecretServer } from '../../local/embedded/secret-server.ts';
import { MemorySecrets } from '../support/memory-secrets.ts';
import { answer, scriptedServer } from '../support/scripted-server.ts';

const REGION = 'eu-west-1';
let server: SecretServer;
let client: SecretsManagerClient;
beforeAll(async () => {
  server = await startSecretServer(REGION, () => {});
  client = new SecretsManagerClient(clientConfig(server.endpoint, REGION));
});
afterAll(async () => {
  client.destroy();
  await server.stop();
});

let prefixes = 0;
const inSecretsManager = () => {
  prefixes += 1;
  const prefix = `rollcall-${prefixes}/apps`;
  const set = (appId: string, SecretString: string) => {
    try {
      server.store.create(`${prefix}/${appId}`, { SecretString });
    } catch {
      server.store.put(`${prefix}/${appId}`, { SecretString });
    }
  };
  return { secrets: new SecretsManagerSecrets(client, prefix) as Secrets, set, prefix };
};
const inMemory = () => {
  const secrets = new MemorySecrets();
  return { secrets: secrets as Secrets, set: (appId: string, text: string) => void secrets.set(appId, text) };
};

describe.each([
  ['memory', inMemory],
  ['Secrets Manager', inSecretsManager],
])('the app secrets in %s', (_, make) => {
  it('are read by app', async () => {
    const { secrets, set } = make();
    set('shop', '{"token":"a"}');
    set('support', '{"token":"b"}');
    expect(await secrets.read('shop')).toBe('{"token":"a"}');
    expect(await secrets.read('support')).toBe('{"token":"b"}');
  });

  it('are read anew each time', async () => {
    const { secrets, set } = make();
    set('shop', 'old');
    expect(await secrets.read('shop')).toBe('old');
    set('shop', 'new');
    expect(await secrets.read('shop')).toBe('new');
  });

  it('may be missing', async () => {
    expect(await make().secrets.read('shop')).toBeUndefined();
  });
});

describe('the app secrets in Secrets Manager', () => {
  it('may be binary', async () => {
    const { secrets, prefix } = inSecretsManager();
    const SecretBinary = Buffer.from('{"token":"ü"}').toString('base64');
    server.store.create(`${prefix}/shop`, { SecretBinary });
    expect(await secrets.read('shop')).toBe('{"token":"ü"}');
  });

  async function refusing(type: string): Promise<Secrets> {
    const { host } = await scriptedServer((response) =>
      answer(response, 400, { __type: type, Message: 'no' }),
    );
    const other = new SecretsManagerClient({ ...clientConfig(host, REGION), maxAttempts: 1 });
    onTestFinished(() => other.destroy());
    return new SecretsManagerSecrets(other, 'apps');
  }

  it('are missing while they wait to be deleted', async () => {
    expect(await (await refusing('InvalidRequestException')).read('shop')).toBeUndefined();
  });

  it.each(['AccessDeniedException', 'DecryptionFailure', 'InternalServiceError'])(
    'are not taken for missing on %s',
    async (type) => {
      await expect((await refusing(type)).read('shop')).rejects.toMatchObject({ name: type });
    },
  );
});

describe('the log key', () => {
  beforeAll(() => {
    server.store.create('log-key', { SecretString: 'the key' });
    server.store.create('empty-key', { SecretString: '' });
  });

  it('is the text of its secret', async () => {
    expect(await readLogKey(client, 'log-key')).toEqual({ key: 'the key' });
  });

  it.each([
    ['missing', 'no-such-key', 'ResourceNotFoundException'],
    ['empty', 'empty-key', 'Error'],
  ])('is made up where the secret is %s, and says so', async (_, name, error) => {
    const first = await readLogKey(client, name);
    const second = await readLogKey(client, name);
    expect(first).toMatchObject({ problem: { name: error } });
    expect(first.key).toHaveLength(32);
    expect(first.key).not.toEqual(second.key);
  });
});

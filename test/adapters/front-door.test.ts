import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUICK } from '../../functions/adapters/aws-client.ts';
import { SQSChangeSender } from '../../functions/adapters/change-sender.ts';
import { SQSReconcileQueue } from '../../functions/adapters/reconcile-queue.ts';
import {
  SecretsManagerProducerSecret,
  SecretsManagerWebhookSecrets,
} from '../../functions/adapters/webhook-secrets.ts';
import { readOutgoing } from '../../functions/core/outgoing-change.ts';
import { clientConfig } from '../../local/embedded/endpoints.ts';
import { type SecretServer, startSecretServer } from '../../local/embedded/secret-server.ts';
import { changeBody, NOW } from '../support/builders.ts';

const never = new AbortController().signal;
const config = (endpoint: string) => ({ ...QUICK, ...clientConfig(endpoint, 'us-east-1') });

describe('the secrets of the front door', () => {
  let server: SecretServer;
  let client: SecretsManagerClient;

  beforeAll(async () => {
    server = await startSecretServer('us-east-1', () => {});
    client = new SecretsManagerClient(config(server.endpoint));
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  it('are read with the version before, once there is one', async () => {
    const secrets = new SecretsManagerWebhookSecrets(client, 'stage/webhooks');
    expect(await secrets.read('shop', never)).toBeUndefined();
    await client.send(new CreateSecretCommand({ Name: 'stage/webhooks/shop', SecretString: 'one' }));
    expect(await secrets.read('shop', never)).toEqual({ current: 'one' });
    for (const SecretString of ['two', 'three'])
      await client.send(new PutSecretValueCommand({ SecretId: 'stage/webhooks/shop', SecretString }));
    expect(await secrets.read('shop', never)).toEqual({ current: 'three', previous: 'two' });
  });

  it('may not be there, or have nothing in them yet', async () => {
    const producers = new SecretsManagerProducerSecret(client, 'stage/producers');
    expect(await producers.read(never)).toBeUndefined();
    await client.send(new CreateSecretCommand({ Name: 'stage/producers' }));
    expect(await producers.read(never)).toBeUndefined();
    await client.send(new PutSecretValueCommand({ SecretId: 'stage/producers', SecretString: '[]' }));
    expect(await producers.read(never)).toBe('[]');
  });
});

describe('when it is time to answer, what is under way ends', () => {
  let silent: Server;
  let endpoint: string;

  beforeAll(async () => {
    silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    silent.closeAllConnections();
    silent.close();
  });

  const change = readOutgoing(JSON.stringify(changeBody()), NOW);
  const event = {
    kind: 'user_removed',
    appId: 'shop',
    user: { id: 'ann' },
    occurredAtMs: NOW,
    eventId: 'e-1',
  } as const;
  it.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    [
      'a read of the secret',
      (signal) =>
        new SecretsManagerWebhookSecrets(new SecretsManagerClient(config(endpoint)), 'x').read(
          'shop',
          signal,
        ),
    ],
    [
      'a send to the reconcile queue',
      (signal) =>
        new SQSReconcileQueue(new SQSClient(config(endpoint)), `${endpoint}/0/q`).sendEvents([event], signal),
    ],
    [
      'a send to the change queue',
      (signal) => {
        if ('problem' in change) throw new Error(change.problem);
        return new SQSChangeSender(new SQSClient(config(endpoint)), `${endpoint}/0/q`).sendChanges(
          [change],
          signal,
        );
      },
    ],
  ])('%s', async (_, work) => {
    const startedAtMs = performance.now();
    await expect(work(AbortSignal.timeout(450))).rejects.toThrow();
    expect(performance.now() - startedAtMs).toBeLessThan(900);
  });
});

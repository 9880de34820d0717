import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import type { Expected } from '../expected-membership.ts';
import type { FakeVendor } from '../fake-vendor/fake-vendor.ts';
import type { ApiKey, AppSeed } from '../fake-vendor/options.ts';
import type { LocalStack } from '../local-stack.ts';
import type { Meta } from './input.ts';

/** The custom integration that webhooks belong to. */
export const INTEGRATION = 'rollcall';

const REQUESTS_PER_SECOND = 500;
const REFUSED_WITHIN_MS = 3_000;
const OUTAGE_OF_A_ROTATION_MS = 300;

/** Apps, users and conversations of a file, for the vendor to know: all of its valid ids but those that begin with `missing-`. */
export function seedsOf(meta: Meta, { members }: Expected): AppSeed[] {
  return meta.apps.map(({ appId }) => {
    const ofApp = [...members.values()].filter((member) => member.appId === appId);
    const users = new Map(ofApp.map(({ idKind, memberId }) => [memberId, { [idKind]: memberId }]));
    const conversations = new Set(ofApp.map(({ conversationId }) => conversationId));
    const caps = new Map(meta.conversations.map((each) => [each.conversationId, each.participantCap]));
    return {
      appId,
      keys: [],
      integrations: [INTEGRATION],
      users: [...users].filter(([id]) => isKnown(id)).map(([, user]) => user),
      conversations: [...conversations].filter(isKnown).map((conversationId) => {
        const participantCap = caps.get(conversationId);
        return { conversationId, ...(participantCap !== undefined && { participantCap }) };
      }),
    };
  });
}

function isKnown(id: string): boolean {
  return !id.startsWith('missing-');
}

/** Declares the apps in the roster, and gives each a key at the vendor and in its secret. The keys go by app id. */
export async function declareApps(meta: Meta, stack: LocalStack): Promise<Map<string, ApiKey>> {
  const keys = new Map<string, ApiKey>();
  const { clientConfigs } = stack.embedded;
  const dynamodb = new DynamoDBClient(clientConfigs.dynamodb);
  const secrets = new SecretsManagerClient(clientConfigs.secretsManager);
  const rows = new DynamoDBAppRows(dynamodb, stack.tableName);
  for (const { appId, idKind, auth } of meta.apps) {
    await rows.put({ appId, idKind, host: stack.vendor.url, requestsPerSecond: REQUESTS_PER_SECOND });
    const key = newKey(stack.vendor, appId);
    keys.set(appId, key);
    const Name = `${stack.secretPrefix}/${appId}`;
    await secrets.send(new CreateSecretCommand({ Name, SecretString: secretText(key, auth) }));
  }
  dynamodb.destroy();
  secrets.destroy();
  return keys;
}

/**
 * Revokes an app's key and stores the new one only when somebody has been refused for it, as it happens to whoever
 * rotates in the wrong order. Where nobody calls for a while, nobody is refused.
 */
export async function rotateCredential(
  app: Meta['apps'][number],
  old: ApiKey,
  stack: LocalStack,
  signal: AbortSignal,
): Promise<void> {
  const { vendor, embedded, secretPrefix } = stack;
  const refused = () => vendor.stats().statuses['401'] ?? 0;
  const before = refused();
  const untilMs = performance.now() + REFUSED_WITHIN_MS;
  vendor.world.app(app.appId).credentials.revokeKey(old.keyId);
  while (refused() === before && performance.now() < untilMs) await sleep(20, undefined, { signal });
  await sleep(OUTAGE_OF_A_ROTATION_MS, undefined, { signal });
  const key = newKey(vendor, app.appId);
  const secrets = new SecretsManagerClient(embedded.clientConfigs.secretsManager);
  const SecretId = `${secretPrefix}/${app.appId}`;
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: secretText(key, app.auth) }));
  secrets.destroy();
}

function newKey({ world }: FakeVendor, appId: string): ApiKey {
  const key = {
    keyId: `app_${randomBytes(12).toString('hex')}`,
    secret: randomBytes(24).toString('base64url'),
  };
  world.app(appId).credentials.addKey(key);
  return key;
}

function secretText({ keyId, secret }: ApiKey, auth: 'basic' | 'jwt'): string {
  return JSON.stringify({ keyId, secret, ...(auth === 'jwt' && { scope: 'app' }) });
}

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { DEFAULT_REQUESTS_PER_SECOND } from '../../functions/core/app.ts';
import type { Expected } from '../expected-membership.ts';
import type { FakeVendor } from '../fake-vendor/fake-vendor.ts';
import type { ApiKey, AppSeed } from '../fake-vendor/options.ts';
import type { LocalStack } from '../local-stack.ts';
import type { Meta } from './input.ts';

const OUTAGE_OF_A_ROTATION_MS = 400;

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
  const rows = new DynamoDBAppRows(new DynamoDBClient(clientConfigs.dynamodb), stack.tableName);
  const secrets = new SecretsManagerClient(clientConfigs.secretsManager);
  for (const { appId, idKind, auth } of meta.apps) {
    await rows.put({
      appId,
      idKind,
      host: stack.vendor.url,
      policy: 'managed',
      protectedMembers: [],
      requestsPerSecond: DEFAULT_REQUESTS_PER_SECOND * 5,
      reconcile: true,
    });
    const key = newKey(stack.vendor, appId);
    keys.set(appId, key);
    const Name = `${stack.secretPrefix}/${appId}`;
    await secrets.send(new CreateSecretCommand({ Name, SecretString: secretText(key, auth) }));
  }
  secrets.destroy();
  return keys;
}

/** Revokes an app's key, as somebody does who rotates it in the wrong order, and stores the new one a moment later. */
export async function rotateCredential(
  app: Meta['apps'][number],
  old: ApiKey,
  stack: LocalStack,
): Promise<void> {
  stack.vendor.world.app(app.appId).credentials.revokeKey(old.keyId);
  await sleep(OUTAGE_OF_A_ROTATION_MS);
  const key = newKey(stack.vendor, app.appId);
  const secrets = new SecretsManagerClient(stack.embedded.clientConfigs.secretsManager);
  const SecretId = `${stack.secretPrefix}/${app.appId}`;
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

/** Whom the vendor lists in the file's conversations, named as members are. */
export function presentMembers(meta: Meta, { members }: Expected, { world }: FakeVendor): Set<string> {
  const present = new Set<string>();
  const conversations = new Map(
    [...members.values()].map(({ appId, conversationId }) => [
      JSON.stringify([appId, conversationId]),
      { appId, conversationId },
    ]),
  );
  for (const { appId, conversationId } of conversations.values()) {
    const app = meta.apps.find((each) => each.appId === appId);
    if (!app || !isKnown(conversationId)) continue;
    for (const participant of world.participants(appId, conversationId)) {
      present.add(JSON.stringify([appId, conversationId, participant[app.idKind]]));
    }
  }
  return present;
}

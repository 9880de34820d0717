import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { systemClock } from '../../functions/adapters/clock.ts';
import { SecretsManagerSecrets } from '../../functions/adapters/secrets.ts';
import { SecretsManagerWebhookKeys } from '../../functions/adapters/webhook-key-store.ts';
import { WebhooksApi } from '../../functions/adapters/webhooks-api.ts';
import { readCredential } from '../../functions/core/credential.ts';
import { webhookTarget } from '../../functions/core/webhook-registration.ts';
import { registerWebhook } from '../../functions/workflows/register-webhook.ts';
import type { LocalStack } from '../local-stack.ts';
import type { Meta } from './input.ts';
import { INTEGRATION } from './world.ts';

/** The vendor's 15 minutes of tries, in this demo. */
export const RETRY_WINDOW_MS = 4_500;
/** The last try comes later than that where those before it took their time. */
const DRAIN_MS = 2 * RETRY_WINDOW_MS;

/** Has the vendor tell the local system what happens, as `rollcall webhook register` does. */
export async function registerWebhooks(
  { apps }: Pick<Meta, 'apps'>,
  stack: LocalStack,
  { isRotating }: { readonly isRotating: boolean },
): Promise<void> {
  const client = new SecretsManagerClient(stack.embedded.clientConfigs.secretsManager);
  try {
    await Promise.all(apps.map(({ appId }) => registerOne(appId, stack, client, isRotating)));
  } finally {
    client.destroy();
  }
}

async function registerOne(
  appId: string,
  { vendor, secretPrefix, webhookSecretPrefix, webhookUrl }: LocalStack,
  client: SecretsManagerClient,
  isRotating: boolean,
): Promise<void> {
  const text = await new SecretsManagerSecrets(client, secretPrefix).read(appId);
  const credential = readCredential(text ?? '', vendor.url, [vendor.url]);
  if ('problem' in credential) throw new Error(`the credential of ${appId}: ${credential.problem}`);
  const webhooks = new WebhooksApi(credential, { appId, integrationId: INTEGRATION });
  const registration = await registerWebhook(
    { appId, target: webhookTarget(webhookUrl, appId), isRotating, drainMs: DRAIN_MS },
    { webhooks, keys: new SecretsManagerWebhookKeys(client, webhookSecretPrefix), clock: systemClock },
  );
  webhooks.close();
  if (registration.kind !== 'registered')
    throw new Error(`the webhook of ${appId} was not registered: ${registration.kind}`);
}

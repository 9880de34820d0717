import type { Command } from 'commander';
import { readCredential } from '../functions/core/credential.ts';
import type { VendorWebhooks, WebhookKeyStore } from '../functions/workflows/register-webhook.ts';
import { declaredApp } from './arguments.ts';
import { connectTable, type DeploymentOptions, useLocal } from './deployment.ts';
import { CommandError, UsageError } from './terminal.ts';
import { deployedConfig } from './vendor-connection.ts';

/** What a command says that manages an app's webhook. */
export interface WebhookOptions extends DeploymentOptions {
  readonly url?: string;
  readonly integration: string;
  readonly secretPrefix?: string;
  readonly webhookSecretPrefix?: string;
}

/** The vendor's webhooks of an integration, and where their secrets are kept. */
export interface WebhookConnection {
  readonly webhooks: VendorWebhooks;
  readonly keys: WebhookKeyStore;
  /** The deployment's output WebhookUrl. */
  readonly baseUrl: string;
  /** The name of the secret that holds the webhook's own. */
  readonly secretName: string;
}

export function addWebhookOptions(command: Command): void {
  command
    .option('--url <url>', 'where the vendor sends events: output WebhookUrl (env: ROLLCALL_WEBHOOK_URL)')
    .option(
      '--integration <id>',
      'whose webhook it is: a custom integration of the app, or the one that its credential belongs to',
      'me',
    )
    .option(
      '--secret-prefix <prefix>',
      "apps' secrets are named <prefix>/<app>: output AppSecretPrefix (env: ROLLCALL_SECRET_PREFIX)",
    )
    .option(
      '--webhook-secret-prefix <prefix>',
      "webhooks' secrets are named <prefix>/<app> (env: ROLLCALL_WEBHOOK_SECRET_PREFIX; default: as deployed)",
    );
}

/** Lets `work` manage the app's webhooks; the connection is closed afterwards. */
export async function withWebhooks<Result>(
  appId: string,
  options: WebhookOptions,
  work: (connection: WebhookConnection) => Promise<Result>,
): Promise<Result> {
  const url = baseUrl(options);
  const { roster } = await connectTable(options);
  const app = await declaredApp(roster, appId);
  const config = await deployedConfig(options);
  const { SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const { awsClient } = await import('../functions/adapters/aws-client.ts');
  const { SecretsManagerSecrets } = await import('../functions/adapters/secrets.ts');
  const { SecretsManagerWebhookKeys } = await import('../functions/adapters/webhook-key-store.ts');
  const { WebhooksApi } = await import('../functions/adapters/webhooks-api.ts');
  const client = awsClient(SecretsManagerClient);
  const text = await new SecretsManagerSecrets(client, config.secretPrefix).read(appId);
  const credential =
    text === undefined
      ? { problem: 'the secret does not exist' }
      : readCredential(text, app.host, config.settings.extraHosts);
  if ('problem' in credential)
    throw new CommandError(`the credential of the app ${appId} cannot be used: ${credential.problem}`);
  const webhooks = new WebhooksApi(credential, { appId, integrationId: options.integration });
  const prefix =
    options.webhookSecretPrefix ??
    (options.local ? undefined : process.env['ROLLCALL_WEBHOOK_SECRET_PREFIX']) ??
    config.webhookSecretPrefix;
  const keys = new SecretsManagerWebhookKeys(client, prefix);
  try {
    return await work({ webhooks, keys, baseUrl: url, secretName: `${prefix}/${appId}` });
  } finally {
    webhooks.close();
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function baseUrl(options: WebhookOptions): string {
  const text = options.url ?? useLocal(options)?.webhookUrl ?? process.env['ROLLCALL_WEBHOOK_URL'];
  if (!text) throw new UsageError('which URL? Give --url, ROLLCALL_WEBHOOK_URL or --local');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || /[@?#\\\s]/.test(text))
    throw new UsageError('the URL of the deployment is no URL to be called');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && LOOPBACK.test(url.hostname)))
    throw new UsageError('the URL of the deployment must begin with https://');
  return text;
}

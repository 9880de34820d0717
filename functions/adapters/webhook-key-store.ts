import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { readWebhookKey } from '../core/webhook-key.ts';
import type { WebhookKeys } from '../core/webhook-registration.ts';

/** The webhook secrets in Secrets Manager, as whoever registers webhooks reads and writes them. */
export class SecretsManagerWebhookKeys {
  readonly #client: SecretsManagerClient;
  readonly #prefix: string;

  constructor(client: SecretsManagerClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** A text that holds no key is as good as none. */
  async read(appId: string): Promise<WebhookKeys> {
    const current = await this.#key(appId, 'AWSCURRENT');
    const previous = await this.#key(appId, 'AWSPREVIOUS');
    return { ...(current !== undefined && { current }), ...(previous !== undefined && { previous }) };
  }

  /** Makes it the current one. Secrets Manager keeps the one before as the previous one. */
  async store(appId: string, key: string): Promise<void> {
    const name = `${this.#prefix}/${appId}`;
    const SecretString = JSON.stringify({ key });
    try {
      await this.#client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      const Description = "What the vendor's webhook of an app sends as X-API-Key";
      await this.#client.send(new CreateSecretCommand({ Name: name, SecretString, Description }));
    }
  }

  async #key(appId: string, VersionStage: string): Promise<string | undefined> {
    try {
      const request = { SecretId: `${this.#prefix}/${appId}`, VersionStage };
      const { SecretString = '' } = await this.#client.send(new GetSecretValueCommand(request));
      return readWebhookKey(SecretString);
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  }
}

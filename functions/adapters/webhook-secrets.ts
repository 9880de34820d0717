import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { secretTextIfAny } from './secrets.ts';

/** The webhook secrets in Secrets Manager, named `<prefix>/<appId>`: the current version, and the one before it. */
export class SecretsManagerWebhookSecrets {
  readonly #client: SecretsManagerClient;
  readonly #prefix: string;

  constructor(client: SecretsManagerClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** Both texts, read anew; undefined where there is no current one. */
  async read(
    appId: string,
    signal: AbortSignal,
  ): Promise<{ current: string; previous?: string } | undefined> {
    const name = `${this.#prefix}/${appId}`;
    const read = (stage: string) => secretTextIfAny(this.#client, name, { stage, signal });
    // One after the other would cost the vendor's time; a name that nobody uses costs two requests instead of one.
    const [current, previous] = await Promise.all([read('AWSCURRENT'), read('AWSPREVIOUS')]);
    if (current === undefined) return undefined;
    return previous === undefined ? { current } : { current, previous };
  }
}

/** The secret that holds what producers sign with. */
export class SecretsManagerProducerSecret {
  readonly #client: SecretsManagerClient;
  readonly #name: string;

  constructor(client: SecretsManagerClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  /** Its text, read anew; undefined where there is none, or nothing in it yet. */
  async read(signal: AbortSignal): Promise<string | undefined> {
    return (await secretTextIfAny(this.#client, this.#name, { signal })) || undefined;
  }
}

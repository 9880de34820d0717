import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';

/** The apps' secrets in Secrets Manager, named `<prefix>/<appId>`. Every read is a request. */
export class SecretsManagerSecrets {
  readonly #client: SecretsManagerClient;
  readonly #prefix: string;

  constructor(client: SecretsManagerClient, prefix: string) {
    this.#client = client;
    this.#prefix = prefix;
  }

  /** The current text; undefined where the secret does not exist or waits to be deleted. */
  async read(appId: string): Promise<string | undefined> {
    try {
      return await secretText(this.#client, `${this.#prefix}/${appId}`);
    } catch (error) {
      const isGone = error instanceof ResourceNotFoundException || error instanceof InvalidRequestException;
      if (isGone) return undefined;
      throw error;
    }
  }
}

/** The current text of a secret; a binary one is taken for the bytes of a text. */
export async function secretText(client: SecretsManagerClient, name: string): Promise<string> {
  const { SecretString, SecretBinary = new Uint8Array() } = await client.send(
    new GetSecretValueCommand({ SecretId: name }),
  );
  return SecretString ?? new TextDecoder().decode(SecretBinary);
}

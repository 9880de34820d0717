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
    return secretTextIfAny(this.#client, `${this.#prefix}/${appId}`);
  }
}

interface ReadOptions {
  /** The staging label; the current version if left out. */
  readonly stage?: string;
  readonly signal?: AbortSignal;
}

/** The text of a secret; undefined where it does not exist, has no such version, or waits to be deleted. */
export async function secretTextIfAny(
  client: SecretsManagerClient,
  name: string,
  options: ReadOptions = {},
): Promise<string | undefined> {
  try {
    return await secretText(client, name, options);
  } catch (error) {
    const isGone = error instanceof ResourceNotFoundException || error instanceof InvalidRequestException;
    if (isGone) return undefined;
    throw error;
  }
}

/** The text of a secret; a binary one is taken for the bytes of a text. */
export async function secretText(
  client: SecretsManagerClient,
  name: string,
  { stage, signal }: ReadOptions = {},
): Promise<string> {
  const { SecretString, SecretBinary = new Uint8Array() } = await client.send(
    new GetSecretValueCommand({ SecretId: name, ...(stage && { VersionStage: stage }) }),
    signal && { abortSignal: signal },
  );
  return SecretString ?? new TextDecoder().decode(SecretBinary);
}

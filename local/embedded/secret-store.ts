import { randomBytes, randomUUID } from 'node:crypto';

/** An error that the API answers with. */
export class SecretsError extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

/** `SecretBinary` is base64, as on the wire. */
export interface SecretContent {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}

interface Version {
  readonly id: string;
  readonly content: SecretContent;
  readonly createdAtMs: number;
  readonly stages: Set<string>;
}

interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly versions: Map<string, Version>;
}

export interface SecretVersion {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly VersionStages: readonly string[];
}

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';

/** Secrets with their versions and staging labels, as Secrets Manager keeps them. */
export class SecretStore {
  readonly #arnPrefix: string;
  readonly #secrets = new Map<string, Secret>();

  /** @param arnPrefix what stands before the name in an ARN */
  constructor(arnPrefix: string) {
    this.#arnPrefix = arnPrefix;
  }

  /** @param arn the ARN to take; one is made up if it is left out */
  create(
    name: string,
    content: SecretContent,
    versionId: string = randomUUID(),
    arn?: string,
  ): SecretVersion {
    if (this.#secrets.has(name)) {
      throw new SecretsError(
        'ResourceExistsException',
        `The operation failed because the secret ${name} already exists.`,
      );
    }
    const full = arn ?? `${this.#arnPrefix}${name}-${randomBytes(3).toString('hex')}`;
    const secret: Secret = { name, arn: full, versions: new Map() };
    this.#secrets.set(name, secret);
    return describe(secret, addVersion(secret, versionId, content, [CURRENT]));
  }

  /** Adds a version; the same version again changes nothing, and is refused with another content. */
  put(
    secretId: string,
    content: SecretContent,
    versionId: string = randomUUID(),
    stages: readonly string[] = [CURRENT],
  ): SecretVersion {
    const secret = this.#find(secretId);
    const existing = secret.versions.get(versionId);
    if (existing === undefined) return describe(secret, addVersion(secret, versionId, content, stages));
    if (sameContent(existing.content, content)) return describe(secret, existing);
    throw new SecretsError(
      'ResourceExistsException',
      `A resource with the ID you requested already exists: version ${versionId} has another content.`,
    );
  }

  /** The version with this id, or with this staging label, or the current one. */
  get(
    secretId: string,
    versionId?: string,
    stage?: string,
  ): SecretVersion & SecretContent & { CreatedDate: number } {
    const secret = this.#find(secretId);
    const wanted = versionId === undefined ? (stage ?? CURRENT) : stage;
    const version = [...secret.versions.values()].find(
      ({ id, stages }) => (versionId ?? id) === id && (wanted === undefined || stages.has(wanted)),
    );
    if (version === undefined) {
      const sought = versionId === undefined ? `staging label: ${wanted}` : `VersionId: ${versionId}`;
      throw notFound(`Secrets Manager can't find the specified secret value for ${sought}`);
    }
    return { ...describe(secret, version), ...version.content, CreatedDate: version.createdAtMs / 1000 };
  }

  #find(secretId: string): Secret {
    const secret =
      this.#secrets.get(secretId) ?? [...this.#secrets.values()].find(({ arn }) => arn === secretId);
    if (secret === undefined) throw notFound("Secrets Manager can't find the specified secret.");
    return secret;
  }
}

/** Adds a version and moves staging labels to it; the version that was current becomes the previous one. */
function addVersion(secret: Secret, id: string, content: SecretContent, stages: readonly string[]): Version {
  for (const stage of stages) {
    const holder = takeLabel(secret, stage);
    if (stage !== CURRENT || holder === undefined) continue;
    takeLabel(secret, PREVIOUS);
    holder.stages.add(PREVIOUS);
  }
  const version: Version = { id, content, createdAtMs: Date.now(), stages: new Set(stages) };
  secret.versions.set(id, version);
  return version;
}

function takeLabel(secret: Secret, stage: string): Version | undefined {
  return [...secret.versions.values()].find(({ stages }) => stages.delete(stage));
}

function sameContent(a: SecretContent, b: SecretContent): boolean {
  return a.SecretString === b.SecretString && a.SecretBinary === b.SecretBinary;
}

function describe({ arn, name }: Secret, { id, stages }: Version): SecretVersion {
  return { ARN: arn, Name: name, VersionId: id, VersionStages: [...stages] };
}

function notFound(message: string): SecretsError {
  return new SecretsError('ResourceNotFoundException', message);
}

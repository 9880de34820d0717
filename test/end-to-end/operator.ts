/** An operator who has the runbook open: runs its own commands, as they stand there, against the system under test. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { LOCAL_STAGE } from '../../local/local-stack.ts';
import { type Ended, startRollcall } from '../bin/run-rollcall.ts';
import { runbookEntries, runbookVariables } from '../lib/runbook.ts';
import type { SystemUnderTest } from './system.ts';

type Variables = Readonly<Record<string, string>>;

export class Operator {
  readonly #system: SystemUnderTest;
  readonly #folder = mkdtempSync(join(tmpdir(), 'rollcall-operator-'));
  readonly #exported: Variables;
  readonly #endpoints: Variables;
  readonly #ran = new Set<string>();

  /** @param identity who the operator is to STS */
  constructor(system: SystemUnderTest, identity: Variables) {
    this.#system = system;
    const { embedded, vendor } = system.stack;
    const outputs = [...runbookVariables()].map(([name, output]) => [name, embedded.output(output)]);
    this.#exported = Object.fromEntries(outputs);
    const { sqs, dynamodb, secretsManager } = embedded.clientConfigs;
    this.#endpoints = {
      AWS_REGION: sqs.region,
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
      ...(sqs.credentials && {
        AWS_ACCESS_KEY_ID: sqs.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: sqs.credentials.secretAccessKey,
      }),
      ...identity,
    };
    const context = { ...LOCAL_STAGE, 'rollcall:extraHosts': [vendor.url], ...system.settings };
    this.write('cdk.json', JSON.stringify({ context }));
  }

  /**
   * Runs the command under this heading that begins so, its variables filled in.
   * @throws if the runbook has none there
   */
  async run(heading: string, beginning: string, variables: Variables = {}): Promise<Ended> {
    const command = commandsUnder(heading).find((each) => each.startsWith(beginning));
    if (command === undefined) throw new Error(`the runbook has no ${beginning} under ${heading}`);
    this.#ran.add(command);
    const words = command.split(' ').map((word) =>
      word.replaceAll(/\$([A-Z_]+)/g, (_, name: string) => {
        const value = { ...this.#exported, ...variables }[name];
        if (value === undefined) throw new Error(`${command}: what is ${name}?`);
        return value;
      }),
    );
    return command.startsWith('aws ') ? this.#aws(words) : this.#rollcall(words);
  }

  /** The commands under a heading that were never run. */
  notRun(heading: string): string[] {
    return commandsUnder(heading).filter((command) => !this.#ran.has(command));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text);
  }

  leave(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #rollcall([npx, rollcall, ...args]: readonly string[]): Promise<Ended> {
    if (npx !== 'npx' || rollcall !== 'rollcall') throw new Error(`${npx} ${rollcall} is not known here`);
    const env = { ...this.#endpoints, ...this.#exported };
    return startRollcall(args, { env, cwd: this.#folder }).ended;
  }

  /** What the AWS CLI would do, of which there is none here. */
  async #aws([, ...words]: readonly string[]): Promise<Ended> {
    const [service, operation, ...options] = words;
    const option = (name: string) => options[options.indexOf(name) + 1] ?? '';
    if (service !== 'secretsmanager' || operation !== 'put-secret-value')
      throw new Error(`aws ${service} ${operation} is not known here`);
    const file = option('--secret-string').replace('file://', '');
    const SecretString = readFileSync(join(this.#folder, file), 'utf8');
    const request = new PutSecretValueCommand({ SecretId: option('--secret-id'), SecretString });
    await this.#system.clients.secrets.send(request);
    return { code: 0, stdout: '', stderr: '' };
  }
}

function commandsUnder(heading: string): readonly string[] {
  const entries = [...runbookEntries('Alarms'), ...runbookEntries('Reasons for parking')];
  return entries.find((entry) => entry.heading === heading)?.commands ?? [];
}

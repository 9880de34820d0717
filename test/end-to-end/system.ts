/**
 * The whole system as the end-to-end tests see it: what they send to, look at and break. Where its parts run is known
 * here and nowhere else.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { DynamoDBAppRows } from '../../functions/adapters/app-rows.ts';
import { memberGroupId, sha256Hex } from '../../functions/core/member-key.ts';
import type { EmbeddedEvent } from '../../local/embedded/events.ts';
import { externalEndpoints } from '../../local/embedded/external-services.ts';
import type { FakeVendorOptions } from '../../local/fake-vendor/fake-vendor.ts';
import { type LocalStack, startLocalStack } from '../../local/local-stack.ts';
import { type Ended, Outcomes } from '../../local/outcomes.ts';

const APPEARS_WITHIN_MS = 60_000;
const PLANNING_MS = 500;

export interface SentChange {
  readonly messageId: string;
  readonly body: string;
}

export interface ChangeFields {
  readonly action?: 'join' | 'leave';
  readonly appId: string;
  readonly conversationId?: string;
  readonly userId: string;
  readonly occurredAt?: string;
}

type LogEntry = Readonly<Record<string, unknown>>;

export class SystemUnderTest {
  readonly stack: LocalStack;
  /** Those that differ from the local stage's. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly outcomes = new Outcomes();
  readonly log: LogEntry[] = [];
  /** What the functions asked of AWS: each thing once, however often. */
  readonly calls = new Map<string, Extract<EmbeddedEvent, { kind: 'awsCall' }>>();
  /** As the embedded run itself. */
  readonly clients: {
    readonly sqs: SQSClient;
    readonly dynamodb: DynamoDBClient;
    readonly secrets: SecretsManagerClient;
  };
  readonly #waiting = new Set<() => void>();
  readonly #stopping = new AbortController();
  #planning: Promise<void> = Promise.resolve();
  #changes = 0;

  /** Starts the system, its schedule running all the time, with settings that differ from the local stage's. */
  static async start(
    settings: Readonly<Record<string, unknown>>,
    vendor: FakeVendorOptions = {},
  ): Promise<SystemUnderTest> {
    let system: SystemUnderTest | undefined;
    const external = externalEndpoints(process.env);
    const isElsewhere = Object.keys(external).length > 0;
    // What somebody else keeps may hold other runs' stacks as well.
    const name = { 'rollcall:name': `rollcall-e2e-${randomBytes(3).toString('hex')}` };
    const stack = await startLocalStack({
      settings: { ...(isElsewhere && name), ...settings },
      external,
      vendor,
      report: (event) => {
        if (event.kind === 'logLine') system?.hear(event.line);
        if (event.kind === 'awsCall') system?.calls.set(JSON.stringify(event), event);
      },
    });
    system = new SystemUnderTest(stack, settings);
    system.#planning = system.#planAgainAndAgain();
    return system;
  }

  private constructor(stack: LocalStack, settings: Readonly<Record<string, unknown>>) {
    this.settings = settings;
    const { sqs, dynamodb, secretsManager } = stack.embedded.clientConfigs;
    this.stack = stack;
    this.clients = {
      sqs: new SQSClient(sqs),
      dynamodb: new DynamoDBClient(dynamodb),
      secrets: new SecretsManagerClient(secretsManager),
    };
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#planning;
    for (const client of Object.values(this.clients)) client.destroy();
    await this.stack.stop();
  }

  /** An app whose members are named by `userId`, with one conversation `c1`, its users, and a key that works. */
  async addApp(appId: string, userIds: readonly string[]): Promise<void> {
    const key = { keyId: `app_${appId}`, secret: randomBytes(12).toString('hex') };
    const users = userIds.map((userId) => ({ userId }));
    this.stack.vendor.world.addApp({ appId, keys: [key], users, conversations: [{ conversationId: 'c1' }] });
    await this.declareApp(appId);
    await this.putSecret(appId, JSON.stringify(key));
  }

  async declareApp(appId: string): Promise<void> {
    const rows = new DynamoDBAppRows(this.clients.dynamodb, this.stack.tableName);
    await rows.put({ appId, idKind: 'userId', host: this.stack.vendor.url, requestsPerSecond: 500 });
  }

  async putSecret(appId: string, text: string): Promise<void> {
    await this.putSecretNamed(`${this.stack.secretPrefix}/${appId}`, text);
  }

  async putSecretNamed(name: string, SecretString: string): Promise<void> {
    try {
      await this.clients.secrets.send(new CreateSecretCommand({ Name: name, SecretString }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ResourceExistsException') throw error;
      await this.clients.secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
    }
  }

  /** Sends a change as Rollcall's own senders do. */
  async send(fields: ChangeFields): Promise<SentChange> {
    this.#changes += 1;
    const change = {
      id: `change-${this.#changes}`,
      action: 'join',
      conversationId: 'c1',
      occurredAt: new Date().toISOString(),
      ...fields,
    };
    const { appId, conversationId, userId: memberId, id } = change;
    const body = JSON.stringify(change);
    const { MessageId = '' } = await this.clients.sqs.send(
      new SendMessageCommand({
        QueueUrl: this.stack.changeQueueUrl,
        MessageBody: body,
        MessageGroupId: memberGroupId({ appId, conversationId, idKind: 'userId', memberId }),
        MessageDeduplicationId: sha256Hex(JSON.stringify([id, appId, conversationId, memberId])),
      }),
    );
    return { messageId: MessageId, body };
  }

  /** How a change has ended, as soon as it has. */
  async end({ messageId }: SentChange): Promise<Ended> {
    return this.until(`the end of ${messageId}`, () => this.outcomes.of(messageId));
  }

  /** The first line of the functions' logs, from the beginning on, that is like this, as soon as there is one. */
  async logged(like: LogEntry): Promise<LogEntry> {
    const isLike = (entry: LogEntry) =>
      Object.entries(like).every(([field, value]) => entry[field] === value);
    return this.until(JSON.stringify(like), () => this.log.find(isLike));
  }

  /** Looks after every line of the functions' logs. */
  async until<T>(what: string, look: () => T | undefined): Promise<T> {
    const untilMs = performance.now() + APPEARS_WITHIN_MS;
    for (;;) {
      const seen = look();
      if (seen !== undefined) return seen;
      if (performance.now() > untilMs) throw new Error(`waited in vain for ${what}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      await Promise.race([promise, sleep(1_000, undefined, { ref: false })]);
    }
  }

  /** Who takes part in `c1`, by their ids. */
  present(appId: string): string[] {
    return this.stack.vendor.world.participants(appId, 'c1').map(({ userId }) => userId);
  }

  /** Takes a message off the dead-letter queue and sends it again, as whoever redrives it does. */
  async redrive({
    MessageId,
    Body,
    Attributes,
    MessageAttributes,
    ReceiptHandle,
  }: Message): Promise<SentChange> {
    const { sqs } = this.clients;
    const { MessageId: messageId = '' } = await sqs.send(
      new SendMessageCommand({
        QueueUrl: this.stack.changeQueueUrl,
        MessageBody: Body,
        MessageGroupId: Attributes?.MessageGroupId,
        MessageDeduplicationId: MessageId,
        MessageAttributes,
      }),
    );
    await sqs.send(new DeleteMessageCommand({ QueueUrl: this.stack.deadLetterQueueUrl, ReceiptHandle }));
    return { messageId, body: Body ?? '' };
  }

  /** What is on the dead-letter queue, which hides it for half a minute. */
  async parked(): Promise<Message[]> {
    const { Messages = [] } = await this.clients.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: this.stack.deadLetterQueueUrl,
        MaxNumberOfMessages: 10,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  }

  hear(line: string): void {
    this.outcomes.read(line);
    if (line.startsWith('{')) this.log.push(JSON.parse(line) as LogEntry);
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  async #planAgainAndAgain(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.stack.planReconciles();
      await sleep(PLANNING_MS, undefined, { signal }).catch(() => {});
    }
  }
}

export function reasonOf({ MessageAttributes }: Message): string | undefined {
  return MessageAttributes?.['rollcall.reason']?.StringValue;
}

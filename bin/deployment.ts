import { readFileSync } from 'node:fs';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Command } from 'commander';
import * as z from 'zod/mini';
import type { DynamoDBAppRows } from '../functions/adapters/app-rows.ts';
import type { DynamoDBAuditLog } from '../functions/adapters/audit-log.ts';
import type { SQSChangeSender } from '../functions/adapters/change-sender.ts';
import type { DynamoDBOperatorRoster } from '../functions/adapters/operator-roster.ts';
import type { EventBridgeOutcomeEvents } from '../functions/adapters/outcome-events.ts';
import type { DynamoDBParkedChanges } from '../functions/adapters/parked-changes.ts';
import type { SQSRedriveQueue } from '../functions/adapters/redrive-queue.ts';
import { CommandError, UsageError } from './terminal.ts';

/** Which deployment a command is for, as the command line says. */
export interface DeploymentOptions {
  readonly local?: true;
  readonly table?: string;
  readonly changeQueueUrl?: string;
}

const LOCAL_FILE = '.rollcall/local.json';

/** What `npm start` writes: where the parts of the local system are. */
const localSystem = z.object({
  sqs: z.url(),
  dynamodb: z.url(),
  secretsManager: z.url(),
  eventBridge: z.url(),
  vendor: z.url(),
  webhookUrl: z.optional(z.url()),
  changeQueueUrl: z.url(),
  tableName: z.string().check(z.minLength(1)),
  secretPrefix: z.string().check(z.minLength(1)),
  settings: z.record(z.string(), z.unknown()),
});

const CREDENTIALS_HELP = `
Region and credentials are found as the AWS CLI finds them (AWS_REGION, AWS_PROFILE, …).
AWS_ENDPOINT_URL_SQS and AWS_ENDPOINT_URL_DYNAMODB name other endpoints.`;

export function addTableOptions(command: Command): void {
  addLocalOption(addTableOption(command)).addHelpText('after', CREDENTIALS_HELP);
}

/** For a command that has the other options from elsewhere. */
export function addTableOption(command: Command): Command {
  return command.option('--table <name>', 'the roster table: output RosterTableName (env: ROLLCALL_TABLE)');
}

export function addQueueOptions(command: Command): void {
  addLocalOption(
    command.option(
      '--change-queue-url <url>',
      'the change queue: output ChangeQueueUrl (env: ROLLCALL_CHANGE_QUEUE_URL)',
    ),
  ).addHelpText('after', CREDENTIALS_HELP);
}

function addLocalOption(command: Command): Command {
  return command.option('--local', `the system that npm start runs in this folder (${LOCAL_FILE})`);
}

/*
 * The SDK's clients are most of what a command has to load, and each command uses one of them at most: they are loaded
 * by those that do.
 */

export interface ConnectedTable {
  readonly apps: DynamoDBAppRows;
  readonly roster: DynamoDBOperatorRoster;
  readonly parked: DynamoDBParkedChanges;
  readonly audit: DynamoDBAuditLog;
}

/** The roster table of the deployment. */
export async function connectTable(options: DeploymentOptions): Promise<ConnectedTable> {
  const name = options.table ?? useLocal(options)?.tableName ?? process.env['ROLLCALL_TABLE'];
  if (!name) throw new UsageError('which table? Give --table, ROLLCALL_TABLE or --local');
  // An app row remembers the name of its table: by another name it would look restored.
  if (name.includes(':')) throw new UsageError('the table must be given by its name, not by its ARN');
  const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
  const { awsClient } = await import('../functions/adapters/aws-client.ts');
  const { DynamoDBAppRows } = await import('../functions/adapters/app-rows.ts');
  const { DynamoDBOperatorRoster } = await import('../functions/adapters/operator-roster.ts');
  const client = awsClient(DynamoDBClient);
  const { DynamoDBParkedChanges } = await import('../functions/adapters/parked-changes.ts');
  const { DynamoDBAuditLog } = await import('../functions/adapters/audit-log.ts');
  return {
    apps: new DynamoDBAppRows(client, name),
    roster: new DynamoDBOperatorRoster(client, name),
    parked: new DynamoDBParkedChanges(client, name),
    audit: new DynamoDBAuditLog(client, name),
  };
}

/** The change queue of the deployment, to send changes to. */
export async function connectChangeQueue(options: DeploymentOptions): Promise<SQSChangeSender> {
  const { client, url } = await connectQueue(options);
  const { SQSChangeSender } = await import('../functions/adapters/change-sender.ts');
  return new SQSChangeSender(client, url);
}

/** The change queue of the deployment, to redrive parked changes to. */
export async function connectRedriveQueue(options: DeploymentOptions): Promise<SQSRedriveQueue> {
  const { client, url } = await connectQueue(options);
  const { SQSRedriveQueue } = await import('../functions/adapters/redrive-queue.ts');
  return new SQSRedriveQueue(client, url);
}

async function connectQueue(
  options: DeploymentOptions,
): Promise<{ readonly client: SQSClient; readonly url: string }> {
  const url =
    options.changeQueueUrl ?? useLocal(options)?.changeQueueUrl ?? process.env['ROLLCALL_CHANGE_QUEUE_URL'];
  if (!url)
    throw new UsageError('which queue? Give --change-queue-url, ROLLCALL_CHANGE_QUEUE_URL or --local');
  if (!URL.canParse(url)) throw new UsageError('the URL of the change queue is no URL');
  const { SQSClient } = await import('@aws-sdk/client-sqs');
  const { awsClient } = await import('../functions/adapters/aws-client.ts');
  return { client: awsClient(SQSClient), url };
}

/** The event bus of the deployment's account. */
export async function connectEvents(): Promise<EventBridgeOutcomeEvents> {
  const { EventBridgeOutcomeEvents } = await import('../functions/adapters/outcome-events.ts');
  return new EventBridgeOutcomeEvents();
}

/** The AWS clients that this process makes from here on talk to the local system. */
export function useLocal({ local }: DeploymentOptions): z.infer<typeof localSystem> | undefined {
  if (!local) return undefined;
  const system = readLocalSystem();
  delete process.env['AWS_PROFILE'];
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SQS: system.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: system.dynamodb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: system.secretsManager,
    AWS_ENDPOINT_URL_EVENTBRIDGE: system.eventBridge,
    AWS_REGION: 'us-east-1',
    // The emulators take any; a person's real ones have no business there.
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  });
  delete process.env['AWS_SESSION_TOKEN'];
  return system;
}

function readLocalSystem(): z.infer<typeof localSystem> {
  let text: string;
  try {
    text = readFileSync(LOCAL_FILE, 'utf8');
  } catch {
    throw new CommandError(`there is no ${LOCAL_FILE}: does npm start run in this folder?`);
  }
  try {
    return localSystem.parse(JSON.parse(text));
  } catch {
    throw new CommandError(`${LOCAL_FILE} is not as npm start writes it`);
  }
}

import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { parseArgs } from 'node:util';
import { type Input, readInput } from './demo/input.ts';
import { EXAMPLE } from './demo/options.ts';
import { RETRY_WINDOW_MS, registerWebhooks } from './demo/webhooks.ts';
import { declareApps, seedsOf } from './demo/world.ts';
import { Interrupted, onInterruption } from './interruption.ts';
import { LOCAL_STAGE, type LocalStack, startLocalStack } from './local-stack.ts';
import { startWidgetPage, type WidgetPage } from './widget-page/server.ts';

const LOCAL_FOLDER = '.rollcall';
const LOCAL_FILE = `${LOCAL_FOLDER}/local.json`;

/** The vendor's webhooks: tried again within seconds, and never more than this machine can take. */
const WEBHOOKS = { retryWindowMs: RETRY_WINDOW_MS, sendsAtOnce: 2, gatherMs: 50 };

const HELP = `Usage: npm start -- [options]

Runs the deployed system on this machine and stays up: emulators of SQS,
DynamoDB and Secrets Manager, the functions, and a fake vendor that knows the
apps, users and conversations of ${EXAMPLE} and sends its webhooks.
Ctrl-C ends it.

Options:
  --changes FILE  know the apps, users and conversations of this file instead
  --port N        where SQS listens; the others take the ports after it
                  (default: whatever is free)
  --json          print the endpoints as one JSON object, as the first line
  --help          show this`;

interface StartOptions {
  readonly changes: string;
  readonly json: boolean;
  readonly ports?: Readonly<
    Record<'sqs' | 'dynamodb' | 'secretsManager' | 'httpApi' | 'eventBridge', number>
  >;
}

interface LocalEndpoints {
  readonly sqs: string;
  readonly dynamodb: string;
  readonly secretsManager: string;
  readonly eventBridge: string;
  readonly vendor: string;
  /** The operators' widget, as CloudWatch's console would show it. */
  readonly widget: string;
  readonly changeQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly tableName: string;
  readonly secretPrefix: string;
  /** The base of the URLs that webhooks and producers call. */
  readonly webhookUrl: string;
  /** What the deployment was configured with. */
  readonly settings: Readonly<Record<string, unknown>>;
}

// Whoever reads only the first line, as `head -1` does, is no reason to end.
process.stdout.on('error', () => {});
process.exitCode = await main();

async function main(): Promise<number> {
  let options: StartOptions | 'help';
  let input: Input;
  try {
    options = readOptions();
    if (options === 'help') {
      console.log(HELP);
      return 0;
    }
    input = readInput(options.changes, Date.now());
  } catch (error) {
    console.error(`start: ${messageOf(error)}\nnpm start -- --help tells more.`);
    return 2;
  }
  const signal = onInterruption();
  try {
    await run(options, input, signal);
    return 0;
  } catch (error) {
    const { reason } = signal;
    console.error(`start: ${messageOf(error)}`);
    return reason instanceof Interrupted ? reason.exitCode : 1;
  }
}

/** Stays up until it is interrupted. */
async function run(options: StartOptions, input: Input, signal: AbortSignal): Promise<void> {
  const { changes, json, ports } = options;
  const vendor = { apps: seedsOf(input.meta, input.expected), control: true, webhooks: WEBHOOKS };
  for (const port of Object.values(ports ?? {})) await checkFree(port);
  const stack = await startLocalStack({ vendor, ...(ports && { ports }) }, signal);
  const widget = await startWidgetPage(stack.embedded).catch(async (error: unknown) => {
    await stack.stop();
    throw error;
  });
  try {
    await declareApps(input.meta, stack);
    await registerWebhooks(input.meta, stack, { isRotating: false });
    const endpoints = endpointsOf(stack, widget);
    const text = `${JSON.stringify(endpoints, null, 2)}\n`;
    mkdirSync(LOCAL_FOLDER, { recursive: true });
    writeFileSync(LOCAL_FILE, text);
    console.log(json ? JSON.stringify(endpoints) : welcome(changes, input, endpoints));
    if (!signal.aborted) await once(signal, 'abort');
    // Another one may have been started in this folder since.
    if (readText(LOCAL_FILE) === text) rmSync(LOCAL_FILE);
  } finally {
    await widget.close();
    await stack.stop();
  }
}

/** A port in use is told at once, and not by whatever part of the system comes to it first. */
async function checkFree(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(`port ${port} cannot be used: ${messageOf(error)}`);
  }
  server.close();
  await once(server, 'close');
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function endpointsOf(stack: LocalStack, widget: WidgetPage): LocalEndpoints {
  const { embedded, vendor, changeQueueUrl, deadLetterQueueUrl, tableName, secretPrefix, webhookUrl } = stack;
  return {
    ...embedded.endpoints,
    vendor: vendor.url,
    widget: widget.url,
    changeQueueUrl,
    deadLetterQueueUrl,
    tableName,
    secretPrefix,
    webhookUrl,
    settings: LOCAL_STAGE,
  };
}

function readOptions(): StartOptions | 'help' {
  const { values } = parseArgs({
    options: {
      changes: { type: 'string', default: EXAMPLE },
      port: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { changes, json, port } = values;
  if (port === undefined) return { changes, json };
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_531)
    throw new Error(`--port must be a port number from 1 to 65531, not "${port}"`);
  const sqs = Number(port);
  const others = { dynamodb: sqs + 1, secretsManager: sqs + 2, httpApi: sqs + 3, eventBridge: sqs + 4 };
  return { changes, json, ports: { sqs, ...others } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function welcome(file: string, { meta, expected }: Input, endpoints: LocalEndpoints): string {
  return `Rollcall is up.

  SQS              ${endpoints.sqs}
  DynamoDB         ${endpoints.dynamodb}
  Secrets Manager  ${endpoints.secretsManager}
  vendor           ${endpoints.vendor}
  webhooks         ${endpoints.webhookUrl}/sunshine/<app>, already registered
  signed changes   ${endpoints.webhookUrl}/changes
  widget           ${endpoints.widget}
  change queue     ${endpoints.changeQueueUrl}
  parked changes   ${endpoints.deadLetterQueueUrl}
  roster table     ${endpoints.tableName}
${firstChange(expected, endpoints)}
Send a whole file, its times moved to now:

  npx rollcall enqueue --local --as-of ${meta.asOf} ${file}

Ctrl-C ends it.`;
}

/** How to send a change and see what came of it; nothing, where the file names nobody who can be typed into a shell. */
function firstChange({ members }: Input['expected'], endpoints: LocalEndpoints): string {
  const member = [...members.values()].find(
    ({ present, memberId }) => present && /^[\w.@-]+$/.test(memberId),
  );
  if (!member) return '';
  const { appId, conversationId, idKind, memberId } = member;
  const change = JSON.stringify({
    id: 'my-first-change',
    action: 'join',
    appId,
    conversationId,
    [idKind]: memberId,
    occurredAt: new Date().toISOString(),
  });
  return `
Send a change from another terminal in this folder:

  echo '${change}' \\
    | npx rollcall enqueue --local -

or with the AWS CLI, from anywhere:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 \\
  aws sqs send-message --endpoint-url ${endpoints.sqs} \\
    --queue-url ${endpoints.changeQueueUrl} \\
    --message-group-id ${conversationId} --message-deduplication-id my-first-change \\
    --message-body '${change}'

See who takes part now:

  curl ${endpoints.vendor}/_control/apps/${appId}/conversations/${conversationId}/participants
`;
}

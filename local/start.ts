import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Input, readInput } from './demo/input.ts';
import { EXAMPLE } from './demo/options.ts';
import { declareApps, seedsOf } from './demo/world.ts';
import { LOCAL_STAGE, type LocalStack, startLocalStack } from './local-stack.ts';

const LOCAL_FOLDER = '.rollcall';
const LOCAL_FILE = `${LOCAL_FOLDER}/local.json`;

const HELP = `Usage: npm start -- [options]

Runs the deployed system on this machine and stays up: emulators of SQS,
DynamoDB and Secrets Manager, the functions, and a fake vendor that knows the
apps, users and conversations of ${EXAMPLE}. Ctrl-C ends it.

Options:
  --changes FILE  know the apps, users and conversations of this file instead
  --port N        where SQS listens; the others take the ports after it
                  (default: whatever is free)
  --json          print the endpoints as one JSON object, as the first line
  --help          show this`;

const options = readOptions();
const input = readInput(options.changes, Date.now());
const stack = await startLocalStack({
  vendor: { apps: seedsOf(input.meta, input.expected), control: true },
  ...(options.ports && { ports: options.ports }),
});
// Whoever ends this while it starts ends it all the same: the signal waits here until there is something to stop.
const ended = Promise.withResolvers<void>();
process.once('SIGINT', ended.resolve).once('SIGTERM', ended.resolve);
await declareApps(input.meta, stack);
const endpoints = endpointsOf(stack);
mkdirSync(LOCAL_FOLDER, { recursive: true });
writeFileSync(LOCAL_FILE, `${JSON.stringify(endpoints, null, 2)}\n`);
console.log(options.json ? JSON.stringify(endpoints) : welcome(input, endpoints));
await ended.promise;
rmSync(LOCAL_FILE, { force: true });
await stack.stop();

interface LocalEndpoints {
  readonly sqs: string;
  readonly dynamodb: string;
  readonly secretsManager: string;
  readonly vendor: string;
  readonly changeQueueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly tableName: string;
  readonly secretPrefix: string;
  /** What the deployment was configured with. */
  readonly settings: Readonly<Record<string, unknown>>;
}

function endpointsOf(stack: LocalStack): LocalEndpoints {
  const { embedded, vendor, changeQueueUrl, deadLetterQueueUrl, tableName, secretPrefix } = stack;
  return {
    ...embedded.endpoints,
    vendor: vendor.url,
    changeQueueUrl,
    deadLetterQueueUrl,
    tableName,
    secretPrefix,
    settings: LOCAL_STAGE,
  };
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        changes: { type: 'string', default: EXAMPLE },
        port: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      process.exit(0);
    }
    const { changes, json, port } = values;
    if (port === undefined) return { changes, json };
    if (!/^\d{1,5}$/.test(port) || Number(port) > 65_533)
      throw new Error(`--port must be a port number, not "${port}"`);
    const sqs = Number(port);
    return { changes, json, ports: { sqs, dynamodb: sqs + 1, secretsManager: sqs + 2 } };
  } catch (error) {
    console.error(`start: ${error instanceof Error ? error.message : error}\n\n${HELP}`);
    process.exit(2);
  }
}

function welcome({ meta, expected }: Input, endpoints: LocalEndpoints): string {
  const [app] = meta.apps;
  const member = [...expected.members.values()].find(({ appId, present }) => appId === app?.appId && present);
  const change = {
    id: 'my-first-change',
    action: 'leave',
    appId: member?.appId,
    conversationId: member?.conversationId,
    ...(member && { [member.idKind]: member.memberId }),
    occurredAt: new Date().toISOString(),
  };
  return `Rollcall is up.

  SQS              ${endpoints.sqs}
  DynamoDB         ${endpoints.dynamodb}
  Secrets Manager  ${endpoints.secretsManager}
  vendor           ${endpoints.vendor}   (GET /_control/ tells what it offers)
  change queue     ${endpoints.changeQueueUrl}
  parked changes   ${endpoints.deadLetterQueueUrl}
  roster table     ${endpoints.tableName}

Send a change, here or from another terminal in this folder:

  echo '${JSON.stringify(change)}' \\
    | npx rollcall enqueue --local -

or the example's morning:

  npx rollcall enqueue --local --as-of ${meta.asOf} examples/changes.jsonl

or with the AWS CLI:

  AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 \\
  aws sqs send-message --endpoint-url ${endpoints.sqs} \\
    --queue-url ${endpoints.changeQueueUrl} \\
    --message-group-id ${member?.conversationId} --message-deduplication-id my-first-change \\
    --message-body '${JSON.stringify(change)}'

Ctrl-C ends it.`;
}

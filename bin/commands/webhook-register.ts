import { type Command, InvalidArgumentError } from 'commander';
import { systemClock } from '../../functions/adapters/clock.ts';
import {
  type RegistrationStep,
  WEBHOOK_TRIGGERS,
  webhookTarget,
} from '../../functions/core/webhook-registration.ts';
import {
  type Registration,
  type RegistrationPorts,
  registerWebhook,
  type WebhookFailure,
} from '../../functions/workflows/register-webhook.ts';
import { readPathId } from '../arguments.ts';
import { addTableOptions, connectTable } from '../deployment.ts';
import { asOperator } from '../operator.ts';
import { CommandError, complain, counted, print, shown } from '../terminal.ts';
import {
  addWebhookOptions,
  type WebhookConnection,
  type WebhookOptions,
  withWebhooks,
} from '../webhook-connection.ts';

interface RegisterOptions extends WebhookOptions {
  readonly rotate?: true;
  readonly drain: number;
  readonly dryRun?: true;
  readonly json?: true;
}

/** The vendor's five tries are spread over 15 minutes, and each may wait 20 seconds for its answer. */
const DRAIN_SECONDS = 17 * 60;

const HELP = `
Makes the vendor send what happens to the app's members to <url>/sunshine/<app>, and stores the webhook's secret where the
deployment reads it. It may be run again at any time: what is right already stays. Where it is interrupted, run it again;
events are lost at no point, because a new webhook is told of nothing until its secret is stored.

--rotate makes a new webhook with a new secret (the vendor chooses secrets, and never changes one). Both are taken until
the old one is deleted, ${DRAIN_SECONDS / 60} minutes later: for so long the vendor tries to send what it began to. --drain says another time.

--integration: with the key of an app (app_…) give the id of a custom integration of that app; "me" is for keys and
tokens of an integration.

Needed: secretsmanager:GetSecretValue, PutSecretValue and CreateSecret.

--json prints one object: appId, integrationId, webhookId (absent in a dry run that creates one), target, triggers,
secretName, steps (create, store, update, delete), dryRun.

Exit codes: 0 done · 1 not · 2 wrong usage`;

export function addWebhookRegister(webhook: Command): void {
  const command = webhook
    .command('register')
    .description("create or update the vendor's webhook of an app, and store its secret")
    .argument('<app>', "the vendor's id of the app", readPathId)
    .option('--rotate', 'make a new secret, hence a new webhook')
    .option(
      '--drain <seconds>',
      'how long an old webhook stays for what is on its way',
      readSeconds,
      DRAIN_SECONDS,
    )
    .option('--dry-run', 'say what would be done, and do nothing')
    .option('--json', 'print one JSON object instead')
    .action((appId: string, options: RegisterOptions) => register(appId, options));
  addWebhookOptions(command);
  addTableOptions(command);
  command.addHelpText('after', HELP);
}

async function register(appId: string, options: RegisterOptions): Promise<void> {
  await withWebhooks(appId, options, async (connection) => {
    const target = webhookTarget(connection.baseUrl, appId);
    const drainMs = options.drain * 1_000;
    const isRotating = options.rotate ?? false;
    const { audit } = await connectTable(options);
    const perform = () =>
      registerWebhook(
        { appId, target, isRotating, drainMs },
        {
          ...(options.dryRun ? onlyLooking(connection) : connection),
          clock: options.dryRun ? { sleep: async () => {} } : systemClock,
          onStep: (step) => {
            if (!options.json) print(stepText(step, connection.secretName, options));
          },
        },
      );
    const act = { action: 'webhook register', target: { appId, url: target, rotate: isRotating } } as const;
    const registration = await asOperator(options, audit, act, perform, ({ kind }) => kind);
    if (registration.kind === 'failed') throw new CommandError(failureText(registration, options));
    if (registration.kind === 'stuck') throw new CommandError(stuckText(registration));
    print(
      options.json
        ? JSON.stringify(reportOf(appId, target, registration, connection, options))
        : registeredText(target, registration, options),
    );
  });
}

/** The dry run: all is as in a real one, but that nothing is changed anywhere. */
function onlyLooking({ webhooks, keys }: WebhookConnection): Pick<RegistrationPorts, 'webhooks' | 'keys'> {
  return {
    webhooks: {
      list: () => webhooks.list(),
      get: (webhookId) => webhooks.get(webhookId),
      create: async (fields) => ({ kind: 'done', value: { ...fields, id: NEW, secret: NEW } }),
      update: async (id, fields) => ({ kind: 'done', value: { ...fields, id } }),
      delete: async () => ({ kind: 'done', value: undefined }),
    },
    keys: { read: (appId) => keys.read(appId), store: async () => {} },
  };
}

const NEW = 'the new one';

function stepText(step: RegistrationStep, secretName: string, { drain, dryRun }: RegisterOptions): string {
  const would = (done: string, todo: string) => (dryRun ? `would ${todo}` : done);
  switch (step.kind) {
    case 'create':
      return would('creating a webhook that is told of nothing yet', 'create a webhook');
    case 'store':
      return `${would('storing', 'store')} its secret in ${secretName}`;
    case 'update':
      return `${would('subscribing', 'subscribe')} ${shown(step.webhook.id)} to ${counted(WEBHOOK_TRIGGERS.length, 'trigger')}`;
    case 'delete': {
      const after = step.isHeard && drain > 0 ? `, ${counted(drain, 'second')} from now` : '';
      return `${would('deleting', 'delete')} ${shown(step.webhook.id)}, which it replaces${after}`;
    }
    case 'stuck':
    case 'done':
      return '';
    default:
      return step satisfies never;
  }
}

type Registered = Extract<Registration, { kind: 'registered' }>;

function registeredText(target: string, { webhook, steps }: Registered, { dryRun }: RegisterOptions): string {
  if (dryRun)
    return steps.length > 0 ? 'nothing was changed (dry run)' : `${shown(webhook.id)}: nothing to do`;
  const before = steps.length > 0 ? '' : 'nothing to do: ';
  return `${before}the webhook ${shown(webhook.id)} sends to ${target}`;
}

function reportOf(
  appId: string,
  target: string,
  { webhook, steps }: Registered,
  { secretName }: WebhookConnection,
  { integration, dryRun }: RegisterOptions,
): object {
  return {
    appId,
    integrationId: integration,
    ...(webhook.id !== NEW && { webhookId: webhook.id }),
    target,
    triggers: WEBHOOK_TRIGGERS,
    secretName,
    steps,
    dryRun: dryRun ?? false,
  };
}

function failureText(failure: WebhookFailure, { integration }: RegisterOptions): string {
  const { operation, status, code, title, mayHaveBeenApplied } = failure;
  const answer =
    status === undefined ? 'did not answer' : `answered ${[status, code].filter(Boolean).join(' ')}`;
  const said = title === undefined ? '' : ` (${shown(title)})`;
  const doubt = mayHaveBeenApplied ? '; it may have been done all the same' : '';
  if (code === 'integration_not_found' || status === 403)
    complain(
      `note: --integration ${shown(integration)} must be one that the app's credential may manage; rollcall webhook register --help tells more`,
    );
  return `to ${operation} a webhook: the vendor ${answer}${said}${doubt}; run it again when that is put right`;
}

function stuckText({ webhook, why }: Extract<Registration, { kind: 'stuck' }>): string {
  switch (why) {
    case 'no_secret':
      return `the vendor does not show the secret of the webhook ${shown(webhook.id)}; delete it there, and run this again`;
    case 'not_as_asked':
      return `the vendor took the update of the webhook ${shown(webhook.id)}, and shows it otherwise`;
    default:
      return why satisfies never;
  }
}

function readSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of seconds.');
  return Number(text);
}

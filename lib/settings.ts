import * as z from 'zod';
import { DEFAULT_POLICY, POLICIES } from '../functions/core/app.ts';
import { type Timings, timingsSchema } from '../functions/core/timings.ts';

/** Every setting is a key of the CDK context that begins with this. */
export const SETTING_PREFIX = 'rollcall:';

/** What CloudWatch Logs offers. */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653,
] as const;

const wholeNumber = (least: number, most: number) => z.int().min(least).max(most);

const host = z
  .string()
  .max(2_048)
  .refine(
    isSafeHost,
    'must be an https:// URL without credentials, query or fragment (http:// on loopback only)',
  )
  .transform((text) => text.replace(/\/$/, ''));

const secretName = z
  .string()
  .regex(/^[\w+=.@-]+(?:\/[\w+=.@-]+)*$/, 'must be (part of) a secret name, without a slash at its ends')
  .max(256);

/** What a deployment may set. The table in docs/configuration.md is generated from this. */
export const settingsSchema = z.object({
  name: z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9-]{0,39}$/,
      'must be 1 to 40 letters, digits and hyphens, and begin with a letter',
    )
    .default('rollcall')
    .describe(
      'Names the stack, its queues and its functions. Each stage in an account needs a name of its own.',
    ),
  secretPrefix: secretName
    .optional()
    .describe("An app's credential is the secret `<secretPrefix>/<appId>`. Unless set, `<name>/apps`."),
  webhookSecretPrefix: secretName
    .optional()
    .describe(
      "The secret of an app's webhook is `<webhookSecretPrefix>/<appId>`. Unless set, `<name>/webhooks`.",
    ),
  producersSecret: secretName
    .optional()
    .describe('The secret that holds what producers sign with. Unless set, `<name>/producers`.'),
  webhookRequestsPerSecond: wholeNumber(1, 10_000)
    .default(100)
    .describe(
      'Requests a second that the front door takes; twice as many at once. The others are told to come again.',
    ),
  webhookConcurrency: wholeNumber(0, 1000)
    .default(20)
    .describe(
      'How many instances receive webhooks at once, at most; so many are kept free for it in the account. 0 reserves none.',
    ),
  consumerConcurrency: wholeNumber(2, 1000)
    .default(5)
    .describe('How many instances apply changes at once, at most.'),
  consumerMemoryMiB: wholeNumber(128, 10_240).default(256).describe('Memory of apply-changes.'),
  consumerTimeoutSeconds: wholeNumber(1, 900)
    .default(30)
    .describe(
      'Time-out of apply-changes. Changes of an instance that died are delivered again after six times as long.',
    ),
  reconcileConcurrency: wholeNumber(2, 1000)
    .default(2)
    .describe('How many instances compare conversations at once, at most.'),
  reconcileTimeoutSeconds: wholeNumber(1, 900).default(60).describe('Time-out of reconcile-conversation.'),
  reconcilerShare: z
    .number()
    .min(0.01)
    .max(0.99)
    .default(0.2)
    .describe("The reconciler's part of each app's request budget. The consumer has the rest."),
  scheduleMinutes: wholeNumber(1, 60)
    .default(1)
    .describe('How often the planner looks for conversations that are due.'),
  policy: z
    .enum(POLICIES)
    .default(DEFAULT_POLICY)
    .describe('How far drift is corrected in apps and conversations that have no policy of their own.'),
  changeRetentionDays: wholeNumber(1, 14)
    .default(14)
    .describe(
      'How long an accepted change waits on its queue while nothing consumes it. A parked one has 14 days.',
    ),
  logRetentionDays: z.literal(LOG_RETENTION_DAYS).default(30).describe('How long logs are kept.'),
  logLevel: z
    .enum(['DEBUG', 'INFO', 'WARN', 'ERROR'])
    .default('INFO')
    .describe('The least severe lines to log.'),
  alarmEmails: z
    .array(z.email('must be an e-mail address'))
    .prefault([])
    .describe('Who is told of alarms. Each has to confirm the subscription that AWS asks them about.'),
  alarmAgeMinutes: wholeNumber(1, 10_080)
    .default(30)
    .describe('How long a change may wait, on its queue or deferred, before operators are alarmed.'),
  runbookUrl: z
    .string()
    .min(1)
    .default('docs/runbook.md')
    .describe('Where your operators read the runbook: what the links in alarms begin with.'),
  extraHosts: z
    .array(host)
    .prefault([])
    .describe("Hosts that credentials may be sent to besides the vendor's own, such as a proxy."),
  widgetActions: z
    .boolean()
    .default(false)
    .describe(
      'Let those who may invoke `<name>-act-on-widget` redrive, discard and approve from the dashboard. Off, the widget only shows.',
    ),
  deletionProtection: z
    .boolean()
    .default(true)
    .describe(
      'Refuse to delete the stack and the roster, and keep the roster if the stack goes nevertheless.',
    ),
  ...timingsSchema.shape,
});

export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

export const SETTING_NAMES = Object.keys(settingsSchema.shape) as SettingName[];

/** The timings are described here because the functions, which share their schema, have no use for the text. */
export const TIMING_DESCRIPTIONS: { readonly [Name in keyof Timings]: string } = {
  retryBaseMs: 'First wait before a failed change is delivered again. Doubles with each delivery.',
  retryMaxMs: 'Longest wait between two deliveries of a change.',
  retryInsideMs: 'How long calls are repeated within one invocation before the queue takes over.',
  deferAfterMs: 'After so long a failing change leaves the queue and waits in the roster.',
  parkAfterMs: "What fails alone for so long, while its app's other calls succeed, is parked.",
  userGraceMs: 'How long a user that the vendor does not know yet is waited for.',
  breakerOpenMs: 'How long an app whose calls all fail is left alone before one call may try.',
  cacheMs: 'How long credentials and app rows are kept before they are read again.',
  requestTimeoutMs: 'Time-out of one request to the vendor.',
  answerWithinMs: 'When the front door answers at the latest. What it could not do by then comes again.',
  reconcileIntervalMs: 'How often a conversation is compared. A confirmed wish needs no call for as long.',
  stuckAfterMs:
    'What is in flight for longer has lost its message, and is brought back like a deferred change.',
  deferredIntervalMs:
    'First wait before a conversation with deferred changes is looked at again. Grows to the interval.',
};

/** Refuses what the API's client would refuse: `URL` reads `https:host`, and drops an empty user, query or fragment. */
function isSafeHost(text: string): boolean {
  if (!URL.canParse(text) || !/^https?:\/\/[^/]/i.test(text) || /[@?#\\\s]/.test(text)) return false;
  const url = new URL(text);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopback);
}

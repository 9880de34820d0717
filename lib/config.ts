import * as z from 'zod';
import { type Timings, timingsSchema } from '../functions/core/timings.ts';
import { nearest } from './nearest.ts';
import {
  SETTING_NAMES,
  SETTING_PREFIX,
  type SettingName,
  type Settings,
  settingsSchema,
} from './settings.ts';
import { visibilitySeconds } from './visibility.ts';

/** Settings that have a default with the deployment's name in it. */
type NamedAfterStage = 'secretPrefix' | 'webhookSecretPrefix' | 'producersSecret';

/** What is deployed, every default filled in. */
export type DeploymentConfig = Omit<Settings, keyof Timings | NamedAfterStage> & {
  readonly [Name in NamedAfterStage]: string;
} & {
  readonly timings: Timings;
};

/** The configuration of a deployment is wrong. Its message names every problem. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(problems: readonly string[]) {
    super(`the configuration is not valid\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

type Context = Readonly<Record<string, unknown>>;

/**
 * Reads the settings (`rollcall:<name>`) from the CDK context: from cdk.json as they are, from `-c` as text.
 * Keys that do not begin with the prefix are none of ours.
 *
 * @throws ConfigurationError with every problem, not only the first.
 */
export function readConfig(context: Context): DeploymentConfig {
  const problems = unknownSettings(context);
  const entries = SETTING_NAMES.map((name) => {
    const read = settingsSchema.shape[name].safeParse(fromText(name, context[SETTING_PREFIX + name]));
    for (const issue of read.error?.issues ?? []) problems.push(`${SETTING_PREFIX}${name}: ${issue.message}`);
    return [name, read.data] as const;
  });
  const settings = Object.fromEntries(entries) as Settings;
  problems.push(...contradictions(settings));
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    ...settings,
    secretPrefix: settings.secretPrefix ?? `${settings.name}/apps`,
    webhookSecretPrefix: settings.webhookSecretPrefix ?? `${settings.name}/webhooks`,
    producersSecret: settings.producersSecret ?? `${settings.name}/producers`,
    timings: timingsSchema.parse(settings),
  };
}

/** Longer than any setting's name; what is longer is cut short, and like none. */
const NAME_MAX_LENGTH = 100;

function unknownSettings(context: Context): string[] {
  const known = SETTING_NAMES.map((name) => SETTING_PREFIX + name);
  const unknown = Object.keys(context).filter(
    (key) => key.startsWith(SETTING_PREFIX) && !known.includes(key),
  );
  return unknown.map((key) => {
    if (key.length > NAME_MAX_LENGTH) return `${key.slice(0, NAME_MAX_LENGTH)}…: is not a setting`;
    const meant = nearest(key, known);
    return `${key}: is not a setting${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
}

const inputTypes = z.toJSONSchema(settingsSchema, { io: 'input' }).properties ?? {};

/** `-c key=value` gives text only. What does not read as the setting's type stays text, which the schema then refuses. */
function fromText(name: SettingName, value: unknown): unknown {
  const schema = inputTypes[name];
  if (typeof value !== 'string' || typeof schema !== 'object') return value;
  const text = value.trim();
  switch (schema.type) {
    case 'integer':
    case 'number':
      return text === '' || Number.isNaN(Number(text)) ? value : Number(text);
    case 'boolean':
      if (text === 'true') return true;
      return text === 'false' ? false : value;
    case 'array':
      return text === '' ? [] : text.split(',').map((part) => part.trim());
    default:
      return value;
  }
}

const SQS_LONGEST_VISIBILITY_MS = 12 * 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

/** Settings that are fine each, but not together. A setting that could not be read is undefined here and contradicts none. */
function contradictions(settings: Settings): string[] {
  const rules: [boolean, string][] = [
    [
      settings.requestTimeoutMs >= settings.consumerTimeoutSeconds * 1000,
      'requestTimeoutMs: must be shorter than consumerTimeoutSeconds, or a stalled request costs a whole batch',
    ],
    [
      settings.requestTimeoutMs >= settings.reconcileTimeoutSeconds * 1000,
      'requestTimeoutMs: must be shorter than reconcileTimeoutSeconds, or a stalled request costs a whole pass',
    ],
    [settings.retryBaseMs > settings.retryMaxMs, 'retryBaseMs: must not be longer than retryMaxMs'],
    [
      settings.retryMaxMs > SQS_LONGEST_VISIBILITY_MS,
      'retryMaxMs: must be at most 12 hours, the longest that SQS hides a message',
    ],
    [
      settings.stuckAfterMs <=
        Math.max(settings.retryMaxMs, visibilitySeconds(settings.consumerTimeoutSeconds) * 1000),
      'stuckAfterMs: must be longer than retryMaxMs and six times consumerTimeoutSeconds, or what is only hidden seems lost',
    ],
    [settings.deferAfterMs > settings.parkAfterMs, 'deferAfterMs: must not be longer than parkAfterMs'],
    [
      settings.alarmAgeMinutes * MINUTE_MS <= settings.deferAfterMs,
      'alarmAgeMinutes: must be longer than deferAfterMs, or every change that is retried raises the alarm',
    ],
    [
      settings.deferAfterMs >= settings.changeRetentionDays * DAY_MS,
      'deferAfterMs: must be shorter than changeRetentionDays, or changes expire before they are deferred',
    ],
  ];
  return rules.filter(([broken]) => broken).map(([, problem]) => SETTING_PREFIX + problem);
}

import { isDeepStrictEqual } from 'node:util';
import { parseHost } from '../../../functions/adapters/participants-api/host.ts';
import { EnvironmentError, readEnvironment, VARIABLES } from '../../../functions/core/environment.ts';
import { ConfigurationError, readConfig } from '../../../lib/config.ts';
import { holds, MARK, parsed, type Target, tellsNothing } from '../target.ts';

type Fields = Readonly<Record<string, unknown>>;

/** An object of JSON as it stands; undefined: it is none. */
function fieldsOf(text: string): Fields | undefined {
  const value = parsed(text)?.value;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

/** What the call gives; undefined: it threw an error of the class that it documents, which tells no value. */
function given<T>(
  documented: typeof ConfigurationError | typeof EnvironmentError,
  call: () => T,
): T | undefined {
  try {
    return call();
  } catch (error) {
    if (!(error instanceof documented)) throw error;
    // Names of settings are shown, those that do not exist too, and nothing else is.
    for (const line of error.message.split('\n'))
      tellsNothing(line.replace(/^ {2}.*?: is not a setting.*/, ''));
    return undefined;
  }
}

/** The settings of a deployment, from the CDK's context. */
export const settings: Target = {
  name: 'settings',
  corpus: [
    { 'rollcall:name': 'shop', 'rollcall:extraHosts': ['https://proxy.example'], 'rollcall:policy': 'exact' },
    { 'rollcall:consumerConcurrency': '7', 'rollcall:deletionProtection': 'false', 'other:key': MARK },
    {
      'rollcall:extraHosts': `https://proxy.example/base/,http://127.0.0.1:9`,
      'rollcall:retryMaxMs': 30_000,
    },
  ].map((each) => JSON.stringify(each)),
  probe: (text) => {
    const context = fieldsOf(text);
    const config = context && given(ConfigurationError, () => readConfig(context));
    if (!config) return;
    const { timings, ...plain } = config;
    const all = Object.entries({ ...plain, ...timings });
    const again = readConfig(Object.fromEntries(all.map(([name, value]) => [`rollcall:${name}`, value])));
    holds(isDeepStrictEqual(again, config), 'a configuration that is written again reads as another');
    for (const host of config.extraHosts) parseHost(host);
  },
};

const NAMES = Object.keys(VARIABLES) as (keyof typeof VARIABLES)[];

/** The variables of a function. */
export const environment: Target = {
  name: 'environment',
  corpus: [
    {
      ROSTER_TABLE: 'Roster',
      CHANGE_QUEUE_URL: 'https://sqs.example/1/changes.fifo',
      DEAD_LETTER_QUEUE_URL: 'https://sqs.example/1/dead.fifo',
      RECONCILE_QUEUE_URL: 'https://sqs.example/1/reconcile',
      APP_SECRET_PREFIX: 'rollcall/apps',
      LOG_KEY_SECRET: 'rollcall/log-key',
      EXTRA_HOSTS: `["https://proxy.example"]`,
      TIMINGS: '{"cacheMs":1000}',
      POLICY: 'managed',
      BUDGET_SHARE: '0.2',
    },
  ].map((each) => JSON.stringify(each)),
  probe: (text) => {
    const fields = fieldsOf(text);
    // A process's environment holds texts only.
    const source =
      fields && Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, textOf(value)]));
    const read = source && given(EnvironmentError, () => readEnvironment(source, NAMES));
    if (!read) return;
    holds(read.BUDGET_SHARE > 0 && read.BUDGET_SHARE <= 1, `a share of ${read.BUDGET_SHARE}`);
    holds(
      Object.values(read.TIMINGS).every((ms) => Number.isSafeInteger(ms) && ms > 0),
      'a duration that is none',
    );
  },
};

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value);
  } catch {
    return '[';
  }
}

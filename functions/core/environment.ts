import * as z from 'zod/mini';
import { DEFAULT_POLICY, POLICIES } from './app.ts';
import { timingsSchema } from './timings.ts';

/** The environment of a function is wrong; names every variable that is, never a value. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

const text = z.string().check(z.minLength(1, 'must not be empty'));

/** A variable that holds JSON, checked against a schema. */
function json<T extends z.core.$ZodType>(schema: T) {
  return z.pipe(
    z.pipe(
      z.string(),
      z.transform((value: string, context): unknown => {
        try {
          return JSON.parse(value);
        } catch {
          context.issues.push({ code: 'custom', message: 'must be JSON', input: undefined });
          return z.NEVER;
        }
      }),
    ),
    schema,
  );
}

/** What each variable is. A function's config.ts picks those it uses; the stack sets exactly these. */
export const VARIABLES = {
  /** Name of the roster table. */
  ROSTER_TABLE: text,
  /** URL of the change queue. */
  CHANGE_QUEUE_URL: text,
  /** URL of the change queue's dead-letter queue. */
  DEAD_LETTER_QUEUE_URL: text,
  /** URL of the queue of conversations to reconcile. */
  RECONCILE_QUEUE_URL: text,
  /** Secrets of apps are named `<prefix>/<appId>`. */
  APP_SECRET_PREFIX: text,
  /** The webhook secrets of apps are named `<prefix>/<appId>`. */
  WEBHOOK_SECRET_PREFIX: text,
  /** Name of the secret that holds what producers sign with. */
  PRODUCERS_SECRET: text,
  /** Name of the secret that keys the hashes of people's ids in logs. */
  LOG_KEY_SECRET: text,
  /** The function that shows the widget, which the buttons of the acting one lead back to. */
  SHOW_FUNCTION_ARN: text,
  /** The function that acts for the widget; empty: there is none. */
  ACT_FUNCTION_ARN: z._default(z.string(), ''),
  /** Where docs/runbook.md can be read. */
  RUNBOOK_URL: text,
  /** JSON array of hosts that credentials may be sent to besides the vendor's own. */
  EXTRA_HOSTS: z._default(json(z.array(text)), []),
  /** The policy of apps and conversations that have none of their own. */
  POLICY: z._default(z.enum(POLICIES, `must be one of ${POLICIES.join(', ')}`), DEFAULT_POLICY),
  /** JSON object: durations that differ from the defaults. */
  TIMINGS: z._default(json(timingsSchema), timingsSchema.parse({})),
  /** This instance's part of an app's request budget, above 0, at most 1. */
  BUDGET_SHARE: z.pipe(
    z.pipe(
      z.string(),
      z.transform((value: string) => Number(value)),
    ),
    z.number().check(z.positive(), z.maximum(1)),
  ),
} as const;

type VariableName = keyof typeof VARIABLES;
export type Environment<Names extends VariableName> = {
  readonly [Name in Names]: z.infer<(typeof VARIABLES)[Name]>;
};

/** Reads the named variables once, and reports every problem together. */
export function readEnvironment<Names extends VariableName>(
  source: Readonly<Record<string, string | undefined>>,
  names: readonly Names[],
): Environment<Names> {
  const problems: string[] = [];
  const values = names.map((name) => {
    const read = VARIABLES[name].safeParse(source[name]);
    if (!read.success)
      problems.push(
        `${name}: ${source[name] === undefined ? 'is not set' : (read.error.issues[0]?.message ?? 'is not valid')}`,
      );
    return [name, read.data];
  });
  if (problems.length > 0) throw new EnvironmentError(`environment is not valid\n  ${problems.join('\n  ')}`);
  return Object.fromEntries(values) as Environment<Names>;
}

import { type Environment, readEnvironment } from '../core/environment.ts';

/** The environment that apply-changes needs; the stack gives it exactly these variables. */
export const APPLY_CHANGES_VARIABLES = [
  'ROSTER_TABLE',
  'CHANGE_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'APP_SECRET_PREFIX',
  'LOG_KEY_SECRET',
  'EXTRA_HOSTS',
  'POLICY',
  'TIMINGS',
  'BUDGET_SHARE',
] as const;

export type ApplyChangesConfig = Environment<(typeof APPLY_CHANGES_VARIABLES)[number]>;

export function readApplyChangesConfig(source: NodeJS.ProcessEnv): ApplyChangesConfig {
  return readEnvironment(source, APPLY_CHANGES_VARIABLES);
}

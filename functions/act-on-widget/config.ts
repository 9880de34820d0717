import { type Environment, readEnvironment } from '../core/environment.ts';

/** The environment that act-on-widget needs; the stack gives it exactly these variables. */
export const ACT_ON_WIDGET_VARIABLES = [
  'ROSTER_TABLE',
  'CHANGE_QUEUE_URL',
  'LOG_KEY_SECRET',
  'SHOW_FUNCTION_ARN',
  'RUNBOOK_URL',
] as const;

export type ActOnWidgetConfig = Environment<(typeof ACT_ON_WIDGET_VARIABLES)[number]>;

export function readActOnWidgetConfig(source: NodeJS.ProcessEnv): ActOnWidgetConfig {
  return readEnvironment(source, ACT_ON_WIDGET_VARIABLES);
}

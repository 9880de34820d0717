import { type Environment, readEnvironment } from '../core/environment.ts';

/** The environment that show-widget needs; the stack gives it exactly these variables. */
export const SHOW_WIDGET_VARIABLES = [
  'ROSTER_TABLE',
  'LOG_KEY_SECRET',
  'ACT_FUNCTION_ARN',
  'RUNBOOK_URL',
] as const;

export type ShowWidgetConfig = Environment<(typeof SHOW_WIDGET_VARIABLES)[number]>;

export function readShowWidgetConfig(source: NodeJS.ProcessEnv): ShowWidgetConfig {
  return readEnvironment(source, SHOW_WIDGET_VARIABLES);
}

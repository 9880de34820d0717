import { type Environment, readEnvironment } from '../core/environment.ts';

/** The environment that reconcile-conversation needs; the stack gives it exactly these variables. */
export const RECONCILE_CONVERSATION_VARIABLES = [
  'ROSTER_TABLE',
  'CHANGE_QUEUE_URL',
  'APP_SECRET_PREFIX',
  'LOG_KEY_SECRET',
  'EXTRA_HOSTS',
  'POLICY',
  'TIMINGS',
  'BUDGET_SHARE',
] as const;

export type ReconcileConversationConfig = Environment<(typeof RECONCILE_CONVERSATION_VARIABLES)[number]>;

export function readReconcileConversationConfig(source: NodeJS.ProcessEnv): ReconcileConversationConfig {
  return readEnvironment(source, RECONCILE_CONVERSATION_VARIABLES);
}

import { type Environment, readEnvironment } from '../core/environment.ts';

/** The environment that receive-webhook needs; the stack gives it exactly these variables. */
export const RECEIVE_WEBHOOK_VARIABLES = [
  'CHANGE_QUEUE_URL',
  'RECONCILE_QUEUE_URL',
  'WEBHOOK_SECRET_PREFIX',
  'PRODUCERS_SECRET',
  'TIMINGS',
] as const;

export type ReceiveWebhookConfig = Environment<(typeof RECEIVE_WEBHOOK_VARIABLES)[number]>;

export function readReceiveWebhookConfig(source: NodeJS.ProcessEnv): ReceiveWebhookConfig {
  return readEnvironment(source, RECEIVE_WEBHOOK_VARIABLES);
}

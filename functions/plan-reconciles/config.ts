import { type Environment, readEnvironment } from '../core/environment.ts';

/** The environment that plan-reconciles needs; the stack gives it exactly these variables. */
export const PLAN_RECONCILES_VARIABLES = [
  'ROSTER_TABLE',
  'RECONCILE_QUEUE_URL',
  'DEAD_LETTER_QUEUE_URL',
  'TIMINGS',
] as const;

export type PlanReconcilesConfig = Environment<(typeof PLAN_RECONCILES_VARIABLES)[number]>;

export function readPlanReconcilesConfig(source: NodeJS.ProcessEnv): PlanReconcilesConfig {
  return readEnvironment(source, PLAN_RECONCILES_VARIABLES);
}

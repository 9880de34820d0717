import type { Actor, AuditEntry, AuditedAction, AuditTarget } from '../core/audit.ts';
import type { AuditLog, Clock } from './ports.ts';

export interface AuditedPorts {
  readonly audit: AuditLog;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly newId: () => string;
  /** Told where the outcome could not be written down: the action stands all the same. */
  readonly onUnrecorded: (error: unknown) => void;
}

export interface AuditedAct extends Actor {
  readonly action: AuditedAction;
  readonly target: AuditTarget;
}

/**
 * Does what an operator wants, with a record of it. The record comes first, so that nothing is done without one: an act
 * whose record cannot be written is not done. Whoever dies in between leaves a record without an outcome.
 */
export async function audited<Result>(
  act: AuditedAct,
  { audit, clock, newId, onUnrecorded }: AuditedPorts,
  perform: () => Promise<Result>,
  noteOf: (result: Result) => string = () => '',
): Promise<Result> {
  const entry: AuditEntry = { ...act, id: newId(), atMs: clock.nowMs() };
  await audit.begin(entry);
  const end = (outcome: 'done' | 'failed', note: string) =>
    audit.end(entry, { outcome, atMs: clock.nowMs(), note }).catch(onUnrecorded);
  try {
    const result = await perform();
    await end('done', noteOf(result));
    return result;
  } catch (error) {
    // Its message may name a person.
    await end('failed', error instanceof Error ? error.name : 'Error');
    throw error;
  }
}

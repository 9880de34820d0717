import { type OutcomeEvent, parkedEvent } from '../core/outcome-event.ts';
import { REPEATS_DROPPED_MS } from '../core/parked.ts';
import type { ParkedItem } from '../core/roster.ts';
import type { Clock, OutcomeEvents, Telemetry } from './ports.ts';

export interface TellPorts {
  readonly events: OutcomeEvents;
  readonly telemetry: Telemetry;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/**
 * Tells producers that a change is parked. Where that fails the message comes again, and with it this; but not for ever:
 * an event bus that is out must not hold up a member, and what is parked is on the dead-letter queue already.
 */
export async function tellParked(item: ParkedItem, ports: TellPorts): Promise<void> {
  try {
    await ports.events.publish(parkedEvent(item));
  } catch (error) {
    if (ports.clock.nowMs() - item.parkedAtMs < REPEATS_DROPPED_MS) throw error;
    ports.telemetry.emit({ name: 'fault', where: 'outcome-events', error });
  }
}

/** Tells producers what nothing depends on. */
export async function tellIfPossible(
  event: OutcomeEvent,
  { events, telemetry }: Omit<TellPorts, 'clock'>,
): Promise<void> {
  try {
    await events.publish(event);
  } catch (error) {
    telemetry.emit({ name: 'fault', where: 'outcome-events', error });
  }
}

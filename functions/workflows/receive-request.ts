import {
  DOOR_BODY_MAX_BYTES,
  type DoorAnswer,
  type DoorRequest,
  type RefusalReason,
  refusalOf,
} from '../core/door.ts';
import type { Telemetry } from './ports.ts';

/** One of the ways in. Answers at the latest soon after the signal. */
interface Door {
  receive(request: DoorRequest, signal: AbortSignal): Promise<DoorAnswer>;
}

export interface Doors {
  readonly webhook: Door;
  readonly changes: Door;
}

/** Answers a request, whatever it is: with 503 where something breaks that nobody foresaw, so that it comes again. */
export async function receiveRequest(
  request: DoorRequest,
  doors: Doors,
  telemetry: Telemetry,
  signal: AbortSignal,
): Promise<DoorAnswer> {
  const refuse = (reason: RefusalReason): DoorAnswer => {
    telemetry.emit({ name: 'request_refused', door: 'any', reason });
    return refusalOf(reason);
  };
  if (request.bodyBytes > DOOR_BODY_MAX_BYTES) return refuse('too_large');
  try {
    switch (request.route) {
      case 'POST /sunshine/{appId}':
        return await doors.webhook.receive(request, signal);
      case 'POST /changes':
        return await doors.changes.receive(request, signal);
      default:
        return refuse('unknown_path');
    }
  } catch (error) {
    telemetry.emit({ name: 'fault', where: 'receive-webhook', error });
    return refuse('fault');
  }
}

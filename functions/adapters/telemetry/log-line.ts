import { REFUSALS } from '../../core/door.ts';
import type { Difference } from '../../core/drift.ts';
import type { RollcallEvent } from '../../core/events.ts';
import type { MemberKey } from '../../core/member-key.ts';
import { faultFields } from './fault-fields.ts';

export type Level = 'INFO' | 'WARN' | 'ERROR';
export type HashMember = (key: MemberKey) => string;

/** A line must stay below CloudWatch's 256 KiB; the counts beside it tell how many there are. */
const DIFFERENCES_MAX = 200;

/** What the log says of an event, besides its name. People are hashed; of their conversation and app the ids stand as they are. */
export function fieldsOf(event: RollcallEvent, hash: HashMember): Record<string, unknown> {
  switch (event.name) {
    case 'change':
    case 'correction': {
      // Undefined fields are not written; to leave them out of a copy takes longer.
      const { member } = event;
      return {
        ...event,
        name: undefined,
        appId: member?.appId,
        conversationId: member?.conversationId,
        member: member && hash(member),
      };
    }
    case 'pass': {
      const { name: _, conversation, differences, ...fields } = event;
      const shown = differences.slice(0, DIFFERENCES_MAX).map((difference) => drift(difference, hash));
      return { ...fields, ...conversation, differences: shown };
    }
    case 'request_refused':
      return { ...event, name: undefined, status: REFUSALS[event.reason].status };
    case 'fault':
      return { where: event.where, ...faultFields(event.error) };
    case 'vendor_call':
    case 'reconciles_planned':
    case 'plans_held':
    case 'run_stopped':
    case 'vendor_event':
    case 'credential_problem':
    case 'breaker_opened':
    case 'crash_suspect':
    case 'foreign_group':
    case 'webhook':
    case 'changes_received':
    case 'producers_problem':
      return { ...event, name: undefined };
    default:
      return event satisfies never;
  }
}

export function levelOf(event: RollcallEvent): Level {
  switch (event.name) {
    case 'fault':
      return 'ERROR';
    case 'credential_problem':
    case 'producers_problem':
    case 'breaker_opened':
    case 'crash_suspect':
    case 'run_stopped':
      return 'WARN';
    case 'request_refused':
      return REFUSALS[event.reason].status === 503 ? 'WARN' : 'INFO';
    case 'change':
      return event.outcome === 'parked' ? 'WARN' : 'INFO';
    default:
      return 'INFO';
  }
}

function drift(
  { member, action, cause, correction, withheld, timesCorrected }: Difference,
  hash: HashMember,
) {
  return { member: hash(member), action, cause, correction, withheld, timesCorrected };
}

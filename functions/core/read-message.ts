import type { AppRow } from './app.ts';
import { type Change, isInvalid, readChange } from './change.ts';
import { type Correction, readCorrection, saysCorrection } from './correction.ts';
import type { ReceivedChange } from './fold.ts';
import type { MemberKey } from './member-key.ts';
import { firstArrival, type QueueMessage } from './message.ts';
import { isForbidden } from './protection.ts';
import type { ParkReason } from './reasons.ts';
import { CHANGE_MAX_AGE_MS, FUTURE_LIMIT_MS } from './timings.ts';
import { versionOf } from './version.ts';

/** A message that must not become a wish. */
export interface Refused {
  readonly kind: 'refused';
  readonly message: QueueMessage;
  readonly reason: ParkReason;
  readonly detail: string;
  readonly member?: MemberKey;
  readonly changeId?: string;
}

export type MessageRead =
  | ({ readonly kind: 'change' } & ReceivedChange)
  | { readonly kind: 'correction'; readonly message: QueueMessage; readonly correction: Correction }
  | Refused;

/** What a message of the change queue is. Whether its app is declared is for `refusalByApp` to say. */
export function readMessage(message: QueueMessage, nowMs: number): MessageRead {
  const refuse = (field: string, problem: string): Refused => ({
    kind: 'refused',
    message,
    reason: 'invalid',
    detail: `${field}: ${problem}`,
  });
  let value: unknown;
  try {
    value = JSON.parse(message.body);
  } catch {
    return refuse('body', 'is not JSON');
  }
  if (saysCorrection(value)) {
    const correction = readCorrection(value);
    if (isInvalid(correction)) return refuse(correction.field, correction.problem);
    return { kind: 'correction', message, correction };
  }
  const change = readChange(value);
  if (isInvalid(change)) return refuse(change.field, change.problem);
  if (change.occurredAtMs > nowMs + FUTURE_LIMIT_MS) {
    return { ...refuse('occurredAt', 'is more than five minutes in the future'), ...namesOf(change) };
  }
  if (nowMs - change.occurredAtMs > CHANGE_MAX_AGE_MS) {
    return { ...refuse('occurredAt', 'is more than 30 days ago'), ...namesOf(change), reason: 'too_old' };
  }
  return { kind: 'change', change, message, version: versionOf(change.occurredAtMs, firstArrival(message)) };
}

/** Why the app's declaration refuses this change; undefined: it does not. */
export function refusalByApp(
  { change, message }: ReceivedChange,
  app: AppRow | undefined,
): Refused | undefined {
  const refuse = (reason: ParkReason, detail: string): Refused => ({
    kind: 'refused',
    message,
    reason,
    detail,
    ...namesOf(change),
  });
  if (!app) return refuse('unknown_app', 'appId: is not declared; see rollcall app set');
  if (change.member.idKind !== app.idKind) {
    return refuse('id_kind', `${change.member.idKind}: this app's members are named by ${app.idKind}`);
  }
  if (isForbidden(change.action, change.member.memberId, app)) {
    return refuse('protected', 'action: this member is protected from leaving');
  }
  return undefined;
}

function namesOf(change: Change) {
  return { member: change.member, changeId: change.id };
}

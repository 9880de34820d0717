import type { Action } from '../../functions/core/change.ts';
import { type MemberKey, memberText } from '../../functions/core/member-key.ts';
import { versionOf } from '../../functions/core/version.ts';
import type { AppSpec, ChangeSpec } from './scenario.ts';
import type { VendorUsers } from './vendor-users.ts';

/** A change that the queue accepted, with every message that ever carried it: the first, and its redrives. */
export interface Accepted {
  readonly spec: ChangeSpec;
  readonly member: MemberKey;
  readonly sentAtMs: number;
  readonly sequenceNumber: string;
  readonly messageIds: string[];
}

/** Every change that producers got accepted, and which of a member's is the newest. */
export class AcceptedChanges {
  readonly all: Accepted[] = [];
  readonly #users: VendorUsers;
  readonly #byMessage = new Map<string, Accepted>();
  readonly #byVersion = new Map<string, Accepted>();

  constructor(users: VendorUsers) {
    this.#users = users;
  }

  add(
    spec: ChangeSpec,
    app: AppSpec,
    messageId: string,
    sentAtMs: number,
    sequenceNumber: string,
    startMs: number,
  ): Accepted {
    const { appId, conversationId, memberId } = spec;
    const member: MemberKey = { appId, conversationId, memberId, idKind: app.idKind };
    const accepted: Accepted = { spec, member, sentAtMs, sequenceNumber, messageIds: [messageId] };
    this.all.push(accepted);
    this.#byMessage.set(messageId, accepted);
    const version = versionOf(startMs + spec.occurredAtMs, { sentAtMs, sequenceNumber });
    this.#byVersion.set(version, accepted);
    return accepted;
  }

  /** An operator sent a parked message again, as another message. */
  redriven(parkedMessageId: string, messageId: string): void {
    const accepted = this.#byMessage.get(parkedMessageId);
    if (!accepted) return;
    accepted.messageIds.push(messageId);
    this.#byMessage.set(messageId, accepted);
  }

  ofMessage(messageId: string): Accepted | undefined {
    return this.#byMessage.get(messageId);
  }

  ofRow(row: { key: MemberKey; version: string }): Accepted | undefined {
    const accepted = this.#byVersion.get(row.version);
    return accepted && this.#users.isSame(accepted.member, row.key) ? accepted : undefined;
  }

  /** Whether some change was accepted that wishes so for this member. */
  hasWished(member: MemberKey, action: Action): boolean {
    return this.all.some(
      ({ spec, member: of }) => !spec.flaw && spec.action === action && this.#users.isSame(of, member),
    );
  }

  /** The newest valid change of each member, merged ones taken for one. */
  newest(): Accepted[] {
    const newest = new Map<string, Accepted>();
    for (const accepted of this.all) {
      if (accepted.spec.flaw) continue;
      const text = memberText(this.#users.survivorOf(accepted.member));
      const known = newest.get(text);
      if (!known || isNewer(accepted, known)) newest.set(text, accepted);
    }
    return [...newest.values()];
  }
}

/** The later `occurredAt`; at a tie the later first arrival. */
export function isNewer(one: Accepted, other: Accepted): boolean {
  if (one.spec.occurredAtMs !== other.spec.occurredAtMs)
    return one.spec.occurredAtMs > other.spec.occurredAtMs;
  if (one.sentAtMs !== other.sentAtMs) return one.sentAtMs > other.sentAtMs;
  return BigInt(one.sequenceNumber) > BigInt(other.sequenceNumber);
}

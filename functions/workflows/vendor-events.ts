import { type AppRow, policyFor } from '../core/app.ts';
import type { Correction } from '../core/correction.ts';
import { sha256Hex } from '../core/member-key.ts';
import { CONVERSATION_GONE, isToBeMoved, type Mergeable, USER_GONE } from '../core/merge.ts';
import { type OutgoingChange, readOutgoing } from '../core/outgoing-change.ts';
import type { VendorEvent } from '../core/reconcile-message.ts';
import { isManaged, type MemberRow } from '../core/roster.ts';
import { type Hint, type IgnoredEvent, memberIdOf, whyIgnored } from '../core/vendor-event.ts';
import { occurredAtOf } from '../core/version.ts';
import { abandonRows } from './abandon-rows.ts';
import { allMemberRows } from './member-rows.ts';
import type {
  ChangeSender,
  Clock,
  ConversationRows,
  CorrectionSender,
  ProtectedMembers,
  Roster,
  Telemetry,
  Users,
} from './ports.ts';
import { protectSurvivor } from './protect-survivor.ts';
import { recordMerge } from './record-merge.ts';
import { rowsOf } from './rows-of-user.ts';
import { sendCorrections } from './send-corrections.ts';
import type { DeploymentSettings } from './settings.ts';

export interface VendorEventPorts {
  readonly roster: Pick<Roster, 'app' | 'conversation' | 'member' | 'patchMember' | 'merge' | 'markDue'> &
    Pick<ConversationRows, 'memberRows'> &
    Users;
  readonly apps: ProtectedMembers;
  readonly corrections: CorrectionSender;
  readonly changes: ChangeSender;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/** A message of the reconcile queue that carries an event. */
export interface EventMessage {
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
}

/** `compare`: its conversation must be looked at. `again`: the message must be delivered once more, later. */
export type EventOutcome =
  | { readonly outcome: 'compare' | 'done' | 'again' }
  | { readonly outcome: 'ignored'; readonly reason: IgnoredEvent };

const DONE = { outcome: 'done' } as const;
const ignored = (reason: IgnoredEvent): EventOutcome => ({ outcome: 'ignored', reason });

/** What one batch of the change queue takes. */
const BATCH = 10;

/** Does what the vendor's events ask for. What it sends and writes may be sent and written again: each step bears that. */
export class VendorEvents {
  readonly #ports: VendorEventPorts;
  readonly #settings: Pick<DeploymentSettings, 'policy'>;

  constructor(ports: VendorEventPorts, settings: Pick<DeploymentSettings, 'policy'>) {
    this.#ports = ports;
    this.#settings = settings;
  }

  async handle(event: VendorEvent, message: EventMessage): Promise<EventOutcome> {
    const app = await this.#ports.roster.app(event.appId);
    const ended = app ? await this.#handle(event, app, message) : ignored('unknown_app');
    const { kind, appId, eventId } = event;
    this.#ports.telemetry.emit({ name: 'vendor_event', kind, appId, eventId, ...ended });
    return ended;
  }

  async #handle(event: VendorEvent, app: AppRow, message: EventMessage): Promise<EventOutcome> {
    switch (event.kind) {
      case 'hint':
        return this.#hint(event, app, message);
      case 'conversation_removed':
        return this.#conversationRemoved(event, app, message);
      case 'user_removed':
        return twice(await this.#userRemoved(event, app), message);
      case 'users_merged':
        return twice(await this.#usersMerged(event, app, message), message);
      default:
        return event satisfies never;
    }
  }

  async #hint(hint: Hint, app: AppRow, { sentAtMs }: EventMessage): Promise<EventOutcome> {
    const { roster } = this.#ports;
    const { appId, conversationId } = hint;
    const memberId = memberIdOf(hint.user, app.idKind);
    if (memberId === undefined) return ignored('no_id');
    if (!app.reconcile) return ignored('switched_off');
    const key = { appId, conversationId };
    const conversation = await roster.conversation(key);
    if (!conversation) return ignored('unknown_conversation');
    const row = await roster.member({ ...key, idKind: app.idKind, memberId });
    const policy = policyFor(conversation, app, this.#settings.policy);
    const why = whyIgnored({ hint, sentAtMs, policy, conversation, row });
    return why === undefined ? { outcome: 'compare' } : ignored(why);
  }

  /** Ends management of what was wished before. A wish that is newer tries once, and is parked by its own call. */
  async #conversationRemoved(
    { appId, conversationId, occurredAtMs }: Extract<VendorEvent, { kind: 'conversation_removed' }>,
    app: AppRow,
    message: EventMessage,
  ): Promise<EventOutcome> {
    const { roster } = this.#ports;
    const key = { appId, conversationId };
    if (!(await roster.conversation(key))) return ignored('unknown_conversation');
    const rows = await allMemberRows(key, roster);
    const older = rows.filter(({ version }) => occurredAtOf(version) <= occurredAtMs);
    await abandonRows(older, CONVERSATION_GONE, roster);
    await this.#bringBack(
      older.filter(({ state }) => state === 'deferred'),
      app,
      message,
    );
    return DONE;
  }

  /**
   * A leave at the event's time wherever the user is wished in: changes like any producer's. The switch stops these, and
   * nobody tells of a removal twice: then what was wished is at least nobody's wish any more, which needs no call.
   */
  async #userRemoved(
    { appId, user, occurredAtMs, eventId }: Extract<VendorEvent, { kind: 'user_removed' }>,
    app: AppRow,
  ): Promise<EventOutcome> {
    const { roster, clock } = this.#ports;
    const id = memberIdOf(user, app.idKind);
    if (id === undefined) return ignored('no_id');
    const atMs = Math.min(occurredAtMs, clock.nowMs());
    for await (const rows of rowsOf({ appId, kind: 'user', id }, app.idKind, roster)) {
      const older = rows.filter(
        (row) => isManaged(row) && row.action === 'join' && occurredAtOf(row.version) < atMs,
      );
      if (!app.reconcile) {
        await abandonRows(older, USER_GONE, roster);
        continue;
      }
      const leaves = older.map((row) => readOutgoing(leaveBody(row, atMs, eventId), clock.nowMs()));
      const changes = leaves.filter((leave) => 'change' in leave);
      if (changes.length < leaves.length) return ignored('too_old');
      await this.#sendChanges(changes);
    }
    return DONE;
  }

  /** First what became of whom, then every wish that this concerns. Its progress are the rows themselves. */
  async #usersMerged(
    event: Extract<VendorEvent, { kind: 'users_merged' }>,
    app: AppRow,
    message: EventMessage,
  ): Promise<EventOutcome> {
    const { apps, roster } = this.#ports;
    const merges = mergesOf(event, app);
    let confirmed = 0;
    for (const { of, survivor } of merges) {
      if ((await recordMerge(of, survivor, event.eventId, roster)) === 'ignored') continue;
      confirmed += 1;
      await protectSurvivor(of, app, apps, roster);
      for await (const rows of rowsOf(of, app.idKind, roster)) {
        const marked = await Promise.all(rows.map((row) => this.#markMerged(row)));
        await this.#bringBack(marked.filter((row) => row !== undefined).filter(isToBeMoved), app, message);
      }
    }
    if (confirmed > 0) return DONE;
    return ignored(merges.length === 0 ? 'no_id' : 'circle');
  }

  /**
   * From here on whoever works on the row knows that its wish belongs to another. Undefined: the row has just moved on,
   * and whoever brings the new wish to the vendor meets a user, or a conversation, that it does not know.
   */
  async #markMerged(row: MemberRow): Promise<MemberRow | undefined> {
    const { roster, clock } = this.#ports;
    if (row.state === 'merged' || row.mergedAtMs !== undefined) return row;
    const mergedAtMs = clock.nowMs();
    const marked = await roster.patchMember(row.key, row.version, { mergedAtMs });
    return marked ? { ...row, mergedAtMs } : undefined;
  }

  /** Asks the consumer for what waits in these rows. The switch stops that; then a later pass asks. */
  async #bringBack(rows: readonly MemberRow[], app: AppRow, { messageId }: EventMessage): Promise<void> {
    if (!app.reconcile) return;
    const corrections = rows.map(
      ({ key, version }): Correction => ({
        member: key,
        plannedAgainst: version,
        cause: 'deferred',
        passId: messageId,
      }),
    );
    await sendCorrections(corrections, this.#ports.corrections);
  }

  async #sendChanges(changes: readonly OutgoingChange[]): Promise<void> {
    for (let from = 0; from < changes.length; from += BATCH) {
      const answers = await this.#ports.changes.sendChanges(changes.slice(from, from + BATCH));
      const refused = answers.filter(({ sent }) => !sent).length;
      if (refused > 0) throw new Error(`${refused} changes were not taken by the change queue`);
    }
  }
}

/** A user's rows are found by an index that lags behind: what it did not show at first, it shows at the next delivery. */
function twice(ended: EventOutcome, { receiveCount }: EventMessage): EventOutcome {
  return ended.outcome === 'done' && receiveCount === 1 ? { outcome: 'again' } : ended;
}

interface Merge {
  readonly of: Mergeable;
  readonly survivor: string;
}

function mergesOf(event: Extract<VendorEvent, { kind: 'users_merged' }>, { idKind }: AppRow): Merge[] {
  const { appId, mergedConversations } = event;
  const discarded = memberIdOf(event.discarded, idKind);
  const survivor = memberIdOf(event.surviving, idKind);
  const users: Merge[] =
    discarded === undefined || survivor === undefined
      ? []
      : [{ of: { appId, kind: 'user', id: discarded }, survivor }];
  if (!mergedConversations) return users;
  const of = { appId, kind: 'conversation', id: mergedConversations.discarded } as const;
  return [...users, { of, survivor: mergedConversations.surviving }];
}

/** The same event gives the same ids, so that a repeat is dropped. */
function leaveBody({ key }: MemberRow, atMs: number, eventId: string): string {
  const { appId, conversationId, idKind, memberId } = key;
  return JSON.stringify({
    version: 1,
    id: `user-removed-${sha256Hex(eventId).slice(0, 32)}`,
    action: 'leave',
    appId,
    conversationId,
    [idKind]: memberId,
    occurredAt: new Date(atMs).toISOString(),
    source: 'vendor user:remove',
  });
}

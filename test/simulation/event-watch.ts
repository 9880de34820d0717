import { isInvalid } from '../../functions/core/change.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { conversationText, memberText } from '../../functions/core/member-key.ts';
import { readReconcileMessage } from '../../functions/core/reconcile-message.ts';
import { isManaged, type MemberRow } from '../../functions/core/roster.ts';
import type { Hint } from '../../functions/core/vendor-event.ts';
import { occurredAtOf } from '../../functions/core/version.ts';
import type { AcceptedChanges } from './accepted-changes.ts';
import type { FunctionProcess } from './function-process.ts';
import { policyOf } from './scenario-facts.ts';
import type { StandardMessage } from './standard-queue.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

type EventTold = Extract<RollcallEvent, { name: 'vendor_event' }>;

/** Watches what becomes of the vendor's events: what they tell is acted on, and our own calls do not echo. */
export class EventWatch {
  readonly #world: World;
  readonly #accepted: AcceptedChanges;
  readonly #violations: Violations;
  /** Since when a member's wish stands as it does, applied and confirmed. */
  readonly #settledAtMs = new Map<string, number>();

  constructor(world: World, accepted: AcceptedChanges, violations: Violations) {
    this.#world = world;
    this.#accepted = accepted;
    this.#violations = violations;
  }

  memberWritten(before: MemberRow | undefined, after: MemberRow): void {
    const text = memberText(after.key);
    const isSettled = after.state === 'applied' && after.confirmed?.version === after.version;
    if (!isSettled) this.#settledAtMs.delete(text);
    else if (before?.state !== 'applied' || before.version !== after.version || !this.#settledAtMs.has(text))
      this.#settledAtMs.set(text, this.#world.scheduler.nowMs);
    if (before?.state === 'applied' && after.state === 'merged') this.#judgeMoved(after);
    if (before?.state === 'applied' && after.state === 'unmanaged') this.#judgeEnded(after);
  }

  /** The worker is done with a message: what it told of drift has been looked at since. */
  acknowledged({ body, sentAtMs }: StandardMessage): void {
    const event = readReconcileMessage(JSON.parse(body));
    if (isInvalid(event) || event.kind !== 'hint') return;
    this.#world.coverage.count('webhooks', 'hints done with');
    if (!this.#tellsDrift(event) && !this.#tellsStranger(event)) return;
    if (this.#isLookedAt(event, sentAtMs)) return;
    this.#violations.add(
      'a hint of drift is followed by a look',
      `${event.action} ${event.user.id} in ${event.conversationId}`,
    );
  }

  /** An event that says what has long been wished and confirmed, as the echo of our own call does, asks for no look. */
  told({ eventId, outcome }: EventTold, { work }: FunctionProcess): void {
    const event = this.#world.webhooks.event(eventId);
    if (outcome !== 'compare' || event?.kind !== 'hint') return;
    const row = this.#rowOf(event);
    const settledAtMs = row && this.#settledAtMs.get(memberText(row.key));
    if (row?.action !== event.action || settledAtMs === undefined) return;
    if (settledAtMs < work.startedAtMs)
      this.#violations.add('our own calls do not echo', `${event.action} ${event.user.id}`);
  }

  #tellsDrift(hint: Hint): boolean {
    if (!this.#world.table.apps.get(hint.appId)?.reconcile) return false;
    const row = this.#rowOf(hint);
    const { action, occurredAtMs } = hint;
    const settledAtMs = row && this.#settledAtMs.get(memberText(row.key));
    if (!row || settledAtMs === undefined || row.action === action) return false;
    return settledAtMs < occurredAtMs && (row.confirmed?.atMs ?? 0) < occurredAtMs;
  }

  /** Somebody has come, and still takes part, where nobody else may. */
  #tellsStranger(hint: Hint): boolean {
    const { table, vendor } = this.#world;
    const app = this.#world.app(hint.appId);
    const memberId = app.idKind === 'userId' ? hint.user.id : hint.user.externalId;
    const compared = table.conversations.get(conversationText(hint))?.lastPass;
    if (memberId === undefined || compared === undefined || compared.startedAtMs > hint.occurredAtMs)
      return false;
    if (!table.apps.get(hint.appId)?.reconcile || policyOf(app, hint) !== 'exact') return false;
    const row = this.#rowOf(hint);
    const { appId, conversationId } = hint;
    const member = { appId, conversationId, idKind: app.idKind, memberId };
    if (!vendor.conversations.exists(hint) || !vendor.conversations.isPresent(member)) return false;
    return hint.action === 'join' && (!row || !isManaged(row));
  }

  #rowOf({ appId, conversationId, user }: Hint): MemberRow | undefined {
    const { idKind } = this.#world.app(appId);
    const memberId = (idKind === 'userId' ? user.id : user.externalId) ?? '';
    return this.#world.table.members.get(memberText({ appId, conversationId, idKind, memberId }));
  }

  /** A listing has begun since the hint was sent, or will soon. */
  #isLookedAt(key: Hint, sentAtMs: number): boolean {
    const { vendor, table, scheduler, scenario } = this.#world;
    const dueAtMs = table.conversations.get(conversationText(key))?.dueAtMs ?? Number.POSITIVE_INFINITY;
    if (dueAtMs <= scheduler.nowMs + scenario.timings.deferredIntervalMs) return true;
    return vendor.requests.some(
      ({ appId, conversationId, operation, atMs, isFirstPage }) =>
        isFirstPage &&
        operation === 'list' &&
        appId === key.appId &&
        conversationId === key.conversationId &&
        atMs >= sentAtMs,
    );
  }

  /** What the end of a user, or of a conversation, is told of ends what was wished before; a listing that does not find it, everything. */
  #judgeEnded({ key, version }: MemberRow): void {
    const { table, vendor } = this.#world;
    const userGoneAtMs = vendor.conversations.users.goneAtMs(key.appId, key.memberId);
    if (userGoneAtMs !== undefined && occurredAtOf(version) < userGoneAtMs) return;
    const goneAtMs = vendor.conversations.users.goneAtMs(key.appId, key.conversationId);
    if (vendor.conversations.exists(key)) this.#violations.add('only what is gone is given up', key.memberId);
    const isListed = table.conversations.get(conversationText(key))?.notFoundPasses !== undefined;
    if (goneAtMs !== undefined && !isListed && occurredAtOf(version) > goneAtMs)
      this.#violations.add('an end takes no newer wish with it', key.memberId);
  }

  /** What has moved stands under its own version, or under a newer one, where it belongs. */
  #judgeMoved({ key, version }: MemberRow): void {
    const { table, vendor } = this.#world;
    const { users } = vendor.conversations;
    const app = this.#world.app(key.appId);
    // Protected is whoever is, or has taken the place of somebody who is.
    if (app.protectedMembers.some((memberId) => users.isSame({ ...key, memberId }, key))) return;
    const isThere = [...table.members.values()].some(
      (row) =>
        row.key !== key &&
        row.version >= version &&
        users.isSame(row.key, key) &&
        memberText(row.key) !== memberText(key),
    );
    const isAccepted = this.#accepted.ofRow({ key, version }) !== undefined;
    if (isAccepted && !isThere) this.#violations.add('a merge loses no wish', key.memberId);
  }
}

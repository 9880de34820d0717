import { memberText } from '../../functions/core/member-key.ts';
import { type Accepted, type AcceptedChanges, isNewer } from './accepted-changes.ts';
import { isRestless } from './scenario-facts.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

/** So soon a change of an app that works is settled, whatever another app's outage does. */
const SETTLED_WITHIN_MS = 60_000;

/** Where one app alone is out: every other app's changes settle as if it were not. */
export class IsolationWatch {
  readonly #world: World;
  readonly #accepted: AcceptedChanges;
  readonly #violations: Violations;

  constructor(world: World, accepted: AcceptedChanges, violations: Violations) {
    this.#world = world;
    this.#accepted = accepted;
    this.#violations = violations;
  }

  accepted(change: Accepted): void {
    const { onlyOut } = this.#world.scenario;
    const { appId, memberId } = change.member;
    if (onlyOut === undefined || appId === onlyOut || this.#world.onCall) return;
    if (isRestless(this.#world.app(appId), memberId)) return;
    this.#world.scheduler.after(SETTLED_WITHIN_MS, () => this.#judge(change));
  }

  #judge(change: Accepted): void {
    this.#world.coverage.count('isolation', 'changes of other apps while one is out');
    if (this.#isSettled(change)) return;
    const [messageId] = change.messageIds;
    this.#violations.add(
      'an outage of one app holds up no other',
      `${messageId} of ${change.member.memberId} is not settled after ${SETTLED_WITHIN_MS} ms`,
    );
  }

  #isSettled(change: Accepted): boolean {
    const { table } = this.#world;
    if (change.messageIds.some((messageId) => table.parked.has(messageId))) return true;
    const row = table.members.get(memberText(change.member));
    const decides = row && this.#accepted.ofRow(row);
    if (!row || !decides) return false;
    if (decides !== change) return isNewer(decides, change);
    return row.state !== 'pending' && row.state !== 'deferred';
  }
}

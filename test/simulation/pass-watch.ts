import type { RollcallEvent } from '../../functions/core/events.ts';
import { type ConversationKey, conversationText, memberText } from '../../functions/core/member-key.ts';
import type { MemberRow } from '../../functions/core/roster.ts';
import type { FunctionProcess } from './function-process.ts';
import { isRestless } from './scenario-facts.ts';
import type { Violations } from './violations.ts';
import type { World } from './world.ts';

type PassEvent = Extract<RollcallEvent, { name: 'pass' }>;

/** Watches what passes report: whether the rows came after the listing, and at last whether it is all true. */
export class PassWatch {
  readonly #world: World;
  readonly #violations: Violations;
  readonly #listedAtMs = new WeakMap<FunctionProcess['work'], Map<string, number>>();
  /** When the version of a row was replaced. */
  readonly #replacedAtMs = new Map<string, number>();
  readonly #firstWrittenAtMs = new Map<string, number>();
  /** The last pass of each conversation whose listing was complete. */
  readonly #last = new Map<string, PassEvent>();

  constructor(world: World, violations: Violations) {
    this.#world = world;
    this.#violations = violations;
  }

  /** An invocation gets a page. */
  listed({ work }: FunctionProcess, key: ConversationKey): void {
    const listed = this.#listedAtMs.get(work) ?? new Map<string, number>();
    this.#listedAtMs.set(work, listed.set(conversationText(key), this.#world.scheduler.nowMs));
  }

  memberWritten(before: MemberRow | undefined, after: MemberRow): void {
    const { nowMs } = this.#world.scheduler;
    const text = memberText(after.key);
    if (before && before.version !== after.version)
      this.#replacedAtMs.set(`${text} ${before.version}`, nowMs);
    if (before) return;
    this.#firstWrittenAtMs.set(text, nowMs);
    // A death between the two would leave the member to nobody.
    if (!this.#world.table.conversations.has(conversationText(after.key)))
      this.#violations.add('a conversation is known before its members', after.key.memberId);
  }

  told(event: PassEvent, { work }: FunctionProcess): void {
    const { coverage } = this.#world;
    coverage.count('listings', event.listing);
    if (event.listing === 'complete') this.#last.set(conversationText(event.conversation), event);
    const text = conversationText(event.conversation);
    const listedAtMs = this.#listedAtMs.get(work)?.get(text) ?? 0;
    for (const { member, plannedAgainst, cause, withheld } of event.differences) {
      coverage.count('differences', withheld ? `${cause}, withheld: ${withheld}` : cause);
      // Only one pass of a conversation in the batch: of several, nobody knows whose page it was.
      if (this.#passes(work, event.conversation) > 1) continue;
      const outdatedAtMs =
        plannedAgainst === undefined
          ? this.#firstWrittenAtMs.get(memberText(member))
          : this.#replacedAtMs.get(`${memberText(member)} ${plannedAgainst}`);
      if (event.listing === 'complete' && outdatedAtMs !== undefined && outdatedAtMs < listedAtMs)
        this.#violations.add('the rows come after the listing', `${cause} ${member.memberId}`);
    }
  }

  /** How the last pass of its conversation explained that a member is not as wished. */
  explanationOf(row: Pick<MemberRow, 'key'>): string | undefined {
    const pass = this.#last.get(conversationText(row.key));
    const text = memberText(row.key);
    return pass?.differences.find(({ member }) => memberText(member) === text)?.withheld;
  }

  /** Once nothing happens any more: what the last passes showed is what is. */
  judge(sinceMs: number): void {
    for (const pass of this.#last.values()) {
      if (pass.startedAtMs < sinceMs) continue;
      const reported = new Set(pass.differences.map(({ member }) => memberText(member)));
      for (const row of this.#world.table.members.values()) {
        if (conversationText(row.key) !== conversationText(pass.conversation)) continue;
        this.#judgeRow(row, reported.has(memberText(row.key)));
      }
    }
  }

  #judgeRow(row: MemberRow, isReported: boolean): void {
    if (row.state !== 'applied' && row.state !== 'parked') return;
    if (isRestless(this.#world.app(row.key.appId), row.key.memberId)) return;
    const isAsWished = this.#world.vendor.conversations.isPresent(row.key) === (row.action === 'join');
    if (isAsWished === isReported)
      this.#violations.add(
        'a pass reports what is',
        `${row.key.memberId} is ${isAsWished ? '' : 'not '}as wished, and ${isReported ? '' : 'not '}reported`,
      );
  }

  #passes({ messages }: FunctionProcess['work'], { conversationId }: ConversationKey): number {
    return messages.filter(({ body }) => body.includes(`"conversationId":"${conversationId}"`)).length;
  }
}

import type { AppRow } from '../../functions/core/app.ts';
import type { ConversationPatch, ConversationRow } from '../../functions/core/conversation.ts';
import {
  type ConversationKey,
  conversationText,
  type MemberKey,
  memberText,
} from '../../functions/core/member-key.ts';
import type { Mergeable, MergeEdge } from '../../functions/core/merge.ts';
import type { Settled } from '../../functions/core/parked.ts';
import {
  type MemberPatch,
  type MemberRow,
  type ParkedItem,
  rowAfterPatch,
  rowAfterWish,
  type SettledWish,
  type Wish,
} from '../../functions/core/roster.ts';
import type { Version } from '../../functions/core/version.ts';
import type { DueConversation, PutWish, ReconcileRun } from '../../functions/workflows/ports.ts';
import { ParkedTable } from '../support/parked-table.ts';
import type { Scheduler } from './scheduler.ts';

export const SHARDS = 2;
const PAGE = 3;

/** What the roster table holds, and its conditional writes: each method is what one request does when it arrives. */
export class RosterTable {
  readonly apps = new Map<string, AppRow>();
  readonly members = new Map<string, MemberRow>();
  readonly conversations = new Map<string, ConversationRow>();
  readonly parkedChanges = new ParkedTable();
  readonly parked: ReadonlyMap<string, ParkedItem> = this.parkedChanges.items;
  readonly merges = new Map<string, MergeEdge>();
  /** When each edge was settled. */
  readonly mergedAtMs = new Map<string, number>();
  readonly runs = new Map<number, ReconcileRun>();
  /** Told of every member row that is written. */
  onMemberWritten: (before: MemberRow | undefined, after: MemberRow) => void = () => {};
  onConversationWritten: (before: ConversationRow | undefined, after: ConversationRow) => void = () => {};
  onParked: (item: ParkedItem) => void = () => {};
  onSettled: (messageId: string, parkedAtMs: number, as: Settled['as']) => void = () => {};
  readonly #scheduler: Scheduler;
  readonly #firstWrittenMs = new Map<string, number>();
  /** Due times as they have been, for an index that lags. */
  readonly #dueHistory = new Map<string, { sinceMs: number; dueAtMs: number }[]>();

  constructor(scheduler: Scheduler) {
    this.#scheduler = scheduler;
  }

  createConversation(key: ConversationKey, dueAtMs: number): void {
    if (!this.conversations.has(conversationText(key))) this.#setDue(key, dueAtMs);
  }

  putWish(key: MemberKey, wish: Wish | SettledWish, nowMs: number): PutWish {
    const before = this.members.get(memberText(key));
    if (before && before.version >= wish.version) return { written: false };
    const row = this.#put(rowAfterWish(key, before, wish, nowMs));
    return before ? { written: true, before, row } : { written: true, row };
  }

  patchMember(
    key: MemberKey,
    version: Version,
    patch: MemberPatch,
    state?: MemberRow['state'],
    messageId?: string,
  ): boolean {
    const row = this.members.get(memberText(key));
    if (row?.version !== version || (state !== undefined && row.state !== state)) return false;
    if (messageId !== undefined && row.message?.messageId !== messageId) return false;
    this.#put(rowAfterPatch(row, patch));
    return true;
  }

  countStart(
    key: MemberKey,
    version: Version,
    alone: boolean,
    state?: MemberRow['state'],
  ): MemberRow | undefined {
    const row = this.members.get(memberText(key));
    if (row?.version !== version || (state !== undefined && row.state !== state)) return undefined;
    return this.#put({ ...row, starts: row.starts + 1, startsAlone: row.startsAlone + (alone ? 1 : 0) });
  }

  markDue(key: ConversationKey, dueAtMs: number): void {
    const row = this.conversations.get(conversationText(key));
    if (!row || row.dueAtMs > dueAtMs) this.#setDue(key, dueAtMs);
  }

  due(shard: number, untilMs: number, limit: number, lagMs: number): DueConversation[] {
    const seen = [...this.conversations.values()].flatMap(({ key }) => {
      const dueAtMs = this.#dueAsOf(key, this.#scheduler.nowMs - lagMs);
      return dueAtMs !== undefined && dueAtMs <= untilMs && shardOf(key) === shard ? [{ key, dueAtMs }] : [];
    });
    return seen.toSorted((a, b) => a.dueAtMs - b.dueAtMs).slice(0, limit);
  }

  postpone({ key, dueAtMs }: DueConversation, toMs: number): boolean {
    if (this.conversations.get(conversationText(key))?.dueAtMs !== dueAtMs) return false;
    this.#setDue(key, toMs);
    return true;
  }

  patchConversation(key: ConversationKey, patch: ConversationPatch): void {
    // A row without a due time would never be compared.
    if (!this.conversations.has(conversationText(key))) this.#setDue(key, 0);
    const before = this.conversations.get(conversationText(key));
    const kept = Object.entries({ ...before, ...patch }).filter(([, value]) => value !== null);
    const after = Object.fromEntries(kept) as unknown as ConversationRow;
    this.conversations.set(conversationText(key), after);
    this.onConversationWritten(before, after);
  }

  countRemovals(
    key: ConversationKey,
    removals: ConversationRow['removals'],
    read: ConversationRow['removals'],
  ): boolean {
    const now = this.conversations.get(conversationText(key))?.removals;
    if (now?.length !== read?.length || now?.at(-1)?.atMs !== read?.at(-1)?.atMs) return false;
    this.patchConversation(key, { removals: removals ?? null });
    return true;
  }

  /** What an operator's approval writes: only where exactly these removals are held. */
  approveHeld(key: ConversationKey, hash: string, times: { nowMs: number; untilMs: number }): boolean {
    const held = this.conversations.get(conversationText(key))?.held;
    if (held?.hash !== hash) return false;
    this.patchConversation(key, { held: { ...held, approvedUntilMs: times.untilMs } });
    this.#setDue(key, times.nowMs);
    return true;
  }

  memberRows(key: ConversationKey, after?: string): { rows: MemberRow[]; next?: string } {
    const rows = [...this.members.values()]
      .filter((row) => conversationText(row.key) === conversationText(key))
      .toSorted((a, b) => (a.key.memberId < b.key.memberId ? -1 : 1))
      .filter((row) => after === undefined || row.key.memberId > after);
    const page = rows.slice(0, PAGE);
    const next = rows.length > PAGE ? page.at(-1)?.key.memberId : undefined;
    return next === undefined ? { rows: page } : { rows: page, next };
  }

  putParkedItem(item: ParkedItem): void {
    this.parkedChanges.put(item);
    if (this.parked.get(item.message.messageId)?.parkedAtMs === item.parkedAtMs) this.onParked(item);
  }

  /** The conversations in which the user had a row so long ago. */
  conversationsOf(
    { appId, memberId }: Pick<MemberKey, 'appId' | 'memberId'>,
    after: string | undefined,
    lagMs: number,
  ): { conversations: ConversationKey[]; next?: string } {
    const knownMs = this.#scheduler.nowMs - lagMs;
    const ids = [...this.members.values()]
      .filter(({ key }) => key.appId === appId && key.memberId === memberId)
      .filter(({ key }) => (this.#firstWrittenMs.get(memberText(key)) ?? 0) <= knownMs)
      .map(({ key }) => key.conversationId)
      .toSorted()
      .filter((id) => after === undefined || id > after);
    const [first, ...rest] = ids;
    if (first === undefined) return { conversations: [] };
    const conversations = [{ appId, conversationId: first }];
    return rest.length > 0 ? { conversations, next: first } : { conversations };
  }

  merge(of: Mergeable): MergeEdge | undefined {
    return this.merges.get(mergeText(of));
  }

  claimMerge(of: Mergeable, edge: Omit<MergeEdge, 'state'>): boolean {
    const known = this.merges.get(mergeText(of));
    if (known && (known.state !== 'ignored' || known.eventId === edge.eventId)) return false;
    this.merges.set(mergeText(of), { ...edge, state: 'claimed' });
    return true;
  }

  settleMerge(of: Mergeable, eventId: string, state: 'confirmed' | 'ignored'): boolean {
    const edge = this.merges.get(mergeText(of));
    if (edge?.state !== 'claimed' || edge.eventId !== eventId) return false;
    this.merges.set(mergeText(of), { ...edge, state });
    this.mergedAtMs.set(mergeText(of), this.#scheduler.nowMs);
    return true;
  }

  adoptParked(item: ParkedItem): void {
    if (this.parkedChanges.record(item.message.messageId)) return;
    this.putParkedItem(item);
  }

  settleParked(messageId: string, parkedAtMs: number, settled: Settled): boolean {
    if (!this.parkedChanges.settle(messageId, parkedAtMs, settled)) return false;
    this.onSettled(messageId, parkedAtMs, settled.as);
    return true;
  }

  run(window: number): ReconcileRun {
    return this.runs.get(window) ?? { planned: 0, newlyHeld: 0 };
  }

  addToRun(window: number, planned: number, newlyHeld: number): void {
    const run = this.run(window);
    this.runs.set(window, { planned: run.planned + planned, newlyHeld: run.newlyHeld + newlyHeld });
  }

  /** Whether anything is due by now; what the index shows may differ. */
  isAnythingDue(nowMs: number): boolean {
    return (
      [...this.conversations.values()].some(({ dueAtMs }) => dueAtMs <= nowMs) ||
      this.parkedChanges.copiesDue(nowMs, 1).length > 0
    );
  }

  #put(row: MemberRow): MemberRow {
    const text = memberText(row.key);
    const before = this.members.get(text);
    if (!before) this.#firstWrittenMs.set(text, this.#scheduler.nowMs);
    this.members.set(text, row);
    this.onMemberWritten(before, row);
    return row;
  }

  #setDue(key: ConversationKey, dueAtMs: number): void {
    const text = conversationText(key);
    this.conversations.set(text, { ...(this.conversations.get(text) ?? { key: plain(key) }), dueAtMs });
    const history = this.#dueHistory.get(text) ?? [];
    this.#dueHistory.set(text, [...history.slice(-20), { sinceMs: this.#scheduler.nowMs, dueAtMs }]);
  }

  #dueAsOf(key: ConversationKey, atMs: number): number | undefined {
    return this.#dueHistory.get(conversationText(key))?.findLast(({ sinceMs }) => sinceMs <= atMs)?.dueAtMs;
  }
}

export function mergeText({ appId, kind, id }: Mergeable): string {
  return JSON.stringify([appId, kind, id]);
}

function plain({ appId, conversationId }: ConversationKey): ConversationKey {
  return { appId, conversationId };
}

function shardOf({ conversationId }: ConversationKey): number {
  return conversationId.charCodeAt(conversationId.length - 1) % SHARDS;
}

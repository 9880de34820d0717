import type { AppRow } from '../../functions/core/app.ts';
import type { ConversationPatch, ConversationRow } from '../../functions/core/conversation.ts';
import {
  type ConversationKey,
  conversationText,
  type MemberKey,
  memberText,
} from '../../functions/core/member-key.ts';
import type { Mergeable, MergeEdge } from '../../functions/core/merge.ts';
import {
  type MemberPatch,
  type MemberRow,
  type MemberState,
  type ParkedItem,
  rowAfterPatch,
  rowAfterWish,
  type SettledWish,
  type Wish,
} from '../../functions/core/roster.ts';
import type { Version } from '../../functions/core/version.ts';
import type {
  ConversationRows,
  DueConversation,
  DueConversations,
  HeldConversation,
  HeldConversations,
  PutWish,
  ReconcileRun,
  ReconcileRuns,
  Roster,
  Users,
} from '../../functions/workflows/ports.ts';
import { MemoryParkedChanges } from './memory-parked-changes.ts';

const PAGE = 100;

/** The roster in memory. Every row is copied in and out, and each method is one step, as with a table. */
export class MemoryRoster
  implements Roster, DueConversations, HeldConversations, ConversationRows, ReconcileRuns, Users
{
  readonly shards = 1;
  readonly #apps = new Map<string, AppRow>();
  readonly #members = new Map<string, MemberRow>();
  readonly #conversations = new Map<string, ConversationRow>();
  readonly #runs = new Map<number, ReconcileRun>();
  /** What is parked, as operators see it. */
  readonly parked = new MemoryParkedChanges();
  readonly #merges = new Map<string, MergeEdge>();

  /** Declares an app. */
  seedApp(row: AppRow): void {
    this.#apps.set(row.appId, structuredClone(row));
  }

  /** Puts a member row there as it is. */
  seedMember(row: MemberRow): void {
    this.#put(row);
  }

  /** Every member row, in no order that means anything. */
  allMembers(): MemberRow[] {
    return structuredClone([...this.#members.values()]);
  }

  allParked(): ParkedItem[] {
    return structuredClone([...this.parked.items.values()]);
  }

  async app(appId: string): Promise<AppRow | undefined> {
    return structuredClone(this.#apps.get(appId));
  }

  async createConversation(key: ConversationKey, dueAtMs: number): Promise<void> {
    if (!this.#conversations.has(conversationText(key))) this.#setDue(key, dueAtMs);
  }

  async putWish(key: MemberKey, wish: Wish | SettledWish, nowMs: number): Promise<PutWish> {
    const text = memberText(key);
    const before = structuredClone(this.#members.get(text));
    if (before && before.version >= wish.version) return { written: false };
    const row = this.#put(rowAfterWish(key, before, wish, nowMs), text);
    return before ? { written: true, before, row } : { written: true, row };
  }

  async member(key: MemberKey): Promise<MemberRow | undefined> {
    return this.#member(key);
  }

  async patchMember(
    key: MemberKey,
    version: Version,
    patch: MemberPatch,
    state?: MemberState,
    messageId?: string,
  ): Promise<boolean> {
    const text = memberText(key);
    const row = this.#members.get(text);
    if (row?.version !== version || (state !== undefined && row.state !== state)) return false;
    if (messageId !== undefined && row.message?.messageId !== messageId) return false;
    this.#put(rowAfterPatch(row, wholeSeconds(patch)), text);
    return true;
  }

  async countStart(
    key: MemberKey,
    version: Version,
    alone: boolean,
    state: MemberState,
  ): Promise<MemberRow | undefined> {
    const row = this.#member(key);
    if (row?.version !== version || row.state !== state) return undefined;
    return this.#put({
      ...row,
      starts: row.starts + 1,
      startsAlone: row.startsAlone + (alone ? 1 : 0),
    });
  }

  async markDue(key: ConversationKey, dueAtMs: number): Promise<void> {
    const row = this.#conversation(key);
    if (!row || row.dueAtMs > dueAtMs) this.#setDue(key, dueAtMs);
  }

  async conversation(key: ConversationKey): Promise<ConversationRow | undefined> {
    return this.#conversation(key);
  }

  /** A conversation that has no row yet gets one that is due at once. */
  async patchConversation(key: ConversationKey, patch: ConversationPatch): Promise<void> {
    if (!this.#conversation(key)) this.#setDue(key, 0);
    const row = { ...this.#conversations.get(conversationText(key)), ...structuredClone(patch) };
    const kept = Object.entries(row).filter(([, value]) => value !== null);
    this.#conversations.set(conversationText(key), Object.fromEntries(kept) as unknown as ConversationRow);
  }

  async countRemovals(
    key: ConversationKey,
    removals: ConversationRow['removals'],
    read: ConversationRow['removals'],
  ): Promise<boolean> {
    const now = this.#conversation(key)?.removals;
    if (now?.length !== read?.length || now?.at(-1)?.atMs !== read?.at(-1)?.atMs) return false;
    await this.patchConversation(key, { removals: removals ?? null });
    return true;
  }

  async due(_shard: number, untilMs: number, limit: number): Promise<DueConversation[]> {
    const due = [...this.#conversations.values()].filter(({ dueAtMs }) => dueAtMs <= untilMs);
    const longestDue = due.toSorted((a, b) => a.dueAtMs - b.dueAtMs).slice(0, limit);
    return longestDue.map(({ key, dueAtMs }) => ({ key: { ...key }, dueAtMs }));
  }

  async postpone({ key, dueAtMs }: DueConversation, toMs: number): Promise<boolean> {
    if (this.#conversation(key)?.dueAtMs !== dueAtMs) return false;
    this.#setDue(key, toMs);
    return true;
  }

  async heldConversations(
    limit: number,
    after?: HeldConversation,
  ): Promise<{ held: HeldConversation[]; next?: HeldConversation }> {
    const all = [...this.#conversations.values()]
      .flatMap(({ key, held }) => (held ? [{ key: { ...key }, heldAtMs: held.heldAtMs }] : []))
      .toSorted(
        (a, b) => a.heldAtMs - b.heldAtMs || (conversationText(a.key) < conversationText(b.key) ? -1 : 1),
      );
    const from = after
      ? all.findIndex(({ key }) => conversationText(key) === conversationText(after.key)) + 1
      : 0;
    const held = all.slice(from, from + limit);
    const last = held.at(-1);
    return last && all.length > from + limit ? { held, next: last } : { held };
  }

  async memberRows(key: ConversationKey, after?: string): Promise<{ rows: MemberRow[]; next?: string }> {
    const rows = this.allMembers()
      .filter((row) => conversationText(row.key) === conversationText(key))
      .toSorted((a, b) => (a.key.memberId < b.key.memberId ? -1 : 1))
      .filter((row) => after === undefined || row.key.memberId > after);
    const page = rows.slice(0, PAGE);
    const next = rows.length > PAGE ? page.at(-1)?.key.memberId : undefined;
    return next === undefined ? { rows: page } : { rows: page, next };
  }

  async conversationsOf(
    { appId, memberId }: Pick<MemberKey, 'appId' | 'memberId'>,
    after?: string,
  ): Promise<{ conversations: ConversationKey[]; next?: string }> {
    const ids = [...this.#members.values()]
      .filter(({ key }) => key.appId === appId && key.memberId === memberId)
      .map(({ key }) => key.conversationId)
      .toSorted()
      .filter((id) => after === undefined || id > after);
    const page = ids.slice(0, PAGE);
    const conversations = page.map((conversationId) => ({ appId, conversationId }));
    const next = ids.length > PAGE ? page.at(-1) : undefined;
    return next === undefined ? { conversations } : { conversations, next };
  }

  async merge(of: Mergeable): Promise<MergeEdge | undefined> {
    return structuredClone(this.#merges.get(JSON.stringify([of.appId, of.kind, of.id])));
  }

  async claimMerge(of: Mergeable, { survivor, eventId }: Omit<MergeEdge, 'state'>): Promise<boolean> {
    const known = await this.merge(of);
    if (known && (known.state !== 'ignored' || known.eventId === eventId)) return false;
    this.#merges.set(JSON.stringify([of.appId, of.kind, of.id]), { survivor, eventId, state: 'claimed' });
    return true;
  }

  async settleMerge(of: Mergeable, eventId: string, state: 'confirmed' | 'ignored'): Promise<boolean> {
    const edge = this.#merges.get(JSON.stringify([of.appId, of.kind, of.id]));
    if (edge?.state !== 'claimed' || edge.eventId !== eventId) return false;
    this.#merges.set(JSON.stringify([of.appId, of.kind, of.id]), { ...edge, state });
    return true;
  }

  async parkedItem(messageId: string): Promise<ParkedItem | undefined> {
    return structuredClone(this.parked.items.get(messageId));
  }

  async putParkedItem(item: ParkedItem): Promise<void> {
    this.parked.put(item);
  }

  async run(window: number): Promise<ReconcileRun> {
    return this.#run(window);
  }

  async countPlanned(window: number, conversations: number): Promise<void> {
    const run = this.#run(window);
    this.#runs.set(window, { ...run, planned: run.planned + conversations });
  }

  async countNewlyHeld(window: number): Promise<void> {
    const run = this.#run(window);
    this.#runs.set(window, { ...run, newlyHeld: run.newlyHeld + 1 });
  }

  #run(window: number): ReconcileRun {
    return this.#runs.get(window) ?? { planned: 0, newlyHeld: 0 };
  }

  #member(key: MemberKey): MemberRow | undefined {
    return structuredClone(this.#members.get(memberText(key)));
  }

  #conversation(key: ConversationKey): ConversationRow | undefined {
    return structuredClone(this.#conversations.get(conversationText(key)));
  }

  #put(row: MemberRow, text = memberText(row.key)): MemberRow {
    this.#members.set(text, structuredClone(row));
    return row;
  }

  #setDue({ appId, conversationId }: ConversationKey, dueAtMs: number): void {
    const key = { appId, conversationId };
    this.#conversations.set(conversationText(key), {
      ...this.#conversations.get(conversationText(key)),
      key,
      dueAtMs,
    });
  }
}

/** A table's time to live counts whole seconds: the next one, so that nothing goes too early. */
function wholeSeconds(patch: MemberPatch): MemberPatch {
  const { expiresAtMs } = patch;
  return typeof expiresAtMs === 'number'
    ? { ...patch, expiresAtMs: Math.ceil(expiresAtMs / 1000) * 1000 }
    : patch;
}

import type { CallResult } from '../../functions/core/call-result.ts';
import type { Action } from '../../functions/core/change.ts';
import type { ParticipantsPage } from '../../functions/core/listing.ts';
import {
  type ConversationKey,
  conversationText,
  type MemberKey,
  memberText,
} from '../../functions/core/member-key.ts';
import type { AppSpec, ConversationSpec, Fault } from './scenario.ts';
import { failure, pageOf } from './vendor-answers.ts';
import { VendorUsers } from './vendor-users.ts';
import type { World } from './world.ts';

type Merge = Extract<Fault, { kind: 'users_merged' }>;

interface VendorConversation {
  readonly app: AppSpec;
  readonly spec: ConversationSpec;
  /** Participant ids by member, in the order they joined. */
  readonly present: Map<string, string>;
  /** Who was present before the last change: what a stale page shows. */
  before: ReadonlyMap<string, string>;
  changedAtMs: number;
  /** How many were present, since when. */
  readonly sizes: { readonly sinceMs: number; readonly size: number }[];
}

/** How long a page may show what is no longer so. */
export const STALE_MS = 10_000;

/** Who takes part in which conversation, and what a join or leave of somebody does to it. */
export class VendorConversations {
  readonly users: VendorUsers;
  readonly #conversations = new Map<string, VendorConversation>();
  readonly #world: World;
  readonly #changedAtMs = new Map<string, number>();
  #joined = 0;

  constructor(world: World, apps: readonly AppSpec[]) {
    this.#world = world;
    this.users = new VendorUsers(world.scheduler);
    for (const app of apps) for (const spec of app.conversations) this.#add(app, spec);
  }

  exists({ appId, conversationId }: ConversationKey): boolean {
    const exists = this.#of({ appId, conversationId })?.spec.exists ?? false;
    return exists && !this.users.isGone(appId, conversationId);
  }

  isPresent({ appId, conversationId, memberId }: MemberKey): boolean {
    return this.#of({ appId, conversationId })?.present.has(memberId) ?? false;
  }

  present(key: ConversationKey): string[] {
    return [...(this.#of(key)?.present.keys() ?? [])];
  }

  /** The most that were present at once between two moments. */
  mostPresent(key: ConversationKey, fromMs: number, toMs: number): number {
    const sizes = this.#of(key)?.sizes ?? [];
    return Math.max(
      ...sizes
        .filter(({ sinceMs }, index) => sinceMs <= toMs && (sizes[index + 1]?.sinceMs ?? toMs) >= fromMs)
        .map(({ size }) => size),
    );
  }

  /** Whether the member has taken part, or not, at any moment since. */
  hasBeen(member: MemberKey, action: Action, sinceMs: number): boolean {
    const isSo = this.isPresent(member) === (action === 'join');
    return isSo || (this.#changedAtMs.get(memberText(member)) ?? 0) >= sinceMs;
  }

  page(key: ConversationKey, after: string | undefined): ParticipantsPage {
    return pageOf(this.#of(key)?.present ?? new Map(), after);
  }

  /** A page as it would have been before the last change, if that was only just made. */
  stalePage(key: ConversationKey, after: string | undefined): ParticipantsPage {
    const conversation = this.#of(key);
    if (!conversation) return this.page(key, after);
    const isFresh = this.#world.scheduler.nowMs - conversation.changedAtMs < STALE_MS;
    return pageOf(isFresh ? conversation.before : conversation.present, after);
  }

  /** Carries a join or leave out, where nothing speaks against it. */
  carryOut(member: MemberKey, action: Action): CallResult {
    const conversation = this.#of(member);
    if (!conversation || !this.exists(member)) return failure(action, 404, 'conversation_not_found');
    if (!this.#isUserKnown(conversation.app, member.memberId)) return failure(action, 404, 'user_not_found');
    return action === 'join' ? this.#join(conversation, member) : this.#leave(conversation, member);
  }

  /** Somebody else changes who is present. */
  changeBehindOurBack(key: ConversationKey, memberId: string, action: Action): void {
    const conversation = this.#of(key);
    const isGone = this.users.isGone(key.appId, memberId);
    if (conversation && this.exists(key) && !isGone) this.#change(conversation, memberId, action);
  }

  remove(key: ConversationKey): boolean {
    if (!this.exists(key)) return false;
    this.users.remove(key.appId, key.conversationId);
    this.#world.webhooks.conversationRemoved(key);
    return true;
  }

  removeUser(appId: string, memberId: string): boolean {
    if (this.users.isGone(appId, memberId)) return false;
    for (const conversation of this.#ofApp(appId)) this.#drift(conversation, memberId, 'leave');
    this.users.remove(appId, memberId);
    this.#world.webhooks.userRemoved(appId, memberId);
    return true;
  }

  /** The survivor takes part wherever either did. */
  mergeUsers({ appId, discarded, surviving, mergedConversations }: Merge): boolean {
    if ([discarded, surviving].some((id) => this.users.isGone(appId, id))) return false;
    for (const conversation of this.#ofApp(appId)) {
      if (!conversation.present.has(discarded)) continue;
      this.#drift(conversation, discarded, 'leave');
      this.#drift(conversation, surviving, 'join');
    }
    this.users.merge(appId, discarded, surviving);
    const merged = this.#mergeConversations(appId, mergedConversations) ? mergedConversations : undefined;
    this.#world.webhooks.usersMerged(appId, discarded, surviving, merged);
    return true;
  }

  #mergeConversations(appId: string, merged: Merge['mergedConversations']): boolean {
    if (!merged) return false;
    const [from, to] = [merged.discarded, merged.surviving].map((conversationId) => ({
      appId,
      conversationId,
    }));
    const target = to && this.#of(to);
    if (!from || !to || !target || !this.exists(from) || !this.exists(to)) return false;
    for (const memberId of this.present(from)) this.#drift(target, memberId, 'join');
    this.users.merge(appId, merged.discarded, merged.surviving);
    return true;
  }

  #ofApp(appId: string): VendorConversation[] {
    return [...this.#conversations.values()].filter(
      ({ app, spec }) => app.appId === appId && this.exists({ appId, conversationId: spec.conversationId }),
    );
  }

  #drift(conversation: VendorConversation, memberId: string, action: Action): void {
    const { appId, idKind } = conversation.app;
    const member = { appId, conversationId: conversation.spec.conversationId, idKind, memberId };
    if (this.isPresent(member) === (action === 'join')) return;
    this.#change(conversation, memberId, action);
    this.#world.oracle.removals.drifted(member);
  }

  #add(app: AppSpec, spec: ConversationSpec): void {
    const present = new Map(spec.present.map((memberId) => [memberId, `p-${memberId}`]));
    const sizes = [{ sinceMs: this.#world.scheduler.nowMs, size: present.size }];
    const { appId } = app;
    const { conversationId } = spec;
    const conversation = { app, spec, present, before: new Map(present), changedAtMs: 0, sizes };
    this.#conversations.set(conversationText({ appId, conversationId }), conversation);
  }

  #join(conversation: VendorConversation, { memberId }: MemberKey): CallResult {
    const { app, spec, present } = conversation;
    if (app.rejectedMembers.includes(memberId)) return failure('join', 400, 'bad_request', 'No');
    if (present.has(memberId) && app.joinOfPresent === 400)
      return failure('join', 400, 'bad_request', 'Already there');
    if (!present.has(memberId) && present.size >= (spec.capacity ?? Number.POSITIVE_INFINITY))
      return failure('join', 400, 'bad_request', 'Too many participants');
    this.#change(conversation, memberId, 'join');
    return { kind: 'applied', participantId: present.get(memberId) ?? '' };
  }

  #leave(conversation: VendorConversation, { memberId }: MemberKey): CallResult {
    if (!conversation.present.has(memberId))
      return failure('leave', 404, 'not_found', 'User is not a member of the conversation');
    this.#change(conversation, memberId, 'leave');
    return { kind: 'applied' };
  }

  #change(conversation: VendorConversation, memberId: string, action: Action): void {
    const { present, sizes } = conversation;
    if (present.has(memberId) === (action === 'join')) return;
    const { nowMs } = this.#world.scheduler;
    conversation.before = new Map(present);
    conversation.changedAtMs = nowMs;
    this.#joined += 1;
    if (action === 'join') present.set(memberId, `p-${memberId}-${this.#joined}`);
    else present.delete(memberId);
    sizes.push({ sinceMs: nowMs, size: present.size });
    const { appId } = conversation.app;
    const { conversationId } = conversation.spec;
    const member: MemberKey = { appId, conversationId, memberId, idKind: conversation.app.idKind };
    this.#changedAtMs.set(memberText(member), nowMs);
    this.#world.trace.add(nowMs, 'vendor', `${action} ${memberId} took effect`);
    this.#world.webhooks.moved(member, action);
  }

  #isUserKnown({ appId, unknownUsers }: AppSpec, memberId: string): boolean {
    if (this.users.isGone(appId, memberId)) return false;
    const knownAtMs = unknownUsers[memberId];
    if (knownAtMs === undefined) return true;
    return knownAtMs !== null && this.#world.elapsedMs >= knownAtMs;
  }

  #of({ appId, conversationId }: ConversationKey): VendorConversation | undefined {
    return this.#conversations.get(conversationText({ appId, conversationId }));
  }
}

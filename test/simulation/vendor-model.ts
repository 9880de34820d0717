import { type CallFailure, classifyFailure, type Operation } from '../../functions/core/call-result.ts';
import type { Action } from '../../functions/core/change.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { Participant, ParticipantsPage } from '../../functions/core/listing.ts';
import type { ConversationKey, MemberKey } from '../../functions/core/member-key.ts';
import type { VendorAnswer } from '../../functions/workflows/ports.ts';
import type { Random } from './random.ts';
import type { AppSpec, ConversationSpec, OutageHow, VendorFaultHow } from './scenario.ts';
import type { World } from './world.ts';

export type PageAnswer = VendorAnswer & { readonly page?: ParticipantsPage };

export interface VendorRequestLog {
  readonly atMs: number;
  readonly appId: string;
  readonly operation: Operation;
  readonly memberId: string | undefined;
  readonly conversationId: string;
  readonly changedSomething: boolean;
}

interface VendorConversation {
  readonly spec: ConversationSpec;
  /** Participant ids by member, in the order they joined. */
  readonly present: Map<string, string>;
  /** Who was present before the last change: what a stale page shows. */
  before: ReadonlyMap<string, string>;
  changedAtMs: number;
}

/** How long a page may show what is no longer so. */
const STALE_MS = 10_000;

const PAGE_SIZE = 3;

/** The vendor's participants API, as far as it is documented, and in every way it may misbehave. */
export class VendorModel {
  readonly requests: VendorRequestLog[] = [];
  readonly #world: World;
  readonly #random: Random;
  readonly #apps = new Map<
    string,
    { spec: AppSpec; key: string; conversations: Map<string, VendorConversation> }
  >();
  #joined = 0;

  constructor(world: World, apps: readonly AppSpec[]) {
    this.#world = world;
    this.#random = world.random.fork('vendor');
    for (const spec of apps) {
      const conversations = spec.conversations.map((conversation) => {
        const present = new Map(conversation.present.map((memberId) => [memberId, `p-${memberId}`]));
        return [
          conversation.conversationId,
          { spec: conversation, present, before: new Map(present), changedAtMs: 0 },
        ] as const;
      });
      this.#apps.set(spec.appId, { spec, key: '', conversations: new Map(conversations) });
    }
  }

  /** From now on only this key works. */
  setKey(appId: string, key: string): void {
    const app = this.#apps.get(appId);
    if (app) app.key = key;
  }

  isPresent({ appId, conversationId, memberId }: MemberKey): boolean {
    return this.#conversation({ appId, conversationId })?.present.has(memberId) ?? false;
  }

  present(key: ConversationKey): string[] {
    return [...(this.#conversation(key)?.present.keys() ?? [])];
  }

  /** Somebody else changes who is present. */
  changeBehindOurBack(key: ConversationKey, memberId: string, action: Action): void {
    const conversation = this.#conversation(key);
    if (conversation?.spec.exists) this.#change(conversation, memberId, action);
  }

  /** A join or leave arrives; undefined: nobody ever answers. */
  apply(to: Credential, member: MemberKey, action: Action): VendorAnswer | undefined {
    const refused = this.#refusal(to, member, action, member.memberId);
    if (refused !== 'proceed') return refused === 'silence' ? undefined : { result: refused };
    const fault = this.#world.faults.atVendorCall();
    const effect = () => ({ result: this.#effect(member, action) });
    if (!fault) return effect();
    return this.#misbehave(fault.how, fault.forMs, action, effect);
  }

  list(to: Credential, key: ConversationKey, after: string | undefined): PageAnswer | undefined {
    const refused = this.#refusal(to, key, 'list', undefined);
    if (refused !== 'proceed') return refused === 'silence' ? undefined : { result: refused };
    const conversation = this.#conversation(key);
    this.#log(key, 'list', undefined, false);
    if (!conversation?.spec.exists) return { result: failure('list', 404, 'conversation_not_found') };
    const fault = this.#world.faults.atVendorCall();
    const page = pageOf(conversation.present, after);
    if (!fault) return { result: { kind: 'applied' }, page };
    switch (fault.how) {
      case 'page_repeated':
        return {
          result: { kind: 'applied' },
          page: { ...pageOf(conversation.present, undefined), hasMore: true },
        };
      case 'page_stale':
        return { result: { kind: 'applied' }, page: pageOf(this.#stale(conversation), after) };
      case 'page_torn':
        return {
          result: { kind: 'applied' },
          page: { participants: page.participants.slice(0, 1), hasMore: true },
        };
      default:
        return this.#misbehave<PageAnswer>(fault.how, fault.forMs, 'list', () => ({
          result: { kind: 'applied' },
          page,
        }));
    }
  }

  #stale({ present, before, changedAtMs }: VendorConversation): ReadonlyMap<string, string> {
    return this.#world.scheduler.nowMs - changedAtMs < STALE_MS ? before : present;
  }

  #misbehave<Answer extends VendorAnswer>(
    how: VendorFaultHow,
    forMs: number,
    operation: Operation,
    effect: () => Answer,
  ): Answer | VendorAnswer | undefined {
    switch (how) {
      case 'timeout_applied':
        effect();
        return undefined;
      case 'timeout_lost':
        return undefined;
      case 'timeout_late':
        this.#world.scheduler.after(forMs, effect);
        return undefined;
      case 'error_applied':
        effect();
        return { result: failure(operation, 502) };
      case 'error':
        return { result: failure(operation, 503) };
      case 'reset':
        return { result: classifyFailure(operation, { mayHaveBeenApplied: false }) };
      case 'throttle':
        return { result: failure(operation, 429) };
      case 'throttle_for':
        return {
          result: classifyFailure(operation, { status: 429, retryAfterMs: forMs, mayHaveBeenApplied: false }),
        };
      default:
        return effect();
    }
  }

  /** What stands between a request and its effect: the credential, an outage, a member that always fails. */
  #refusal(
    to: Credential,
    { appId, conversationId }: ConversationKey,
    operation: Operation,
    memberId: string | undefined,
  ): VendorAnswer['result'] | 'proceed' | 'silence' {
    const app = this.#apps.get(appId);
    const key = 'keyId' in to.auth ? to.auth.secret : to.auth.token;
    const log = () => this.#log({ appId, conversationId }, operation, memberId, false);
    if (!app || key !== app.key) {
      log();
      return failure(operation, 401, 'unauthorized');
    }
    const outage = this.#world.faults.outage(appId, this.#world.scheduler.nowMs);
    const answer = outage && this.#outageAnswer(outage, operation);
    if (answer) {
      log();
      return answer;
    }
    if (memberId !== undefined && app.spec.failingMembers.includes(memberId)) {
      log();
      return failure(operation, 500);
    }
    return 'proceed';
  }

  #outageAnswer(how: OutageHow, operation: Operation): VendorAnswer['result'] | 'silence' | undefined {
    switch (how) {
      case 'errors':
        return failure(operation, 503);
      case 'timeouts':
        return 'silence';
      case 'throttling':
        return failure(operation, 429);
      case 'flapping':
        return this.#random.chance(0.5) ? failure(operation, 503) : undefined;
      case 'unauthorized':
        return failure(operation, 401, 'unauthorized');
      case 'forbidden':
        return failure(operation, 403, 'forbidden');
      default:
        return how satisfies never;
    }
  }

  #effect(member: MemberKey, action: Action): VendorAnswer['result'] {
    const wasPresent = this.isPresent(member);
    const result = action === 'join' ? this.#join(member) : this.#leave(member);
    this.#log(member, action, member.memberId, wasPresent !== this.isPresent(member));
    return result;
  }

  #join(member: MemberKey): VendorAnswer['result'] {
    const app = this.#apps.get(member.appId);
    const conversation = this.#conversation(member);
    if (!app || !conversation?.spec.exists) return failure('join', 404, 'conversation_not_found');
    if (!this.#isUserKnown(app.spec, member.memberId)) return failure('join', 404, 'user_not_found');
    if (app.spec.rejectedMembers.includes(member.memberId)) return failure('join', 400, 'bad_request', 'No');
    const { present, spec } = conversation;
    if (present.has(member.memberId) && app.spec.joinOfPresent === 400)
      return failure('join', 400, 'bad_request', 'Already there');
    if (!present.has(member.memberId) && present.size >= (spec.capacity ?? Number.POSITIVE_INFINITY))
      return failure('join', 400, 'bad_request', 'Too many participants');
    this.#change(conversation, member.memberId, 'join');
    return { kind: 'applied', participantId: present.get(member.memberId) ?? '' };
  }

  #leave(member: MemberKey): VendorAnswer['result'] {
    const app = this.#apps.get(member.appId);
    const conversation = this.#conversation(member);
    if (!app || !conversation?.spec.exists) return failure('leave', 404, 'conversation_not_found');
    if (!this.#isUserKnown(app.spec, member.memberId)) return failure('leave', 404, 'user_not_found');
    if (!conversation.present.has(member.memberId))
      return failure('leave', 404, 'not_found', 'User is not a member of the conversation');
    this.#change(conversation, member.memberId, 'leave');
    return { kind: 'applied' };
  }

  #change(conversation: VendorConversation, memberId: string, action: Action): void {
    if (conversation.present.has(memberId) === (action === 'join')) return;
    conversation.before = new Map(conversation.present);
    conversation.changedAtMs = this.#world.scheduler.nowMs;
    this.#joined += 1;
    if (action === 'join') conversation.present.set(memberId, `p-${memberId}-${this.#joined}`);
    else conversation.present.delete(memberId);
    this.#world.trace.add(this.#world.scheduler.nowMs, 'vendor', `${action} ${memberId} took effect`);
  }

  #isUserKnown({ unknownUsers }: AppSpec, memberId: string): boolean {
    const knownAtMs = unknownUsers[memberId];
    if (knownAtMs === undefined) return true;
    return knownAtMs !== null && this.#world.elapsedMs >= knownAtMs;
  }

  #conversation({ appId, conversationId }: ConversationKey): VendorConversation | undefined {
    return this.#apps.get(appId)?.conversations.get(conversationId);
  }

  #log(
    { appId, conversationId }: ConversationKey,
    operation: Operation,
    memberId: string | undefined,
    changedSomething: boolean,
  ): void {
    const atMs = this.#world.scheduler.nowMs;
    this.requests.push({ atMs, appId, conversationId, operation, memberId, changedSomething });
  }
}

function pageOf(present: ReadonlyMap<string, string>, after: string | undefined): ParticipantsPage {
  const all: Participant[] = [...present].map(([memberId, id]) => ({
    id,
    userId: memberId.startsWith('x') ? `u-of-${memberId}` : memberId,
    ...(memberId.startsWith('x') && { userExternalId: memberId }),
  }));
  const from = after === undefined ? 0 : Number(after);
  const participants = all.slice(from, from + PAGE_SIZE);
  const end = from + participants.length;
  return end < all.length
    ? { participants, hasMore: true, afterCursor: String(end) }
    : { participants, hasMore: false };
}

function failure(operation: Operation, status: number, code?: string, title?: string) {
  // What an error status leaves open, the client tells; these are the answers that exclude an effect.
  const mayHaveBeenApplied = status >= 500;
  const failed: CallFailure = { status, mayHaveBeenApplied, ...(code && { code }), ...(title && { title }) };
  return classifyFailure(operation, failed);
}

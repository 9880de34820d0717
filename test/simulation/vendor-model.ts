import { classifyFailure, type Operation } from '../../functions/core/call-result.ts';
import type { Action } from '../../functions/core/change.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { ParticipantsPage } from '../../functions/core/listing.ts';
import type { ConversationKey, MemberKey } from '../../functions/core/member-key.ts';
import type { VendorAnswer } from '../../functions/workflows/ports.ts';
import type { Random } from './random.ts';
import type { AppSpec, OutageHow, PageFaultHow, VendorFaultHow } from './scenario.ts';
import { failure } from './vendor-answers.ts';
import { VendorConversations } from './vendor-conversations.ts';
import type { World } from './world.ts';

export type PageAnswer = VendorAnswer & { readonly page?: ParticipantsPage };

/** A request that reached the vendor. */
export interface VendorRequestLog {
  readonly atMs: number;
  readonly appId: string;
  readonly operation: Operation;
  readonly memberId: string | undefined;
  readonly conversationId: string;
  readonly changedSomething: boolean;
  /** Of a listing: whether it began with this request. */
  readonly isFirstPage?: boolean;
}

/** The vendor's participants API, as far as it is documented, and in every way it may misbehave. */
export class VendorModel {
  readonly requests: VendorRequestLog[] = [];
  readonly conversations: VendorConversations;
  readonly #world: World;
  readonly #random: Random;
  readonly #apps: ReadonlyMap<string, AppSpec>;
  readonly #keys = new Map<string, string>();

  constructor(world: World, apps: readonly AppSpec[]) {
    this.#world = world;
    this.#random = world.random.fork('vendor');
    this.conversations = new VendorConversations(world, apps);
    this.#apps = new Map(apps.map((app) => [app.appId, app]));
  }

  /** From now on only this key works. */
  setKey(appId: string, key: string): void {
    this.#keys.set(appId, key);
  }

  /** A join or leave arrives; `onChanged` is told when it changes something. Undefined: nobody ever answers. */
  apply(
    to: Credential,
    member: MemberKey,
    action: Action,
    onChanged: () => void = () => {},
  ): VendorAnswer | undefined {
    const refused = this.#refusal(to, member, action, member.memberId);
    if (refused !== 'proceed') return refused === 'silence' ? undefined : { result: refused };
    const fault = this.#world.faults.atVendorCall();
    const effect = () => ({ result: this.#effect(member, action, onChanged) });
    if (!fault) return effect();
    return this.#misbehave(fault.how, fault.forMs, action, effect);
  }

  /** One page of a listing; `onFalse` is told where it contradicts the others. */
  list(
    to: Credential,
    key: ConversationKey,
    after: string | undefined,
    onFalse: () => void = () => {},
  ): PageAnswer | undefined {
    const refused = this.#refusal(to, key, 'list', undefined);
    if (refused !== 'proceed') return refused === 'silence' ? undefined : { result: refused };
    this.#log(key, 'list', undefined, false, after === undefined);
    if (!this.conversations.exists(key)) return { result: failure('list', 404, 'conversation_not_found') };
    const answer = (page: ParticipantsPage): PageAnswer => ({ result: { kind: 'applied' }, page });
    const torn = this.#world.faults.atPage();
    if (torn?.how === 'not_found') return { result: failure('list', 404, 'conversation_not_found') };
    if (torn) return answer(this.#falsePage(torn.how, key, after, onFalse));
    const fault = this.#world.faults.atVendorCall();
    const effect = () => answer(this.conversations.page(key, after));
    return fault ? this.#misbehave<PageAnswer>(fault.how, fault.forMs, 'list', effect) : effect();
  }

  #falsePage(
    how: Exclude<PageFaultHow, 'not_found'>,
    key: ConversationKey,
    after: string | undefined,
    onFalse: () => void,
  ): ParticipantsPage {
    const page = this.conversations.page(key, after);
    switch (how) {
      case 'repeated':
        // To the first request it is an answer like any other.
        if (after === undefined && page.hasMore) return page;
        onFalse();
        return { ...this.conversations.page(key, undefined), hasMore: true };
      case 'torn':
        onFalse();
        return { participants: page.participants.slice(0, 1), hasMore: true };
      case 'stale':
        return this.conversations.stalePage(key, after);
      default:
        return how satisfies never;
    }
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
      case 'error_late':
        this.#world.scheduler.after(forMs, effect);
        return { result: failure(operation, 504) };
      case 'error':
        return { result: failure(operation, 503) };
      case 'reset':
        return { result: classifyFailure(operation, { mayHaveBeenApplied: false }) };
      case 'gateway_404':
        return { result: failure(operation, 404) };
      case 'gateway_400':
        return { result: failure(operation, 400) };
      case 'throttle':
        return { result: failure(operation, 429) };
      case 'throttle_for':
        return {
          result: classifyFailure(operation, { status: 429, retryAfterMs: forMs, mayHaveBeenApplied: false }),
        };
      default:
        return how satisfies never;
    }
  }

  /** What stands between a request and its effect: the credential, an outage, a member that always fails. */
  #refusal(
    to: Credential,
    key: ConversationKey,
    operation: Operation,
    memberId: string | undefined,
  ): VendorAnswer['result'] | 'proceed' | 'silence' {
    const { appId } = key;
    const app = this.#apps.get(appId);
    const secret = 'keyId' in to.auth ? to.auth.secret : to.auth.token;
    const log = () => this.#log(key, operation, memberId, false);
    if (!app || secret !== this.#keys.get(appId)) {
      log();
      return failure(operation, 401, 'unauthorized');
    }
    const outage = this.#world.faults.outage(appId, this.#world.scheduler.nowMs);
    const answer = outage && this.#outageAnswer(outage, operation);
    if (answer) {
      log();
      return answer;
    }
    if (memberId !== undefined && app.failingMembers.includes(memberId)) {
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

  #effect(member: MemberKey, action: Action, onChanged: () => void): VendorAnswer['result'] {
    const wasPresent = this.conversations.isPresent(member);
    const result = this.conversations.carryOut(member, action);
    const hasChanged = wasPresent !== this.conversations.isPresent(member);
    this.#log(member, action, member.memberId, hasChanged);
    if (hasChanged) onChanged();
    return result;
  }

  #log(
    { appId, conversationId }: ConversationKey,
    operation: Operation,
    memberId: string | undefined,
    changedSomething: boolean,
    isFirstPage = false,
  ): void {
    const atMs = this.#world.scheduler.nowMs;
    this.requests.push({ atMs, appId, conversationId, operation, memberId, changedSomething, isFirstPage });
  }
}

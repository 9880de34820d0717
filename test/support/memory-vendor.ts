import type { CallResult } from '../../functions/core/call-result.ts';
import type { Credential } from '../../functions/core/credential.ts';
import type { ParticipantsPage } from '../../functions/core/listing.ts';
import { type ConversationKey, conversationText, type MemberKey } from '../../functions/core/member-key.ts';
import type { Vendor, VendorAnswer } from '../../functions/workflows/ports.ts';
import { participant } from './builders.ts';

type ListAnswer = VendorAnswer & { readonly page?: ParticipantsPage };

const PAGE = 100;

/** The vendor in memory, for apps that name members by `userId`. What is given in advance is answered first. */
export class MemoryVendor implements Vendor {
  /** Every request in its order: `join ann`, `leave ann`, `list orders`. */
  readonly requests: string[] = [];
  /** What the next joins and leaves are answered. Only `applied` has an effect. */
  readonly answers: CallResult[] = [];
  /** Users and conversations that the vendor does not know, or not any more. */
  readonly unknownUsers = new Set<string>();
  readonly unknownConversations = new Set<string>();
  /** What the next listings are answered. */
  readonly listAnswers: ListAnswer[] = [];
  /** Runs when a request arrives, before it is answered: what happens meanwhile. */
  onRequest: (request: string) => Promise<void> | void = () => {};
  readonly #present = new Map<string, Set<string>>();

  /** Who takes part; may be changed behind everybody's back. */
  in(conversation: ConversationKey): Set<string> {
    const text = conversationText(conversation);
    const present = this.#present.get(text) ?? new Set();
    this.#present.set(text, present);
    return present;
  }

  async join(_to: Credential, member: MemberKey): Promise<VendorAnswer> {
    const result = await this.#answer(`join ${member.memberId}`, member);
    if (result.kind === 'applied') this.in(member).add(member.memberId);
    return { result };
  }

  async leave(_to: Credential, member: MemberKey): Promise<VendorAnswer> {
    const result = await this.#answer(`leave ${member.memberId}`, member);
    if (result.kind === 'applied') this.in(member).delete(member.memberId);
    return { result };
  }

  async list(_to: Credential, conversation: ConversationKey, after = '0'): Promise<ListAnswer> {
    await this.#arrives(`list ${conversation.conversationId}`);
    const given = this.listAnswers.shift();
    if (given) return given;
    if (this.unknownConversations.has(conversation.conversationId))
      return { result: { kind: 'gone', what: 'conversation' } };
    const from = Number(after);
    const present = [...this.in(conversation)];
    const hasMore = present.length > from + PAGE;
    const page = {
      participants: present.slice(from, from + PAGE).map((name) => participant(name)),
      hasMore,
      ...(hasMore && { afterCursor: String(from + PAGE) }),
    };
    return { result: { kind: 'applied' }, page };
  }

  async #answer(request: string, { conversationId, memberId }: MemberKey): Promise<CallResult> {
    await this.#arrives(request);
    if (this.unknownConversations.has(conversationId)) return { kind: 'gone', what: 'conversation' };
    if (this.unknownUsers.has(memberId)) return { kind: 'gone', what: 'user' };
    return this.answers.shift() ?? { kind: 'applied' };
  }

  async #arrives(request: string): Promise<void> {
    this.requests.push(request);
    await this.onRequest(request);
  }
}

import { type MemberKey, memberText } from '../../functions/core/member-key.ts';

/** Which users and conversations the vendor has removed or merged: what is so, whoever has heard of it. */
export class VendorUsers {
  readonly #gone = new Map<string, number>();
  readonly #scheduler: { readonly nowMs: number };

  constructor(scheduler: { readonly nowMs: number }) {
    this.#scheduler = scheduler;
  }
  readonly #survivors = new Map<string, string>();

  remove(appId: string, id: string): void {
    this.#gone.set(nameOf(appId, id), this.#scheduler.nowMs);
  }

  merge(appId: string, discarded: string, surviving: string): void {
    this.remove(appId, discarded);
    this.#survivors.set(nameOf(appId, discarded), surviving);
  }

  isGone(appId: string, id: string): boolean {
    return this.#gone.has(nameOf(appId, id));
  }

  goneAtMs(appId: string, id: string): number | undefined {
    return this.#gone.get(nameOf(appId, id));
  }

  /** Whoever has this member's place by now; itself where nobody has. */
  survivorOf(member: MemberKey): MemberKey {
    const memberId = this.#last(member.appId, member.memberId);
    const conversationId = this.#last(member.appId, member.conversationId);
    return { ...member, memberId, conversationId };
  }

  isMerged(member: MemberKey): boolean {
    return memberText(this.survivorOf(member)) !== memberText(member);
  }

  /** A member's own id and those that took its place one after the other: whoever hears of a merge late knows only some. */
  chainOf(appId: string, memberId: string): string[] {
    const survivor = this.#survivors.get(nameOf(appId, memberId));
    return survivor === undefined ? [memberId] : [memberId, ...this.chainOf(appId, survivor)];
  }

  /** Whether both are the same by now. */
  isSame(one: MemberKey, other: MemberKey): boolean {
    return memberText(this.survivorOf(one)) === memberText(this.survivorOf(other));
  }

  #last(appId: string, id: string): string {
    const survivor = this.#survivors.get(nameOf(appId, id));
    return survivor === undefined ? id : this.#last(appId, survivor);
  }
}

function nameOf(appId: string, id: string): string {
  return `${appId} ${id}`;
}

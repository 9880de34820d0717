import type { MembershipEvent } from '../fake-vendor/events.ts';

/** Sees when those come back who were removed behind Rollcall's back. */
export class HealWatch {
  readonly #removedAtMs = new Map<string, number>();
  readonly #healMs: number[] = [];

  /** From now on somebody is missed: by the conversation, and the vendor's id of the user. */
  miss(appId: string, conversationId: string, userId: string): void {
    this.#removedAtMs.set(JSON.stringify([appId, conversationId, userId]), performance.now());
  }

  /** To be told of everybody who joins or leaves. */
  onEvent = ({ type, appId, conversation, user }: MembershipEvent): void => {
    if (type !== 'conversation:join') return;
    const name = JSON.stringify([appId, conversation.id, user.id]);
    const sinceMs = this.#removedAtMs.get(name);
    if (sinceMs === undefined) return;
    this.#removedAtMs.delete(name);
    this.#healMs.push(performance.now() - sinceMs);
  };

  /** How many are still missed. */
  get missing(): number {
    return this.#removedAtMs.size;
  }

  get healed(): number {
    return this.#healMs.length;
  }

  /** Undefined where nobody has come back. */
  get medianSeconds(): number | undefined {
    const sorted = this.#healMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)];
    return median === undefined ? undefined : Math.round(median) / 1_000;
  }
}

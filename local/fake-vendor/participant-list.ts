/** A participant, as the API shows it. */
export interface Participant {
  readonly id: string;
  readonly userId: string;
  readonly userExternalId: string | null;
  readonly unreadCount: number;
  readonly clientAssociations: readonly { readonly type: 'sdk'; readonly clientId: string }[];
  readonly lastRead: string | null;
}

/**
 * The participants of one conversation, in the order of their ids, which is the order in which they joined.
 * A cursor is therefore a place in that order and stays good after its participant has left.
 */
export class ParticipantList {
  readonly #inOrder: Participant[] = [];
  readonly #byUserId = new Map<string, Participant>();

  get inOrder(): readonly Participant[] {
    return this.#inOrder;
  }

  get size(): number {
    return this.#inOrder.length;
  }

  /** Appends a participant, whose id must be later than every id before it. */
  add(participant: Participant): void {
    this.#inOrder.push(participant);
    this.#byUserId.set(participant.userId, participant);
  }

  delete(participant: Participant): void {
    this.#inOrder.splice(this.firstFrom(participant.id), 1);
    this.#byUserId.delete(participant.userId);
  }

  /** Puts another in the place of a participant, under the same id. */
  replace(participant: Participant, by: Participant): void {
    this.#inOrder[this.firstFrom(participant.id)] = by;
    this.#byUserId.delete(participant.userId);
    this.#byUserId.set(by.userId, by);
  }

  ofUser(userId: string): Participant | undefined {
    return this.#byUserId.get(userId);
  }

  withId(participantId: string): Participant | undefined {
    const found = this.#inOrder[this.firstFrom(participantId)];
    return found?.id === participantId ? found : undefined;
  }

  /** The index of the first participant whose id is `id` or later; the size if there is none. */
  firstFrom(id: string): number {
    let low = 0;
    let high = this.#inOrder.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const participant = this.#inOrder[middle];
      if (participant !== undefined && participant.id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One participant as a listing shows it. */
export interface Participant {
  readonly id: string;
  readonly userId: string;
  readonly userExternalId?: string;
}

export interface ParticipantsPage {
  readonly participants: readonly Participant[];
  readonly hasMore: boolean;
  readonly afterCursor?: string;
}

export type ListingStep =
  | { readonly kind: 'more'; readonly after: string }
  | { readonly kind: 'complete'; readonly participants: readonly Participant[] }
  /** The pages contradict each other: nothing may be concluded from them. */
  | { readonly kind: 'doubtful'; readonly why: string };

/** Far beyond any conversation; a server that pages for ever must not keep us. */
const PAGES_MAX = 1_000;

/** A conversation's participants as far as pages have arrived. */
export class Listing {
  readonly #participants: Participant[] = [];
  readonly #ids = new Set<string>();
  readonly #cursors = new Set<string>();
  /** The last page said that it is the last, and yet named a next one: that must be empty. */
  #isOver = false;

  /** Adds a page. Only a listing whose every page fits what came before is ever complete. */
  add({ participants, hasMore, afterCursor: after }: ParticipantsPage): ListingStep {
    for (const participant of participants) {
      this.#participants.push(participant);
      this.#ids.add(participant.id);
    }
    if (this.#ids.size < this.#participants.length) return doubtful('a participant came twice');
    const isEmpty = participants.length === 0;
    if (this.#isOver && (hasMore || !isEmpty)) return doubtful('it went on after its last page');
    if (!hasMore && (isEmpty || after === undefined)) {
      return { kind: 'complete', participants: this.#participants };
    }
    if (after === undefined) return doubtful('more pages without a cursor');
    if (isEmpty) return doubtful('an empty page before the last');
    if (this.#cursors.has(after)) return doubtful('a cursor came twice');
    if (this.#cursors.size >= PAGES_MAX) return doubtful('too many pages');
    this.#cursors.add(after);
    this.#isOver = !hasMore;
    return { kind: 'more', after };
  }
}

function doubtful(why: string): ListingStep {
  return { kind: 'doubtful', why };
}

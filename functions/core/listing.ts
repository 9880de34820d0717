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

/** A conversation's participants as far as pages have arrived. */
export interface Listing {
  readonly participants: ReadonlyMap<string, Participant>;
  readonly cursors: ReadonlySet<string>;
  /** The last page said that it is the last, and yet named a next one: that must be empty. */
  readonly isOver: boolean;
}

export type ListingStep =
  | { readonly kind: 'more'; readonly after: string; readonly listing: Listing }
  | { readonly kind: 'complete'; readonly participants: readonly Participant[] }
  /** The pages contradict each other: nothing may be concluded from them. */
  | { readonly kind: 'doubtful'; readonly why: string };

export const EMPTY_LISTING: Listing = { participants: new Map(), cursors: new Set(), isOver: false };

/** Far beyond any conversation; a server that pages for ever must not keep us. */
const PAGES_MAX = 1_000;

/** Adds a page. Only a listing whose every page fits what came before is ever complete. */
export function addPage(listing: Listing, page: ParticipantsPage): ListingStep {
  const participants = new Map(listing.participants);
  for (const participant of page.participants) participants.set(participant.id, participant);
  if (participants.size < listing.participants.size + page.participants.length) {
    return { kind: 'doubtful', why: 'a participant came twice' };
  }
  const isEmpty = page.participants.length === 0;
  if (listing.isOver && (page.hasMore || !isEmpty))
    return { kind: 'doubtful', why: 'it went on after its last page' };
  const after = page.afterCursor;
  if (!page.hasMore && (isEmpty || after === undefined)) {
    return { kind: 'complete', participants: [...participants.values()] };
  }
  if (after === undefined) return { kind: 'doubtful', why: 'more pages without a cursor' };
  if (isEmpty) return { kind: 'doubtful', why: 'an empty page before the last' };
  if (listing.cursors.has(after)) return { kind: 'doubtful', why: 'a cursor came twice' };
  if (listing.cursors.size >= PAGES_MAX) return { kind: 'doubtful', why: 'too many pages' };
  return {
    kind: 'more',
    after,
    listing: { participants, cursors: new Set([...listing.cursors, after]), isOver: !page.hasMore },
  };
}

import { ParticipantsApiError } from './error.ts';
import type { Participant, ParticipantListResponse } from './models.ts';

/** More than any conversation has; keeps a listing that never ends from going on for ever. */
const PARTICIPANTS_MAX = 100_000;

/**
 * Every participant, page after page. Only a listing that was read to its end without a contradiction ends normally;
 * everything else throws, so that nobody takes a part for the whole.
 *
 * @param listPage gives the page after a cursor, or the first one.
 */
export async function* allParticipants(
  listPage: (after: string | undefined) => Promise<ParticipantListResponse>,
): AsyncGenerator<Participant, void, undefined> {
  const ids = new Set<string>();
  const cursors = new Set<string>();
  let page = await listPage(undefined);
  for (;;) {
    for (const participant of page.participants) {
      if (ids.has(participant.id)) throw incomplete('a participant came twice');
      if (ids.size === PARTICIPANTS_MAX) throw incomplete(`more than ${PARTICIPANTS_MAX} participants`);
      ids.add(participant.id);
      yield participant;
    }
    const after = nextCursor(page);
    if (after === undefined) return;
    if (cursors.has(after)) throw incomplete('a cursor came twice');
    cursors.add(after);
    const next = await listPage(after);
    if (!page.meta.hasMore) return confirmEnd(next);
    page = next;
  }
}

/** Undefined after the last page. */
function nextCursor({ participants, meta, links }: ParticipantListResponse): string | undefined {
  const cursor = meta.afterCursor || undefined;
  if (cursor === undefined && (meta.hasMore || links?.next))
    throw incomplete('more is said to follow, but not where');
  if (meta.hasMore && participants.length === 0)
    throw incomplete('a page without participants, but more to follow');
  return cursor;
}

/**
 * A page that says it is the last and yet names a cursor contradicts the vendor's documentation, but only harmlessly
 * if nothing comes after that cursor. So that is asked, rather than believed.
 */
function confirmEnd({ participants, meta }: ParticipantListResponse): void {
  if (participants.length > 0 || meta.hasMore)
    throw incomplete('more follows a page that said it was the last');
}

function incomplete(problem: string): ParticipantsApiError {
  const message = `list: not a complete listing (${problem})`;
  return new ParticipantsApiError(message, { operation: 'list', status: 200, mayHaveBeenApplied: false });
}

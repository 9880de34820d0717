import { allParticipants } from '../../../functions/adapters/participants-api/all-participants.ts';
import { participantListMisfit } from '../../../functions/adapters/participants-api/answer-checks.ts';
import type { ParticipantListResponse } from '../../../functions/adapters/participants-api/models.ts';
import { ParticipantsApiError } from '../../../functions/adapters/participants-api.ts';
import { Listing } from '../../../functions/core/listing.ts';
import { holds, parsed, type Target } from '../target.ts';

const pages = (...sizes: readonly number[]) =>
  sizes.map((size, at) => ({
    participants: Array.from({ length: size }, (_, index) => ({
      id: `p${at}-${index}`,
      userId: `u${at}-${index}`,
    })),
    meta: { hasMore: at < sizes.length - 1, ...(at < sizes.length - 1 && { afterCursor: `c${at}` }) },
  }));

/**
 * The pages of one listing, as a client iterates over them and as the reconciler adds them up: two readings that must
 * agree on whether a listing is complete, and on who is in it.
 */
export const listing: Target = {
  name: 'listing',
  corpus: [pages(0), pages(3), pages(2, 2, 1), pages(1, 1, 1, 0)].map((each) => JSON.stringify(each)),
  probe: async (text) => {
    const read = parsed(text)?.value;
    if (!Array.isArray(read) || read.length === 0 || read.some((page) => participantListMisfit(page))) return;
    const [iterated, added] = [await iterate(read), add(read)];
    holds(iterated === added, `complete is one thing here and another there: ${iterated}, ${added}`);
  },
};

const NO_MORE: ParticipantListResponse = { participants: [], meta: { hasMore: false } };

async function iterate(listed: readonly ParticipantListResponse[]): Promise<string> {
  let at = 0;
  const ids: string[] = [];
  try {
    for await (const { id } of allParticipants(async () => listed[at++] ?? NO_MORE)) ids.push(id);
    return JSON.stringify(ids);
  } catch (error) {
    if (!(error instanceof ParticipantsApiError)) throw error;
    return 'doubtful';
  }
}

function add(listed: readonly ParticipantListResponse[]): string {
  const adding = new Listing();
  for (let at = 0; ; at += 1) {
    const { participants, meta } = listed[at] ?? NO_MORE;
    const step = adding.add({
      participants: participants.map(({ id, userId = '' }) => ({ id, userId })),
      hasMore: meta.hasMore,
      ...(meta.afterCursor && { afterCursor: meta.afterCursor }),
    });
    if (step.kind === 'complete') return JSON.stringify(step.participants.map(({ id }) => id));
    if (step.kind === 'doubtful') return 'doubtful';
  }
}

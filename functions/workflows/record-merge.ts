import { MERGE_CHAIN_MAX, type Mergeable } from '../core/merge.ts';
import type { Roster, Users } from './ports.ts';

type MergeRoster = Pick<Roster, 'merge'> & Pick<Users, 'claimMerge' | 'settleMerge'>;

/** Writes down what became of something discarded. Of several events about it the first decides. */
export async function recordMerge(
  of: Mergeable,
  survivor: string,
  eventId: string,
  roster: MergeRoster,
): Promise<'confirmed' | 'ignored'> {
  if (of.id === survivor) return 'ignored';
  const known = await roster.merge(of);
  const isFree = known === undefined || (known.state === 'ignored' && known.eventId !== eventId);
  if (isFree) await roster.claimMerge(of, { survivor, eventId });
  const edge = isFree ? await roster.merge(of) : known;
  if (edge?.survivor !== survivor) return 'ignored';
  if (edge.state !== 'claimed') return edge.state;
  const state = (await closesCircle(of, survivor, roster)) ? 'ignored' : 'confirmed';
  const settled = await roster.settleMerge(of, edge.eventId, state);
  // Somebody else was faster, with this event or another: what is so then decides.
  return settled ? state : recordMerge(of, survivor, eventId, roster);
}

/** Whether the survivor comes back to what is discarded, over edges that others may only have claimed yet. */
async function closesCircle(
  of: Mergeable,
  survivor: string,
  roster: Pick<Roster, 'merge'>,
): Promise<boolean> {
  let id = survivor;
  for (let step = 0; step < MERGE_CHAIN_MAX; step += 1) {
    if (id === of.id) return true;
    const edge = await roster.merge({ ...of, id });
    if (!edge || edge.state === 'ignored') return false;
    id = edge.survivor;
  }
  return true;
}

import { seededRandom } from '../local/seeded-random.ts';
import type { PlannedChange } from './changes.ts';

/*
 * A trace as it comes from systems that know little of one another. Of every hundred changes 30 are superseded by a
 * newer one of the same member within the next two messages (whoever went out of a group comes back at once), 10 are
 * repeats of a change that was sent before, and 60 are a member's last word for a while.
 */

export interface ChurnTrace {
  readonly changes: readonly PlannedChange[];
  /** Members who take part before the first change. */
  readonly present: readonly number[];
  /** Members who are to take part after the last. */
  readonly expected: readonly number[];
}

/** A newer change follows the one that it supersedes within so many messages. */
const SUPERSEDED_WITHIN = 2;
/** A repeat comes within so many messages. */
const REPEATED_WITHIN = 30;

/** Makes a trace of blocks of ten changes: six last words, three that they supersede, and a repeat. */
export function churnTrace(options: {
  members: number;
  blocks: number;
  seed: number;
  startMs: number;
}): ChurnTrace {
  const { members, blocks, seed, startMs } = options;
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const present = Array.from({ length: members }, (_, member) => member).filter((member) => member % 2 === 0);
  const joined = new Set(present);
  const queue: { at: number; id: string; member: number; isJoin: boolean; occurredAtMs: number }[] = [];
  for (let block = 0; block < blocks; block += 1) {
    const stories = distinct(6, members, below);
    for (const [index, member] of stories.entries()) {
      const at = block * 10 + below(10);
      const isJoin = !joined.has(member);
      const id = `change-${block}-${index}`;
      const occurredAtMs = startMs + (block * 10 + index) * 10;
      queue.push({ at, id, member, isJoin, occurredAtMs });
      if (index < 3) {
        // It is taken back: what holds in the end is what held before.
        const back = { at: at + 1 + below(SUPERSEDED_WITHIN), member, isJoin: !isJoin };
        queue.push({ ...back, id: `${id}-back`, occurredAtMs: occurredAtMs + 1 });
      } else if (isJoin) joined.add(member);
      else joined.delete(member);
      if (index === 5) queue.push({ at: at + 1 + below(REPEATED_WITHIN), id, member, isJoin, occurredAtMs });
    }
  }
  const inOrder = queue
    .map((each, order) => ({ ...each, order }))
    .sort((a, b) => a.at - b.at || a.order - b.order);
  const changes = inOrder.map(({ id, member, isJoin, occurredAtMs }, index) => {
    return { index, id, member, action: isJoin ? ('join' as const) : ('leave' as const), occurredAtMs };
  });
  return { changes, present, expected: [...joined] };
}

function distinct(count: number, limit: number, below: (limit: number) => number): number[] {
  const chosen = new Set<number>();
  while (chosen.size < count) chosen.add(below(limit));
  return [...chosen];
}

/**
 * The requests that a trace needs in batches of this size: one per member and batch whose newest change so far asks
 * for something else than was applied last.
 */
export function neededRequests({ changes, present }: ChurnTrace, batch: number): number {
  const applied = new Set(present);
  const newest = new Map<number, PlannedChange>();
  let requests = 0;
  for (let from = 0; from < changes.length; from += batch) {
    const members = new Set<number>();
    for (const change of changes.slice(from, from + batch)) {
      const known = newest.get(change.member);
      if (!known || change.occurredAtMs >= known.occurredAtMs) newest.set(change.member, change);
      members.add(change.member);
    }
    for (const member of members) {
      const isWished = newest.get(member)?.action === 'join';
      if (isWished === applied.has(member)) continue;
      requests += 1;
      if (isWished) applied.add(member);
      else applied.delete(member);
    }
  }
  return requests;
}

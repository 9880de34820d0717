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

interface Story {
  readonly id: string;
  readonly member: number;
  readonly isJoin: boolean;
  readonly occurredAtMs: number;
  readonly then?: 'taken back' | 'repeated';
}

/** Of each block of ten changes: six last words, of which three take something back, and a repeat. */
const STORIES = 6;
const TAKEN_BACK = 3;

/** Makes a trace of so many blocks of ten changes. */
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
  const stories: Story[] = [];
  for (let block = 0; block < blocks; block += 1) {
    for (const [place, index] of distinct(STORIES, STORIES, below).entries()) {
      const [member = 0] = distinct(1, members, below);
      const isJoin = !joined.has(member);
      const then = index < TAKEN_BACK ? 'taken back' : index === TAKEN_BACK ? 'repeated' : undefined;
      const occurredAtMs = startMs + (block * STORIES + place) * 10;
      stories.push({ id: `change-${stories.length}`, member, isJoin, occurredAtMs, ...(then && { then }) });
      if (then === 'taken back') continue;
      if (isJoin) joined.add(member);
      else joined.delete(member);
    }
  }
  const changes = told(stories, below).map(({ id, member, isJoin, occurredAtMs }, index) => {
    return { index, id, member, action: isJoin ? ('join' as const) : ('leave' as const), occurredAtMs };
  });
  return { changes, present, expected: [...joined] };
}

/** Puts what follows from each story a few messages behind it. */
function told(stories: readonly Story[], below: (limit: number) => number): Story[] {
  const messages: Story[] = [];
  const due: { at: number; story: Story }[] = [];
  const waiting = [...stories].reverse();
  while (waiting.length > 0 || due.length > 0) {
    const [first] = due.sort((one, other) => one.at - other.at);
    const isDue = first !== undefined && (first.at <= messages.length || waiting.length === 0);
    const story = isDue ? due.shift()?.story : waiting.pop();
    if (!story) break;
    messages.push(story);
    const { then, ...plain } = story;
    const at = messages.length;
    if (then === 'repeated') due.push({ at: at + below(REPEATED_WITHIN), story: plain });
    if (then !== 'taken back') continue;
    // It is taken back: what holds in the end is what held before.
    const back = { id: `${story.id}-back`, isJoin: !story.isJoin, occurredAtMs: story.occurredAtMs + 1 };
    due.push({ at: at + below(SUPERSEDED_WITHIN), story: { ...plain, ...back } });
  }
  return messages;
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

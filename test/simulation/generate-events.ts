import { membersOf } from './generate-apps.ts';
import type { Random } from './random.ts';
import type { AppSpec, Fault } from './scenario.ts';

/** The vendor merges users, now and then with their conversations, and removes users and conversations. */
export function generateEvents(
  random: Random,
  apps: readonly AppSpec[],
  spanMs: number,
  intervalMs: number,
): Fault[] {
  const declared = apps.filter((app) => app.declared);
  return Array.from({ length: random.int(0, 2) }, () => {
    const app = random.pick(declared);
    const { appId } = app;
    const at = () => random.int(spanMs / 4, spanMs + intervalMs);
    const { conversationId } = random.pick(app.conversations);
    const people = random.shuffled(membersOf(app).filter((memberId) => isPlain(app, memberId)));
    const [one, ...others] = people;
    if (one === undefined || random.chance(0.15))
      return [{ kind: 'conversation_removed', fromMs: at(), appId, conversationId } as const];
    if (random.chance(0.3)) return [{ kind: 'user_removed', fromMs: at(), appId, memberId: one } as const];
    return chainOf(random, app, [one, ...others.slice(0, random.int(1, 2))], at);
  }).flat();
}

/** Each is merged into the next. */
function chainOf(
  random: Random,
  { appId, conversations }: AppSpec,
  people: readonly string[],
  at: () => number,
): Fault[] {
  const [first, second] = random.shuffled(conversations);
  const withConversation = random.chance(0.2) && first && second;
  return people.slice(1).map((surviving, index): Fault => {
    const discarded = people[index] ?? '';
    const merge = { kind: 'users_merged', fromMs: at(), appId, discarded, surviving } as const;
    if (!withConversation || index > 0 || !first.exists || !second.exists) return merge;
    const mergedConversations = { discarded: first.conversationId, surviving: second.conversationId };
    return { ...merge, mergedConversations };
  });
}

/** Nothing is odd about them, so that what becomes of them is a merge's doing. */
function isPlain(app: AppSpec, memberId: string): boolean {
  const { failingMembers, poisonousMembers, rejectedMembers, unknownUsers } = app;
  const odd = [...failingMembers, ...poisonousMembers, ...rejectedMembers, ...Object.keys(unknownUsers)];
  return !odd.includes(memberId);
}

import type { Policy } from '../../functions/core/app.ts';
import type { Random } from './random.ts';
import type { AppSpec, ConversationSpec } from './scenario.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

type Named = Pick<AppSpec, 'appId' | 'idKind'>;

/** What a seed's apps may be like. */
export interface AppTraits {
  /** Waits are short, so that what ends only after a day in a deployment ends within the run. */
  readonly isScaled: boolean;
  /** Nobody's calls fail for a cause of their own. */
  readonly isPlain: boolean;
  /** The first app gets many changes at once, and has a small budget. */
  readonly isCrowded: boolean;
}

export function generateApps(random: Random, { isScaled, isPlain, isCrowded }: AppTraits): AppSpec[] {
  return ['app-a', 'app-b', 'app-c'].map((appId, index) => {
    const idKind = index === 1 ? 'userExternalId' : 'userId';
    const named: Named = { appId, idKind };
    const members = membersOf(named);
    const odd = (probability: number) =>
      random.chance(probability) && !isPlain ? [random.pick(members)] : [];
    const unknown = odd(0.2).map((memberId) => [
      memberId,
      random.pick([null, 30 * SECOND_MS, 5 * MINUTE_MS]),
    ]);
    return {
      ...named,
      declared: index < 2 || random.chance(0.5),
      policy: policyOf(random),
      protectedMembers: random.chance(0.2) ? [random.pick([...members, ...strangersOf(named)])] : [],
      requestsPerSecond: isCrowded && index === 0 ? 3 : random.pick([100, 20, 10, 5]),
      joinOfPresent: random.pick([201, 400] as const),
      conversations: generateConversations(random, named, isScaled && !isPlain),
      unknownUsers: Object.fromEntries(unknown),
      rejectedMembers: odd(0.08),
      failingMembers: isScaled ? odd(0.08) : [],
      poisonousMembers: odd(0.08),
    };
  });
}

/** Those whom producers send changes of. External ids begin with an x, so that the vendor model can tell the kinds apart. */
export function membersOf({ appId, idKind }: Named): string[] {
  const prefix = idKind === 'userId' ? 'u' : 'x';
  return [1, 2, 3, 4].map((number) => `${prefix}${number}${appId.at(-1)}`);
}

/** Those whom no change ever names; the last has no id of the kind that an app with external ids uses. */
export function strangersOf({ appId, idKind }: Named): string[] {
  const prefix = idKind === 'userId' ? 'u' : 'x';
  return [...[5, 6, 7, 8].map((number) => `${prefix}${number}${appId.at(-1)}`), `u9${appId.at(-1)}`];
}

function policyOf(random: Random): Policy {
  return random.pick(['managed', 'managed', 'managed', 'additive', 'report', 'exact', 'exact']);
}

function generateConversations(random: Random, app: Named, mayBeOdd: boolean): ConversationSpec[] {
  return [1, 2].slice(0, random.int(1, 2)).map((number) => {
    const strangersShare = random.pick([0, 0.2, 0.8]);
    return {
      conversationId: `${app.appId.at(-1)}-${number}`,
      exists: !random.chance(0.06),
      ...(mayBeOdd && random.chance(0.08) && { capacity: 2 }),
      ...(random.chance(0.3) && { policy: policyOf(random) }),
      present: [
        ...membersOf(app).filter(() => random.chance(0.25)),
        ...strangersOf(app).filter(() => random.chance(strangersShare)),
      ],
    };
  });
}

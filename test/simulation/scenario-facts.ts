import type { Policy } from '../../functions/core/app.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import type { ParkReason } from '../../functions/core/reasons.ts';
import type { Accepted } from './accepted-changes.ts';
import type { AppSpec, ConversationSpec, Scenario } from './scenario.ts';
import type { World } from './world.ts';

/*
 * What follows from a scenario alone: which ends it gives its changes cause for.
 */

export function conversationOf(
  app: AppSpec,
  { conversationId }: Pick<ConversationKey, 'conversationId'>,
): ConversationSpec | undefined {
  return app.conversations.find((conversation) => conversation.conversationId === conversationId);
}

export function policyOf(app: AppSpec, key: Pick<ConversationKey, 'conversationId'>): Policy {
  return conversationOf(app, key)?.policy ?? app.policy;
}

/** Whether the scenario gave this change a reason to be parked so. */
export function isCauseOf(reason: ParkReason, { spec, member }: Accepted, world: World): boolean {
  const app = world.app(member.appId);
  const { conversations } = world.vendor;
  const survivor = conversations.users.survivorOf(member);
  const conversation = conversationOf(app, survivor);
  switch (reason) {
    case 'invalid':
      return spec.flaw === 'not_json' || spec.flaw === 'missing_field' || spec.flaw === 'future';
    case 'unknown_app':
      return !app.declared;
    case 'id_kind':
    case 'too_old':
      return spec.flaw === reason;
    case 'protected':
      return (
        spec.action === 'leave' &&
        app.protectedMembers.some((memberId) => conversations.users.isSame({ ...member, memberId }, member))
      );
    case 'conversation_not_found':
      return !conversations.exists(member) || !conversations.exists(survivor);
    case 'user_not_found':
      return (
        app.unknownUsers[member.memberId] !== undefined ||
        conversations.users.isGone(member.appId, member.memberId)
      );
    case 'conversation_full':
      return conversation?.capacity !== undefined;
    case 'rejected':
      return app.rejectedMembers.includes(member.memberId);
    case 'unreachable':
      return app.failingMembers.includes(member.memberId);
    case 'crashes':
    case 'unexplained':
      return app.poisonousMembers.includes(member.memberId);
    default:
      return reason satisfies never;
  }
}

/** So long a change is given, before it is parked for this. */
export function graceMs(reason: ParkReason, { timings }: Scenario): number {
  if (reason === 'user_not_found' || reason === 'rejected') return timings.userGraceMs;
  return reason === 'conversation_full' || reason === 'unreachable' ? timings.parkAfterMs : 0;
}

/** What always fails is parked only where others of its app succeed, and then there may be none. */
export function mayStayDeferred({ failingMembers, conversations }: AppSpec, memberId: string): boolean {
  return (
    failingMembers.includes(memberId) ||
    // A full conversation of an app that a failing member takes for out again and again.
    (failingMembers.length > 0 && conversations.some(({ capacity }) => capacity !== undefined))
  );
}

/** Members whose calls can never succeed, so that they are tried again and again. */
export function isRestless(app: AppSpec, memberId: string): boolean {
  const { failingMembers, poisonousMembers, unknownUsers, rejectedMembers, conversations } = app;
  const lists = [failingMembers, poisonousMembers, rejectedMembers, Object.keys(unknownUsers)];
  return (
    lists.some((list) => list.includes(memberId)) ||
    conversations.some(({ capacity }) => capacity !== undefined)
  );
}

/** Nothing fails, nobody works on a member beside its one writer, and nobody is removed without a wish. */
export function isUndisturbed({ faults, changes, apps }: Scenario): boolean {
  return (
    faults.length === 0 &&
    changes.every(({ group }) => group === 'member') &&
    apps.every((app) => app.conversations.every((conversation) => policyOf(app, conversation) !== 'exact'))
  );
}

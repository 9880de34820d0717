import type { HeldConversations, Telemetry } from './ports.ts';

/** Of more than these it makes no difference how many there are. */
const PLANS_MAX = 100;

/** Tells how many plans of removals wait for an operator, so that an alarm stands for as long as one does. */
export async function tellHeldPlans(ports: {
  readonly conversations: HeldConversations;
  readonly telemetry: Telemetry;
}): Promise<void> {
  const { held } = await ports.conversations.heldConversations(PLANS_MAX);
  ports.telemetry.emit({ name: 'plans_held', plans: held.length });
}

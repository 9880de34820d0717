import type { Action } from '../../functions/core/change.ts';
import type { ConversationKey, MemberKey } from '../../functions/core/member-key.ts';
import {
  type VendorEvent,
  type VendorUser,
  vendorEventBody,
} from '../../functions/core/reconcile-message.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

type Without<Event> = Event extends VendorEvent ? Omit<Event, 'eventId' | 'occurredAtMs'> : never;

const USUAL_MS = [40, 3_000] as const;
/** The vendor tries for fifteen minutes. */
const LATE_MS = [10_000, 14 * 60_000] as const;

/** The vendor's webhooks, as receive-webhook puts them on the reconcile queue: in any order, late, twice, or never. */
export class Webhooks {
  readonly #world: World;
  readonly #random: Random;
  readonly #events = new Map<string, VendorEvent>();
  #sent = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.fork('webhooks');
  }

  event(eventId: string): VendorEvent | undefined {
    return this.#events.get(eventId);
  }

  /** Somebody joined or left, by whatever hand. */
  moved({ appId, conversationId, memberId }: MemberKey, action: Action): void {
    const user = userNamed(memberId);
    this.#emit({ kind: 'hint', appId, conversationId, action, user }, this.#random.chance(0.03));
  }

  conversationRemoved({ appId, conversationId }: ConversationKey): void {
    this.#emit({ kind: 'conversation_removed', appId, conversationId });
  }

  userRemoved(appId: string, memberId: string): void {
    this.#emit({ kind: 'user_removed', appId, user: userNamed(memberId) });
  }

  usersMerged(
    appId: string,
    discarded: string,
    surviving: string,
    mergedConversations: { discarded: string; surviving: string } | undefined,
  ): void {
    this.#emit({
      kind: 'users_merged',
      appId,
      discarded: userNamed(discarded),
      surviving: userNamed(surviving),
      ...(mergedConversations && { mergedConversations }),
    });
  }

  #emit(event: Without<VendorEvent>, isLost = false): void {
    const { scenario, scheduler, reconcileQueue, coverage, faults } = this.#world;
    if (!scenario.webhooks) return;
    this.#sent += 1;
    const whole = { ...event, occurredAtMs: scheduler.nowMs, eventId: `event-${this.#sent}` } as VendorEvent;
    this.#events.set(whole.eventId, whole);
    const times = this.#random.chance(0.05) ? 2 : 1;
    coverage.count('webhooks', isLost && !faults.isOver ? `${event.kind} lost` : event.kind, times);
    if (isLost && !faults.isOver) return;
    for (let time = 0; time < times; time += 1) {
      const [least, most] = this.#random.chance(0.04) ? LATE_MS : USUAL_MS;
      scheduler.after(this.#random.int(least, most), () => reconcileQueue.send(vendorEventBody(whole)));
    }
  }
}

/** External ids begin with an x. */
function userNamed(memberId: string): VendorUser {
  return memberId.startsWith('x') ? { id: `u-of-${memberId}`, externalId: memberId } : { id: memberId };
}

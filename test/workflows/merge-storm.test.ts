import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { VendorEvent } from '../../functions/core/reconcile-message.ts';
import { conversationKey, iso, memberKey, NOW, SECOND } from '../support/builders.ts';
import { VendorEventWorld } from './vendor-event-world.ts';

const USERS = ['u0', 'u1', 'u2', 'u3', 'u4'];
const CONVERSATIONS = ['c0', 'c1'];
const user = fc.constantFrom(...USERS);

/** One thing that happens, at a place in the order that chance gives it. */
type Step =
  | { readonly kind: 'merge'; readonly discarded: string; readonly surviving: string }
  | {
      readonly kind: 'change';
      readonly memberId: string;
      readonly conversationId: string;
      readonly join: boolean;
    };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('merge' as const), discarded: user, surviving: user }),
  fc.record({
    kind: fc.constant('change' as const),
    memberId: user,
    conversationId: fc.constantFrom(...CONVERSATIONS),
    join: fc.boolean(),
  }),
);

/** The steps as they happen, and when each of them arrives: late, repeated, in another order. */
const storm = fc.array(step, { minLength: 1, maxLength: 14 }).chain((steps) =>
  fc.record({
    steps: fc.constant(steps),
    arrivals: fc
      .array(fc.nat(steps.length - 1), { maxLength: steps.length })
      .chain((repeats) =>
        fc.shuffledSubarray([...steps.keys(), ...repeats], { minLength: steps.length + repeats.length }),
      ),
    drains: fc.array(fc.boolean(), { minLength: 30, maxLength: 30 }),
  }),
);

const ROUNDS = 6;

it('a storm of merges ends with the surviving users’ newest wishes', async () => {
  await fc.assert(
    fc.asyncProperty(storm, async ({ steps, arrivals, drains }) => {
      const world = new VendorEventWorld();
      for (const one of steps) happen(world, one);
      let again: (() => Promise<unknown>)[] = [];
      for (const [turn, index] of arrivals.entries()) {
        const one = steps[index] as Step;
        again.push(await arrive(world, one, index));
        if (drains[turn]) await world.drain();
      }
      for (let round = 0; round < ROUNDS; round += 1) {
        const waiting = again;
        again = [];
        for (const retry of waiting) await retry();
        world.clock.pass(61 * SECOND);
        for (const conversationId of CONVERSATIONS) await world.pass(conversationKey({ conversationId }));
        await world.drain();
      }
      await judge(world, steps);
    }),
    { numRuns: 300 },
  );
}, 60_000);

/** The vendor merges whom it still knows; an event about others is an error of somebody's. */
function happen({ vendor }: VendorEventWorld, one: Step): void {
  if (one.kind === 'change') return;
  const { discarded, surviving } = one;
  if (discarded === surviving || [discarded, surviving].some((id) => vendor.unknownUsers.has(id))) return;
  vendor.unknownUsers.add(discarded);
}

/** Gives how the same arrives once more. */
async function arrive(world: VendorEventWorld, one: Step, index: number): Promise<() => Promise<unknown>> {
  if (one.kind === 'merge') {
    const event: VendorEvent = {
      kind: 'users_merged',
      appId: 'shop',
      discarded: { id: one.discarded },
      surviving: { id: one.surviving },
      occurredAtMs: NOW + index,
      eventId: `event-${index}`,
    };
    await world.arrive([event]);
    return () => world.arrive([event], 2);
  }
  const { conversationId, memberId } = one;
  const member = memberKey({ conversationId, memberId });
  const send = () =>
    world.change(member, {
      id: `change-${index}`,
      action: one.join ? 'join' : 'leave',
      occurredAt: iso(occurredAtMs(index)),
    });
  await send();
  return send;
}

/** No two at once, and not in the order of arrival. */
function occurredAtMs(index: number): number {
  return NOW - 100_000 + ((index * 37) % 101) * SECOND;
}

async function judge(world: VendorEventWorld, steps: readonly Step[]): Promise<void> {
  for (const conversationId of CONVERSATIONS) {
    const newest = new Map<string, { atMs: number; join: boolean }>();
    for (const [index, one] of steps.entries()) {
      if (one.kind !== 'change' || one.conversationId !== conversationId) continue;
      const survivor = await survivorOf(world, one.memberId);
      const atMs = occurredAtMs(index);
      if ((newest.get(survivor)?.atMs ?? 0) < atMs) newest.set(survivor, { atMs, join: one.join });
    }
    for (const [survivor, { join }] of newest) {
      // By an error nobody whom the vendor knows has survived: the wish is parked, and says why.
      if (world.vendor.unknownUsers.has(survivor)) continue;
      const key = conversationKey({ conversationId });
      expect(await world.row(survivor, key)).toBe(`${join ? 'join' : 'leave'} applied`);
      expect(world.vendor.in(key).has(survivor)).toBe(join);
    }
  }
}

async function survivorOf({ roster }: VendorEventWorld, memberId: string): Promise<string> {
  let id = memberId;
  for (;;) {
    const edge = await roster.merge({ appId: 'shop', kind: 'user', id });
    if (edge?.state !== 'confirmed') return id;
    id = edge.survivor;
  }
}

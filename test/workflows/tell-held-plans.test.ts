import { expect, test } from 'vitest';
import type { RollcallEvent } from '../../functions/core/events.ts';
import { tellHeldPlans } from '../../functions/workflows/tell-held-plans.ts';
import { conversationKey, NOW } from '../support/builders.ts';
import { MemoryRoster } from '../support/memory-roster.ts';

test('tells how many plans are held, and that there are none once they are not', async () => {
  const conversations = new MemoryRoster();
  const events: RollcallEvent[] = [];
  const tell = () =>
    tellHeldPlans({ conversations, telemetry: { emit: (event) => void events.push(event) } });
  const held = { hash: 'h', heldAtMs: NOW, removals: [{ memberId: 'ann' }] };
  await conversations.patchConversation(conversationKey(), { held });
  await tell();
  await conversations.patchConversation(conversationKey(), { held: null });
  await tell();
  expect(events).toEqual([
    { name: 'plans_held', plans: 1 },
    { name: 'plans_held', plans: 0 },
  ]);
});

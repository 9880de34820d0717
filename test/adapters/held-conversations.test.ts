import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBHeldConversations } from '../../functions/adapters/held-conversations.ts';
import { DynamoDBOperatorRoster } from '../../functions/adapters/operator-roster.ts';
import type { HeldConversations } from '../../functions/workflows/ports.ts';
import { conversationKey, HOUR, MINUTE, NOW } from '../support/builders.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { rosterTables } from '../support/roster-table.ts';

const tables = rosterTables();

describe.each(['memory', 'DynamoDB'])('held plans in %s', (kind) => {
  let roster: Pick<MemoryRoster, 'patchConversation'>;
  let conversations: HeldConversations;
  beforeEach(async () => {
    const memory = new MemoryRoster();
    if (kind === 'memory') {
      roster = memory;
      conversations = memory;
    } else {
      const name = await tables.create();
      roster = new DynamoDBOperatorRoster(tables.client, name);
      conversations = new DynamoDBHeldConversations(tables.client, name);
    }
  });
  const key = (index: number) => conversationKey({ conversationId: `c${index}` });
  const hold = (index: number, heldAtMs: number) =>
    roster.patchConversation(key(index), { held: { hash: `hash-${index}`, heldAtMs, removals: [] } });

  it('are found as soon as they are held, those held longest first', async () => {
    await roster.patchConversation(key(9), { notFoundPasses: 1 });
    await hold(1, NOW);
    await hold(2, NOW - HOUR);
    await hold(3, NOW - MINUTE);
    expect(await conversations.heldConversations(10)).toEqual({
      held: [
        { key: key(2), heldAtMs: NOW - HOUR },
        { key: key(3), heldAtMs: NOW - MINUTE },
        { key: key(1), heldAtMs: NOW },
      ],
    });
  });

  it('are found by pages', async () => {
    for (const index of [0, 1, 2, 3, 4]) await hold(index, NOW + (index % 2));
    const seen: string[] = [];
    let page = await conversations.heldConversations(2);
    for (;;) {
      expect(page.held.length).toBeLessThanOrEqual(2);
      seen.push(...page.held.map((each) => each.key.conversationId));
      if (!page.next) break;
      page = await conversations.heldConversations(2, page.next);
    }
    expect(seen.toSorted()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
  });

  it('are found no more once they are dropped, and as of then when another plan is held', async () => {
    await hold(1, NOW);
    await hold(2, NOW);
    await roster.patchConversation(key(1), { held: null });
    await hold(2, NOW + MINUTE);
    expect((await conversations.heldConversations(10)).held).toEqual([
      { key: key(2), heldAtMs: NOW + MINUTE },
    ]);
  });

  it('stay found while something else of their conversation changes', async () => {
    await hold(1, NOW);
    await roster.patchConversation(key(1), { notFoundPasses: 1 });
    expect((await conversations.heldConversations(10)).held).toHaveLength(1);
  });
});

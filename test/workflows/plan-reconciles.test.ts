import { describe, expect, test } from 'vitest';
import { nextDueMs } from '../../functions/core/due.ts';
import type { RollcallEvent } from '../../functions/core/events.ts';
import type { ConversationKey } from '../../functions/core/member-key.ts';
import { planReconciles } from '../../functions/workflows/plan-reconciles.ts';
import type { DueConversation } from '../../functions/workflows/ports.ts';
import { conversationKey, HOUR, MINUTE, NOW, TIMINGS } from '../support/builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function conversations(count: number): ConversationKey[] {
  return Array.from({ length: count }, (_, number) =>
    conversationKey({ conversationId: `conversation-${number}` }),
  );
}

/** A fleet in memory, its shards as lists of what is due, and everything that happens to it, in order. */
function fleet(...shards: ConversationKey[][]) {
  const due = shards.map((shard) => shard.map((key): DueConversation => ({ key, dueAtMs: NOW - MINUTE })));
  const happened: string[] = [];
  const sent: ConversationKey[] = [];
  const postponed: [string, number][] = [];
  const counted: [number, number][] = [];
  const events: RollcallEvent[] = [];
  const options = { remainingMs: () => MINUTE, refuses: (_: ConversationKey) => false, indexLags: false };
  const ports = {
    clock: new VirtualClock(),
    telemetry: { emit: (event: RollcallEvent) => void events.push(event) },
    conversations: {
      shards: due.length,
      due: async (shard: number, untilMs: number, limit: number) =>
        (due[shard] ?? []).filter(({ dueAtMs }) => dueAtMs <= untilMs).slice(0, limit),
      postpone: async (read: DueConversation, toMs: number) => {
        happened.push(`postpone ${read.key.conversationId}`);
        postponed.push([read.key.conversationId, toMs]);
        for (const shard of due) {
          const at = shard.indexOf(read);
          if (at >= 0 && !options.indexLags) shard[at] = { key: read.key, dueAtMs: toMs };
        }
        return true;
      },
      countPlanned: async (window: number, planned: number) => void counted.push([window, planned]),
    },
    queue: {
      send: async (keys: readonly ConversationKey[]) => {
        happened.push(...keys.map((key) => `send ${key.conversationId}`));
        sent.push(...keys);
        expect(keys.length).toBeLessThanOrEqual(10);
        return keys.filter((key) => options.refuses(key));
      },
    },
  };
  const plan = () => planReconciles(ports, TIMINGS, { remainingMs: () => options.remainingMs() });
  return { plan, options, ports, due, sent, postponed, counted, happened, events };
}

test('each due conversation is sent once, whatever shard it is in, and the sum is told and counted', async () => {
  const keys = conversations(25);
  const { plan, sent, events, counted } = fleet(keys.slice(0, 23), keys.slice(23), []);
  await plan();
  expect(new Set(sent)).toEqual(new Set(keys));
  expect(sent).toHaveLength(25);
  expect(events).toEqual([{ name: 'reconciles_planned', conversations: 25 }]);
  expect(counted).toEqual([[Math.floor(NOW / HOUR), 25]]);
});

test('where nothing is due, nothing is sent or counted, and the run is told all the same', async () => {
  const { plan, happened, events, counted, due } = fleet([]);
  due[0]?.push({ key: conversationKey(), dueAtMs: NOW + 1 });
  await plan();
  expect(happened).toEqual([]);
  expect(counted).toEqual([]);
  expect(events).toEqual([{ name: 'reconciles_planned', conversations: 0 }]);
});

test('a conversation is sent before it is postponed, to its own moment of the next interval', async () => {
  const { plan, happened, postponed } = fleet(conversations(1));
  await plan();
  expect(happened).toEqual(['send conversation-0', 'postpone conversation-0']);
  expect(postponed).toEqual([
    ['conversation-0', nextDueMs(conversationKey({ conversationId: 'conversation-0' }), NOW, HOUR)],
  ]);
});

test('a second run right after the first finds nothing', async () => {
  const { plan, sent } = fleet(conversations(12));
  await plan();
  await plan();
  expect(sent).toHaveLength(12);
});

test('an index that still shows what was sent does not keep the run going', async () => {
  const { plan, options, sent } = fleet(conversations(10));
  options.indexLags = true;
  await plan();
  expect(sent).toHaveLength(10);
});

describe('what the queue does not take', () => {
  test('stays due, is not tried again in this run, and does not hold up the rest', async () => {
    const { plan, options, sent, postponed, due } = fleet(conversations(15));
    options.refuses = ({ conversationId }) => conversationId === 'conversation-3';
    await plan();
    expect(sent).toHaveLength(15);
    expect(postponed.map(([id]) => id)).not.toContain('conversation-3');
    expect(due[0]?.find(({ key }) => key.conversationId === 'conversation-3')?.dueAtMs).toBe(NOW - MINUTE);
    options.refuses = () => false;
    await plan();
    expect(postponed.map(([id]) => id)).toContain('conversation-3');
  });
});

describe('when time runs out', () => {
  test('the run ends between two pages; the rest stays due', async () => {
    const { plan, options, sent, events } = fleet(conversations(35));
    options.remainingMs = () => (sent.length < 20 ? MINUTE : 1_000);
    await plan();
    expect(sent).toHaveLength(20);
    expect(events).toEqual([{ name: 'reconciles_planned', conversations: 20 }]);
  });

  test('a page begins while there is more than a second', async () => {
    const { plan, options, sent } = fleet(conversations(1));
    options.remainingMs = () => 1_001;
    await plan();
    expect(sent).toHaveLength(1);
  });
});

describe('a run that fails', () => {
  test('at the send postpones nothing', async () => {
    const { plan, ports, postponed } = fleet(conversations(3));
    ports.queue.send = () => Promise.reject(new Error('out'));
    await expect(plan()).rejects.toThrow('out');
    expect(postponed).toEqual([]);
  });

  test('at a postpone is repeated by the next, whole', async () => {
    const { plan, ports, sent } = fleet(conversations(3));
    const { postpone } = ports.conversations;
    ports.conversations.postpone = () => Promise.reject(new Error('out'));
    await expect(plan()).rejects.toThrow('out');
    ports.conversations.postpone = postpone;
    await plan();
    expect(sent).toHaveLength(6);
  });
});

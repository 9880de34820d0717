import { beforeEach, describe, expect, it } from 'vitest';
import { conversationKey, NOW } from '../support/builders.ts';
import { widgetWorld } from './widget-world.ts';

let world: ReturnType<typeof widgetWorld>;
beforeEach(() => {
  world = widgetWorld();
});
const redrive = { act: 'redrive', reason: 'rejected', parkedUntilMs: NOW };

describe('a redrive', () => {
  it('sends all of the reason that had been seen, and nothing else', async () => {
    world.park(5);
    world.park(2, 'invalid');
    expect(await world.act({ ...redrive, parkedUntilMs: NOW - 3_600_000 + 3 })).toContain(
      '4 changes redriven.',
    );
    expect(world.redriven).toHaveLength(4);
    expect(world.parked.items.size).toBe(3);
  });

  it('stops when its time is over, and goes on with the rest in the next step', async () => {
    world.park(30);
    world.onRedrive = () => {
      world.nowMs += 500;
    };
    const first = await world.act(redrive);
    expect(first).toMatch(/That is not all[\s\S]*Go on with the rest/);
    const sentFirst = world.redriven.length;
    expect(sentFirst).toBeLessThan(30);
    for (let steps = 0; steps < 5; steps += 1) await world.act(redrive);
    expect(new Set(world.redriven).size).toBe(30);
    expect(world.redriven).toHaveLength(30);
  });

  it('that fails leaves the change parked, goes on with the others and tells the log', async () => {
    world.park(3);
    world.onRedrive = ({ message }) => {
      if (message.messageId.endsWith('1')) throw new Error('the queue is out');
    };
    const page = await world.act(redrive);
    expect(page).toMatch(/2 changes redriven[\s\S]*1 change could not be/);
    expect([...world.parked.items.keys()]).toEqual(['rejected-00001']);
    expect(world.faults).toHaveLength(1);
  });
});

it('a discard takes the changes off the list without sending them', async () => {
  world.park(2);
  expect(await world.act({ ...redrive, act: 'discard' })).toContain('2 changes discarded.');
  expect(world.redriven).toEqual([]);
  expect(world.parked.items.size).toBe(0);
});

describe('an approval', () => {
  const approve = { act: 'approve', ...conversationKey(), hash: 'seen' };
  const held = { hash: 'seen', heldAtMs: NOW, removals: [{ memberId: 'ann' }] };

  it('is for the plan that was shown', async () => {
    await world.roster.patchConversation(conversationKey(), { held });
    expect(await world.act(approve)).toContain('1 removal approved');
  });

  it('of another plan than the one that is held is none', async () => {
    await world.roster.patchConversation(conversationKey(), { held: { ...held, hash: 'newer' } });
    expect(await world.act(approve)).toContain('another plan is held by now');
  });
});

describe('every act', () => {
  it('leaves a record that leads to its caller in CloudTrail', async () => {
    world.park(2);
    await world.act(redrive);
    expect(world.records).toMatchObject([
      {
        action: 'parked redrive',
        target: { reason: 'rejected' },
        who: 'CloudTrail: Invoke request-1',
        via: 'console',
        ended: { outcome: 'done', note: '2 done, 0 settled already, 0 failed' },
      },
    ]);
  });

  it('that is none of the widget’s does nothing, and leaves none', async () => {
    expect(await world.act({ act: 'drop everything' })).toContain('nothing was done');
    expect(world.records).toEqual([]);
  });
});

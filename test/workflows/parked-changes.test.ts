import { describe, expect, it } from 'vitest';
import type { CallResult } from '../../functions/core/call-result.ts';
import type { ParkedFilter } from '../../functions/core/parked.ts';
import type { ParkedItem } from '../../functions/core/roster.ts';
import { discard, listParked, redrive, type SettlePorts } from '../../functions/workflows/parked-changes.ts';
import { HOUR, MINUTE, memberKey, NOW } from '../support/builders.ts';
import { redelivered } from '../support/memory-redrive-queue.ts';
import { ApplyWorld } from './apply-world.ts';

const REFUSED: CallResult = { kind: 'rejected', reason: 'unexpected', status: 422 };

/** A world in which ann's join was parked, because the vendor refused it, and an operator of it. */
async function parkedWorld() {
  const world = new ApplyWorld();
  world.vendor.answers.push(REFUSED);
  await world.deliver(world.change('join-1'));
  const sent: ParkedItem[] = [];
  const ports: SettlePorts = {
    parked: world.roster.parked,
    roster: world.roster,
    queue: { redrive: async (item) => void sent.push(item) },
    events: world.outcomes,
    clock: world.clock,
  };
  return { world, ports, sent };
}

function dyingBeforeItIsNoted({ parked }: SettlePorts): SettlePorts['parked'] {
  return {
    shards: parked.shards,
    page: (...args) => parked.page(...args),
    record: (messageId) => parked.record(messageId),
    settle: () => Promise.reject(new Error('died')),
  };
}

async function listed(world: ApplyWorld, filter: ParkedFilter = {}): Promise<string[]> {
  const found: string[] = [];
  for await (const page of listParked(filter, world.roster.parked))
    found.push(...page.map(({ messageId }) => messageId));
  return found;
}

describe('what is parked', () => {
  it('is listed by reason, app, conversation and age', async () => {
    const { world } = await parkedWorld();
    const [item] = world.roster.allParked();
    if (!item) throw new Error('nothing is parked');
    const message = { ...item.message, messageId: 'other' };
    const other = { ...item, message, reason: 'user_not_found' } as const;
    await world.roster.putParkedItem({
      ...other,
      parkedAtMs: item.parkedAtMs + HOUR,
      key: memberKey({ appId: 'bank', conversationId: 'loans' }),
    });
    await world.roster.putParkedItem({
      message: { ...item.message, messageId: 'nameless' },
      reason: 'invalid',
      detail: '',
      parkedAtMs: item.parkedAtMs + 2 * HOUR,
    });
    expect(await listed(world)).toEqual(['join-1', 'other', 'nameless']);
    expect(await listed(world, { reason: 'user_not_found' })).toEqual(['other']);
    expect(await listed(world, { appId: 'shop' })).toEqual(['join-1']);
    expect(await listed(world, { conversationId: 'loans' })).toEqual(['other']);
    expect(await listed(world, { sinceMs: item.parkedAtMs + 1 })).toEqual(['other', 'nameless']);
    expect(await listed(world, { untilMs: item.parkedAtMs })).toEqual(['join-1']);
  });
});

describe('a redrive', () => {
  it('sends the original body once more, and takes the change off the list', async () => {
    const { world, ports, sent } = await parkedWorld();
    const [item] = world.roster.allParked();
    expect(await redrive('join-1', ports)).toEqual({ kind: 'done', item });
    expect(sent).toEqual([item]);
    expect(await listed(world)).toEqual([]);
  });

  it('is applied under its old version once its cause is gone', async () => {
    const { world, ports, sent } = await parkedWorld();
    const before = await world.member();
    await redrive('join-1', ports);
    expect(await world.deliver(...redelivered(sent))).toMatchObject({ ended: ['redrive-1 applied'] });
    expect(await world.member()).toMatchObject({ state: 'applied', version: before?.version });
  });

  it('of a change that a newer one has overtaken is a no-op', async () => {
    const { world, ports, sent } = await parkedWorld();
    await world.deliver(
      world.change('leave-2', { action: 'leave', occurredAt: new Date(NOW).toISOString() }),
    );
    const before = await world.member();
    await redrive('join-1', ports);
    expect(await world.deliver(...redelivered(sent))).toMatchObject({ ended: ['redrive-1 superseded'] });
    expect(await world.member()).toEqual(before);
    expect(world.present()).toEqual([]);
  });

  it('comes once, however often it is repeated', async () => {
    const { world, ports, sent } = await parkedWorld();
    await redrive('join-1', ports);
    const settled = { as: 'redriven', atMs: world.clock.nowMs() };
    expect(await redrive('join-1', ports)).toEqual({ kind: 'already', settled });
    expect(await discard('join-1', ports)).toEqual({ kind: 'already', settled });
    expect(sent).toHaveLength(1);
    expect(await redrive('never-there', ports)).toEqual({ kind: 'unknown' });
  });

  it('that died before it was noted is sent again, and both come to one end', async () => {
    const { world, ports, sent } = await parkedWorld();
    await expect(redrive('join-1', { ...ports, parked: dyingBeforeItIsNoted(ports) })).rejects.toThrow(
      'died',
    );
    await redrive('join-1', ports);
    expect(sent).toHaveLength(2);
    const [first, second] = redelivered(sent);
    if (!first || !second) throw new Error('two were sent');
    expect((await world.deliver(first)).ended).toEqual(['redrive-1 applied']);
    expect((await world.deliver(second)).ended).toEqual(['redrive-2 already']);
    expect(await listed(world)).toEqual([]);
  });

  it('of a message that was parked anew meanwhile leaves that on the list', async () => {
    const { world, ports, sent } = await parkedWorld();
    const [item] = world.roster.allParked();
    if (!item) throw new Error('nothing is parked');
    const anew = { ...item, parkedAtMs: item.parkedAtMs + MINUTE };
    const queue = {
      redrive: async (of: ParkedItem) => {
        sent.push(of);
        await world.roster.putParkedItem(anew);
      },
    };
    expect(await redrive('join-1', { ...ports, queue })).toEqual({ kind: 'parked_anew', item: anew });
    expect(await listed(world)).toEqual(['join-1']);
  });

  it('wakes only the very change that is parked now', async () => {
    const { world, ports, sent } = await parkedWorld();
    await redrive('join-1', ports);
    const [first] = redelivered(sent);
    if (!first) throw new Error('it was sent');
    world.vendor.answers.push(REFUSED);
    await world.deliver(first);
    expect(await listed(world)).toEqual(['redrive-1']);
    const late = { ...first, messageId: 'late-repeat' };
    expect((await world.deliver(late)).ended).toEqual(['late-repeat parked: rejected']);
    expect(await world.member()).toMatchObject({ state: 'parked', message: { messageId: 'redrive-1' } });
  });
});

describe('a discard', () => {
  it('leaves its member to nobody, and takes the change off the list', async () => {
    const { world, ports } = await parkedWorld();
    const [item] = world.roster.allParked();
    expect(await discard('join-1', ports)).toEqual({ kind: 'done', item });
    const row = await world.member();
    expect(row).toMatchObject({ state: 'unmanaged' });
    expect(row).not.toHaveProperty('message');
    expect(row).not.toHaveProperty('reason');
    expect(await listed(world)).toEqual([]);
  });

  it('is not undone by a redrive on its way, nor by a late delivery of the message', async () => {
    const { world, ports, sent } = await parkedWorld();
    await expect(redrive('join-1', { ...ports, parked: dyingBeforeItIsNoted(ports) })).rejects.toThrow(
      'died',
    );
    await discard('join-1', ports);
    expect((await world.deliver(...redelivered(sent))).ended).toEqual(['redrive-1 superseded: unmanaged']);
    expect((await world.deliver(world.change('join-1', {}, { receiveCount: 2 }))).ended).toEqual([
      'join-1 superseded: unmanaged',
    ]);
    expect(world.present()).toEqual([]);
  });

  it('touches no row that speaks of another message by now', async () => {
    const { world, ports } = await parkedWorld();
    await world.deliver(
      world.change('leave-2', { action: 'leave', occurredAt: new Date(NOW).toISOString() }),
    );
    const before = await world.member();
    expect(await discard('join-1', ports)).toMatchObject({ kind: 'done' });
    expect(await world.member()).toEqual(before);
    expect(await listed(world)).toEqual([]);
  });

  it('of what names nobody only takes it off the list', async () => {
    const { world, ports } = await parkedWorld();
    await world.deliver(world.change('broken', {}, { body: '{' }));
    expect(await discard('broken', ports)).toMatchObject({ kind: 'done' });
    expect((await world.deliver(world.change('broken', {}, { body: '{', receiveCount: 2 }))).ended).toEqual([
      'broken parked: invalid',
    ]);
    expect(await listed(world)).toEqual(['join-1']);
  });

  it('is told to the producer, by the id of its change and without the person', async () => {
    const { world, ports } = await parkedWorld();
    await discard('join-1', ports);
    expect(world.outcomes.published.map(({ kind }) => kind)).toEqual(['parked', 'discarded']);
    expect(world.outcomes.published[1]?.detail).toMatchObject({
      messageId: 'join-1',
      changeId: 'join-1',
      appId: 'shop',
      conversationId: 'orders',
      reason: 'rejected',
    });
    expect(JSON.stringify(world.outcomes.published)).not.toContain('ann');
  });

  it('is not over until it is told', async () => {
    const { world, ports } = await parkedWorld();
    world.outcomes.isOut = true;
    await expect(discard('join-1', ports)).rejects.toThrow('out');
    expect(await listed(world)).toEqual(['join-1']);
    world.outcomes.isOut = false;
    expect(await discard('join-1', ports)).toMatchObject({ kind: 'done' });
    expect(await listed(world)).toEqual([]);
  });

  it('tries again where the row moved on under its hands', async () => {
    const { world, ports } = await parkedWorld();
    let raced = false;
    const roster: SettlePorts['roster'] = {
      member: (key) => world.roster.member(key),
      patchMember: async (...args) => {
        if (raced) return world.roster.patchMember(...args);
        raced = true;
        return false;
      },
    };
    await discard('join-1', { ...ports, roster });
    expect(await world.member()).toMatchObject({ state: 'unmanaged' });
  });
});

import { describe, expect, test } from 'vitest';
import { nextDueMs } from '../../functions/core/due.ts';
import { ATTRIBUTE } from '../../functions/core/message.ts';
import {
  appRow,
  conversationKey,
  DAY,
  HOUR,
  iso,
  MINUTE,
  memberKey,
  NOW,
  queueMessage,
  SECOND,
  TIMINGS,
} from '../support/builders.ts';
import { ApplyWorld } from './apply-world.ts';

describe('a change', () => {
  test('is applied with one request, and written down as confirmed', async () => {
    const world = new ApplyWorld();
    expect(await world.deliver(world.change('c-1'))).toEqual({ ended: ['c-1 applied'], again: [] });
    expect(world.vendor.requests).toEqual(['join ann']);
    expect(await world.member()).toMatchObject({
      state: 'applied',
      changeId: 'c-1',
      starts: 0,
      confirmed: { atMs: NOW },
    });
    expect((await world.member())?.message).toBeUndefined();
  });

  test('has its conversation known to the reconciler', async () => {
    const world = new ApplyWorld();
    await world.deliver(world.change('c-1'));
    expect(await world.dueAtMs()).toBe(nextDueMs(conversationKey(), NOW, HOUR));
  });

  test('that comes twice costs nothing the second time', async () => {
    const world = new ApplyWorld();
    await world.deliver(world.change('c-1'));
    expect((await world.deliver(world.change('c-1', {}, { receiveCount: 2 }))).ended).toEqual([
      'c-1 already',
    ]);
    expect(world.vendor.requests).toHaveLength(1);
  });

  test('that was applied before its member was protected is not parked when it comes once more', async () => {
    const world = new ApplyWorld();
    await world.deliver(world.change('c-1', { action: 'leave' }));
    world.declare({ protectedMembers: ['ann'] });
    world.restart();
    const again = world.change('c-1', { action: 'leave' }, { receiveCount: 2 });
    expect((await world.deliver(again)).ended).toEqual(['c-1 already']);
    expect(world.queue.deadLetters.size).toBe(0);
  });

  test('is superseded by a newer one of its member, whatever came first', async () => {
    const world = new ApplyWorld();
    const older = world.change('older', { action: 'leave', occurredAt: iso(NOW - HOUR) });
    await world.deliver(world.change('newer'));
    expect((await world.deliver(older)).ended).toEqual(['older superseded']);
    expect(world.present()).toEqual(['ann']);
    expect(world.vendor.requests).toEqual(['join ann']);
  });

  test('decides for its batch: of one member only the newest is applied', async () => {
    const world = new ApplyWorld();
    const batch = [
      world.change('c-1', { occurredAt: iso(NOW - 3 * SECOND) }),
      world.change('c-3', { occurredAt: iso(NOW - SECOND) }),
      world.change('c-2', { action: 'leave', occurredAt: iso(NOW - 2 * SECOND) }),
    ];
    const { ended } = await world.deliver(...batch);
    expect(ended.toSorted()).toEqual(['c-1 superseded', 'c-2 superseded', 'c-3 applied']);
    expect(world.vendor.requests).toEqual(['join ann']);
  });
});

describe('a change that must not become a wish is parked, its body untouched', () => {
  test.each([
    ['invalid', { action: 'kick' }],
    ['unknown_app', { appId: 'bank' }],
    ['id_kind', { userId: undefined, userExternalId: 'x' }],
    ['too_old', { occurredAt: iso(NOW - 31 * DAY) }],
    ['protected', { action: 'leave', userId: 'bot' }],
  ])('%s', async (reason, body) => {
    const world = new ApplyWorld({ protectedMembers: ['bot'] });
    const message = world.change('c-1', body);
    expect(await world.deliver(message)).toEqual({ ended: [`c-1 parked: ${reason}`], again: [] });
    expect(world.queue.deadLetters.get('c-1')).toMatchObject({
      body: message.body,
      attributes: { [ATTRIBUTE.reason]: reason, [ATTRIBUTE.firstSequenceNumber]: message.sequenceNumber },
    });
    expect(world.roster.allParked()).toMatchObject([{ reason, message: { messageId: 'c-1' } }]);
    expect(world.roster.allMembers()).toEqual([]);
    expect(world.vendor.requests).toEqual([]);
  });

  test('and holds up nobody else of its batch', async () => {
    const world = new ApplyWorld();
    const { ended } = await world.deliver(queueMessage('{', { messageId: 'bad' }), world.change('good'));
    expect(ended).toEqual(['bad parked: invalid', 'good applied']);
  });

  test('is accepted once its app is declared, without a wait for any cache', async () => {
    const world = new ApplyWorld();
    await world.deliver(world.change('c-1', { appId: 'bank' }));
    world.roster.seedApp(appRow({ appId: 'bank' }));
    world.secrets.set('bank', '{"token":"b"}');
    expect((await world.deliver(world.change('c-2', { appId: 'bank' }))).ended).toEqual(['c-2 applied']);
  });

  test('where the process dies after the item is written, the next delivery finishes the park', async () => {
    const world = new ApplyWorld();
    const send = world.queue.sendToDeadLetterQueue.bind(world.queue);
    world.queue.sendToDeadLetterQueue = () => Promise.reject(new Error('out'));
    const message = world.change('c-1', { action: 'kick' });
    expect((await world.deliver(message)).again).toEqual(['c-1']);
    world.queue.sendToDeadLetterQueue = send;
    world.declare({});
    expect((await world.deliver({ ...message, receiveCount: 2 })).ended).toEqual(['c-1 parked: invalid']);
    expect([...world.queue.deadLetters.keys()]).toEqual(['c-1']);
  });
});

describe('what fails unforeseen', () => {
  test('fails its own message, which comes again, and no other', async () => {
    const world = new ApplyWorld();
    world.vendor.onRequest = (request) => {
      if (request === 'join bob') throw new TypeError('a bug');
    };
    const { ended, again } = await world.deliver(world.change('c-1'), world.change('c-2', { userId: 'bob' }));
    expect(ended.toSorted()).toEqual(['c-1 applied', 'c-2 retried: fault']);
    expect(again).toEqual(['c-2']);
    expect(world.queue.delaysMs.get('c-2')).toBeGreaterThan(0);
    expect(world.events).toContainEqual(expect.objectContaining({ name: 'fault', where: 'apply-changes' }));
  });

  test('at hiding a message leaves it to its visibility time-out', async () => {
    const world = new ApplyWorld();
    world.queue.delay = () => Promise.reject(new Error('out'));
    world.vendor.answers.push({ kind: 'gone', what: 'user' });
    expect((await world.deliver(world.change('c-1'))).again).toEqual(['c-1']);
    expect(world.events).toContainEqual(expect.objectContaining({ name: 'fault', where: 'delay' }));
  });
});

describe('a wish whose start was never finished', () => {
  /** The process dies while the vendor is asked, as often as this message is delivered. */
  async function dies(world: ApplyWorld, times: number): Promise<void> {
    world.vendor.onRequest = () => new Promise(() => {});
    for (let time = 1; time <= times; time += 1) {
      void world.deliver(world.change('c-1', {}, { receiveCount: time }));
      await untilAsked(world, time);
      world.restart();
    }
    world.vendor.onRequest = () => {};
  }

  async function untilAsked(world: ApplyWorld, times: number): Promise<void> {
    while (world.vendor.requests.length < times) await new Promise(setImmediate);
  }

  test('is tried again alone, and applied', async () => {
    const world = new ApplyWorld();
    await dies(world, 1);
    const order: string[] = [];
    world.vendor.onRequest = (request) => void order.push(request);
    const { ended } = await world.deliver(
      world.change('c-1', {}, { receiveCount: 2 }),
      world.change('c-2', { userId: 'bob' }),
    );
    expect(ended).toEqual(['c-2 applied', 'c-1 applied']);
    expect(order).toEqual(['join bob', 'join ann']);
  });

  test('is not known to be confirmed even so: an older call may still overturn it, and a listing must look', async () => {
    const world = new ApplyWorld();
    await dies(world, 1);
    await world.deliver(world.change('c-1', {}, { receiveCount: 2 }));
    expect((await world.member())?.confirmed).toBeUndefined();
    expect(await world.dueAtMs()).toBeLessThanOrEqual(NOW + TIMINGS.requestTimeoutMs);
  });

  test('is parked after five starts alone', async () => {
    const world = new ApplyWorld();
    await dies(world, 6);
    expect((await world.deliver(world.change('c-1', {}, { receiveCount: 7 }))).ended).toEqual([
      'c-1 parked: crashes',
    ]);
    expect(await world.member()).toMatchObject({ state: 'parked', reason: 'crashes' });
  });

  test('is not begun where no time is left: nobody is to blame for that', async () => {
    const world = new ApplyWorld();
    await dies(world, 1);
    world.remainingMs = 500;
    expect(await world.deliver(world.change('c-1', {}, { receiveCount: 2 }))).toEqual({
      ended: ['c-1 retried: no_time_left'],
      again: ['c-1'],
    });
    expect((await world.member())?.startsAlone).toBe(0);
  });
});

test('messages under another group than their member’s are applied all the same, and counted', async () => {
  const world = new ApplyWorld();
  const { ended } = await world.deliver(world.change('c-1', {}, { groupId: 'orders' }));
  expect(ended).toEqual(['c-1 applied']);
  expect(world.events).toContainEqual({ name: 'foreign_group', appId: 'shop' });
});

test('a redriven change that a newer one has overtaken is a no-op', async () => {
  const world = new ApplyWorld();
  world.vendor.answers.push({ kind: 'rejected', reason: 'unexpected', status: 422 });
  await world.deliver(world.change('stale', { occurredAt: iso(NOW - HOUR) }));
  await world.deliver(world.change('newer', { action: 'leave', occurredAt: iso(NOW - MINUTE) }));
  const parked = world.queue.deadLetters.get('stale');
  const redrive = queueMessage(parked?.body, { messageId: 'redrive', attributes: parked?.attributes ?? {} });
  expect((await world.deliver(redrive)).ended).toEqual(['redrive superseded']);
  expect(await world.member()).toMatchObject({ action: 'leave', changeId: 'newer', key: memberKey() });
});

describe('producers', () => {
  const broken = (world: ApplyWorld, receiveCount = 1) =>
    world.deliver(world.change('broken', {}, { body: '{', receiveCount }));

  test('are told what was parked and why, and not of whom', async () => {
    const world = new ApplyWorld();
    world.vendor.answers.push({ kind: 'rejected', reason: 'unexpected', status: 422 });
    await world.deliver(world.change('join-1'));
    await broken(world);
    expect(world.outcomes.published.map(({ kind, detail }) => [kind, detail])).toEqual([
      [
        'parked',
        {
          version: 1,
          messageId: 'join-1',
          changeId: 'join-1',
          appId: 'shop',
          conversationId: 'orders',
          reason: 'rejected',
          detail: 'HTTP 422',
          parkedAt: '2026-03-01T12:00:00.000Z',
        },
      ],
      ['parked', expect.objectContaining({ messageId: 'broken', reason: 'invalid' })],
    ]);
    expect(JSON.stringify(world.outcomes.published)).not.toContain('ann');
  });

  test('are told when the message comes again, where the event bus was out', async () => {
    const world = new ApplyWorld();
    world.outcomes.isOut = true;
    expect((await broken(world)).again).toEqual(['broken']);
    expect([...world.queue.deadLetters.keys()]).toEqual(['broken']);
    world.outcomes.isOut = false;
    expect(await broken(world, 2)).toEqual({ ended: ['broken parked: invalid'], again: [] });
    expect(world.outcomes.published).toMatchObject([{ kind: 'parked', detail: { messageId: 'broken' } }]);
  });

  test('do not hold up a member for ever where it stays out: it is told as a fault', async () => {
    const world = new ApplyWorld();
    world.outcomes.isOut = true;
    await broken(world);
    world.clock.pass(5 * MINUTE);
    expect(await broken(world, 2)).toEqual({ ended: ['broken parked: invalid'], again: [] });
    expect(world.events).toContainEqual(expect.objectContaining({ name: 'fault', where: 'outcome-events' }));
  });
});

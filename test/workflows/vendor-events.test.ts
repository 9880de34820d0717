import { beforeEach, describe, expect, it } from 'vitest';
import type { VendorEvent } from '../../functions/core/reconcile-message.ts';
import {
  changeBody,
  conversationKey,
  HOUR,
  iso,
  MINUTE,
  memberKey,
  NOW,
  version,
} from '../support/builders.ts';
import { VendorEventWorld } from './vendor-event-world.ts';

const origin = { occurredAtMs: NOW - MINUTE, eventId: 'event-1' };
const appId = 'shop';
const hint = (action: 'join' | 'leave', id = 'ann', at = {}): VendorEvent => ({
  kind: 'hint',
  ...conversationKey(),
  action,
  user: { id },
  ...origin,
  ...at,
});
const removed: VendorEvent = { kind: 'conversation_removed', ...conversationKey(), ...origin };
const userRemoved: VendorEvent = { kind: 'user_removed', appId, user: { id: 'ann' }, ...origin };
const merged = (discarded: string, surviving: string, more = {}): VendorEvent => ({
  kind: 'users_merged',
  appId,
  discarded: { id: discarded },
  surviving: { id: surviving },
  ...origin,
  ...more,
});

let world: VendorEventWorld;
beforeEach(() => {
  world = new VendorEventWorld();
});
const lists = () => world.vendor.requests.filter((request) => request.startsWith('list')).length;

describe('a hint', () => {
  it('that agrees with the roster, as the echo of our own call does, costs no request', async () => {
    await world.wish('ann');
    expect(await world.arrive([hint('join')])).toEqual(['agrees']);
    expect(world.vendor.requests).toEqual([]);
  });

  it('that disagrees has its conversation compared and mended at once', async () => {
    await world.wish('ann');
    expect(await world.arrive([hint('leave')])).toEqual(['compare']);
    await world.drain();
    expect(world.vendor.requests).toEqual(['list orders', 'join ann']);
  });

  it('shares one pass with the others of its batch', async () => {
    await world.wish('ann');
    await world.wish('bob');
    await world.arrive([hint('leave'), hint('leave', 'bob'), hint('leave', 'ann', { eventId: 'event-2' })]);
    expect(lists()).toBe(1);
  });

  it('that was sent before a complete listing began is satisfied by it', async () => {
    await world.wish('ann');
    const sentAtMs = world.clock.nowMs();
    world.clock.pass(1);
    await world.pass();
    world.clock.pass(-1);
    expect(world.clock.nowMs()).toBe(sentAtMs);
    expect(await world.arrive([hint('leave')])).toEqual(['satisfied']);
  });

  it('that was sent after the listing began asks for another', async () => {
    await world.wish('ann');
    await world.pass();
    world.clock.pass(1);
    expect(await world.arrive([hint('leave')])).toEqual(['compare']);
    expect(lists()).toBe(2);
  });

  it('is not satisfied by a listing that failed, and its own failure leaves the conversation due soon', async () => {
    await world.wish('ann');
    world.vendor.listAnswers.push({ result: { kind: 'unauthorized', status: 403 } });
    await world.arrive([hint('leave')]);
    const { dueAtMs } = (await world.roster.conversation(conversationKey())) ?? {};
    expect(dueAtMs).toBeLessThan(NOW + 2 * MINUTE);
    expect(await world.arrive([hint('leave')])).toEqual(['compare']);
  });

  it.each<[string, string, Parameters<VendorEventWorld['wish']>[1]]>([
    [
      'older than the wish, which only an earlier one’s confirmation stands by',
      'older',
      { version: version(0), confirmed: { action: 'join', version: version(-HOUR), atMs: NOW - HOUR } },
    ],
    [
      'older than what was confirmed',
      'older',
      { confirmed: { action: 'join', version: version(-HOUR), atMs: NOW } },
    ],
    ['of a wish in flight', 'not_applied', { state: 'pending' }],
    ['of a wish that waits for an outage', 'not_applied', { state: 'deferred' }],
    ['of a parked wish', 'not_applied', { state: 'parked' }],
    ['of somebody who is not managed', 'nobodys_business', { state: 'unmanaged' }],
    ['of somebody whose wish has moved', 'nobodys_business', { state: 'merged' }],
  ])('%s changes nothing', async (_, reason, row) => {
    await world.wish('ann', row);
    expect(await world.arrive([hint('leave')])).toEqual([reason]);
    expect(world.vendor.requests).toEqual([]);
  });

  it('of what came after the wish was confirmed asks for a look, also where its producer’s clock runs ahead', async () => {
    const ahead = version(2 * MINUTE);
    const confirmed = { action: 'join', version: ahead, atMs: NOW - HOUR } as const;
    await world.wish('ann', { version: ahead, confirmed });
    expect(await world.arrive([hint('leave')])).toEqual(['compare']);
  });

  it('of an unknown conversation changes nothing', async () => {
    expect(await world.arrive([hint('leave')])).toEqual(['unknown_conversation']);
  });

  it('of a stranger matters under exact only', async () => {
    await world.wish('ann');
    expect(await world.arrive([hint('join', 'eve')])).toEqual(['nobodys_business']);
    world = new VendorEventWorld({ policy: 'exact' });
    await world.wish('ann');
    expect(await world.arrive([hint('leave', 'eve'), hint('join', 'eve')])).toEqual([
      'nobodys_business',
      'compare',
    ]);
  });

  it('without the id that names its app’s members is ignored', async () => {
    world = new VendorEventWorld({ idKind: 'userExternalId' });
    expect(await world.arrive([hint('leave')])).toEqual(['no_id']);
  });

  it('asks for nothing while the reconciler is switched off', async () => {
    world = new VendorEventWorld({ reconcile: false });
    await world.wish('ann');
    expect(await world.arrive([hint('leave')])).toEqual(['switched_off']);
  });
});

describe('the removal of a conversation', () => {
  it('ends the management of what was applied, and parks what is deferred, with its reason', async () => {
    await world.wish('ann');
    await world.wish('bob', {
      state: 'deferred',
      message: { messageId: 'm-bob', groupId: 'g', body: '{}', attributes: {} },
    });
    world.vendor.unknownConversations.add('orders');
    expect(await world.arrive([removed])).toEqual(['done']);
    await world.drain();
    expect([await world.row('ann'), await world.row('bob')]).toEqual(['join unmanaged', 'join parked']);
    expect(world.parked).toMatchObject([
      { reason: 'conversation_not_found', message: { messageId: 'm-bob' } },
    ]);
  });

  it('leaves a newer wish alone, which tries once and is parked', async () => {
    await world.wish('ann', { version: version(0) });
    await world.arrive([removed]);
    expect(await world.row('ann')).toBe('join applied');
    world.vendor.unknownConversations.add('orders');
    await world.change(memberKey({ memberId: 'bob' }), { occurredAt: iso(NOW) });
    expect(world.vendor.requests).toEqual(['join bob']);
    expect(await world.row('bob')).toBe('join parked');
  });

  it('of a conversation that nobody knows is ignored', async () => {
    expect(await world.arrive([removed])).toEqual(['unknown_conversation']);
  });
});

describe('the removal of a user', () => {
  it('is a leave at its time wherever the user was wished in before', async () => {
    const other = conversationKey({ conversationId: 'other' });
    await world.wish('ann');
    await world.wish('ann', { version: version(0) }, other);
    await world.wish('bob');
    expect(await world.arrive([userRemoved])).toEqual(['again']);
    expect(world.queue.map(({ body }) => JSON.parse(body))).toMatchObject([
      { action: 'leave', conversationId: 'orders', userId: 'ann', occurredAt: iso(NOW - MINUTE) },
    ]);
    await world.drain();
    expect([await world.row('ann'), await world.row('ann', other)]).toEqual([
      'leave applied',
      'join applied',
    ]);
  });

  it('is looked at twice, for an index that lags, and sends nothing twice', async () => {
    await world.wish('ann');
    await world.arrive([userRemoved]);
    await world.drain();
    expect(await world.arrive([userRemoved], 2)).toEqual(['done']);
    expect(world.queue).toEqual([]);
  });

  it('goes through all pages of a user’s conversations', async () => {
    for (let index = 0; index < 120; index += 1)
      await world.wish('ann', {}, conversationKey({ conversationId: `c${index}` }));
    await world.arrive([userRemoved]);
    expect(world.queue).toHaveLength(120);
  });

  it('that nobody tells of shows as somebody missing who cannot be joined', async () => {
    await world.wish('ann', { confirmed: { action: 'join', version: version(-HOUR), atMs: NOW - HOUR } });
    world.vendor.unknownUsers.add('ann');
    await world.pass();
    await world.drain();
    await world.pass();
    expect(world.vendor.requests).toEqual(['list orders', 'join ann', 'list orders']);
    expect(world.events.filter(({ name }) => name === 'pass')).toMatchObject([
      { missing: 1 },
      { missing: 1, differences: [{ withheld: 'damped' }] },
    ]);
    expect(await world.row('ann')).toBe('join applied');
  });

  it('sends nothing while the reconciler is switched off, but ends the management of what was applied before', async () => {
    world = new VendorEventWorld({ reconcile: false });
    const other = conversationKey({ conversationId: 'other' });
    await world.wish('ann');
    await world.wish('ann', { version: version(0) }, other);
    expect(await world.arrive([userRemoved])).toEqual(['again']);
    expect(world.queue).toEqual([]);
    expect([await world.row('ann'), await world.row('ann', other)]).toEqual([
      'join unmanaged',
      'join applied',
    ]);
  });

  it('that came while the reconciler was switched off is not forgotten when it is on again', async () => {
    world = new VendorEventWorld({ reconcile: false });
    await world.wish('ann');
    world.vendor.unknownUsers.add('ann');
    await world.arrive([userRemoved]);
    world.switchOn();
    await world.pass();
    await world.drain();
    expect(world.vendor.requests).toEqual(['list orders']);
    expect(world.events).toContainEqual(expect.objectContaining({ name: 'pass', missing: 0 }));
  });
});

describe('a merge of users', () => {
  it('moves a wish with its version, without a call, and a listing confirms it', async () => {
    await world.wish('guest');
    world.vendor.unknownUsers.add('guest');
    world.vendor.in(conversationKey()).add('ann');
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['join merged', 'join applied']);
    world.clock.pass(1);
    await world.pass();
    expect(await world.roster.member(memberKey())).toMatchObject({
      version: version(-HOUR),
      confirmed: { version: version(-HOUR) },
    });
    expect(world.vendor.requests).toEqual(['list orders']);
  });

  it('has the newest of two members’ wishes win', async () => {
    await world.wish('guest', { action: 'leave', version: version(-2 * MINUTE) });
    await world.wish('ann');
    world.vendor.in(conversationKey()).add('ann');
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['leave merged', 'leave applied']);
    world.clock.pass(1);
    await world.pass();
    await world.drain();
    expect(world.vendor.requests).toEqual(['list orders', 'leave ann']);
  });

  it('leaves a newer wish of the survivor alone', async () => {
    await world.wish('guest');
    await world.wish('ann', { action: 'leave', version: version(-2 * MINUTE) });
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['join merged', 'leave applied']);
  });

  it('brings a change that was still on its way to the survivor, where the vendor knows the user no more', async () => {
    await world.arrive([merged('guest', 'ann')]);
    world.vendor.unknownUsers.add('guest');
    await world.change(memberKey({ memberId: 'guest' }), {});
    expect(world.vendor.requests).toEqual(['join guest', 'join ann']);
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['join merged', 'join applied']);
  });

  it('brings a later change to the survivor without asking the vendor for the discarded user', async () => {
    await world.wish('guest');
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    await world.change(memberKey({ memberId: 'guest' }), { action: 'leave' });
    expect(world.vendor.requests).toEqual(['leave ann']);
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['leave merged', 'leave applied']);
  });

  it('follows a chain to its end, whichever link came first', async () => {
    await world.wish('guest');
    await world.arrive([merged('ann', 'bob', { eventId: 'second' })]);
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect([await world.row('ann'), await world.row('bob')]).toEqual(['none', 'join applied']);
  });

  it('ignores an edge that would close a circle', async () => {
    await world.arrive([merged('guest', 'ann')]);
    expect(await world.arrive([merged('ann', 'guest', { eventId: 'wrong' })])).toEqual(['circle']);
    expect(await world.arrive([merged('ann', 'ann', { eventId: 'same' })])).toEqual(['circle']);
  });

  it('moves what waits for an outage together with its message', async () => {
    const message = { messageId: 'm', groupId: 'g', body: '{}', attributes: {} };
    await world.wish('guest', { state: 'deferred', message });
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect(world.vendor.requests).toEqual(['join ann']);
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['join merged', 'join applied']);
  });

  it('moves the rows of a merged conversation too, also where its end was told first', async () => {
    const old = conversationKey({ conversationId: 'old' });
    await world.wish('guest', {}, old);
    await world.wish('eve', {}, old);
    await world.arrive([{ kind: 'conversation_removed', ...old, ...origin }]);
    await world.arrive([
      merged('guest', 'ann', { mergedConversations: { surviving: 'orders', discarded: 'old' } }),
    ]);
    await world.drain();
    expect([await world.row('ann'), await world.row('eve')]).toEqual(['join applied', 'join applied']);
    expect([await world.row('guest', old), await world.row('eve', old)]).toEqual([
      'join merged',
      'join merged',
    ]);
  });

  it('protects whoever takes a protected member’s place, over all merges that are known', async () => {
    world = new VendorEventWorld({ protectedMembers: ['guest'] });
    await world.wish('zoe');
    world.vendor.in(conversationKey()).add('zoe');
    await world.arrive([merged('ann', 'zoe', { eventId: 'second' })]);
    await world.arrive([merged('guest', 'ann', { eventId: 'first' })]);
    await world.change(memberKey({ memberId: 'zoe' }), { action: 'leave', occurredAt: iso(NOW) });
    expect(world.parked).toMatchObject([{ reason: 'protected' }]);
    expect(await world.row('zoe')).toBe('join applied');
    expect(world.vendor.requests).toEqual([]);
  });

  it('of somebody who is not protected protects nobody', async () => {
    world = new VendorEventWorld({ protectedMembers: ['eve'] });
    await world.arrive([merged('guest', 'ann')]);
    expect(await world.roster.app(appId)).toMatchObject({ protectedMembers: ['eve'] });
  });

  it('does not take a protected survivor out', async () => {
    world = new VendorEventWorld({ protectedMembers: ['ann'] });
    await world.wish('guest', { action: 'leave', version: version(-2 * MINUTE) });
    await world.wish('ann');
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['leave merged', 'join applied']);
  });

  it('does not take a protected survivor out when the change that it moved is delivered once more', async () => {
    world = new VendorEventWorld({ protectedMembers: ['ann'] });
    const leave = JSON.stringify(changeBody({ userId: 'guest', action: 'leave' }));
    await world.wish('ann', { version: version(-HOUR) });
    world.vendor.in(conversationKey()).add('ann');
    const same = { messageId: 'leave-1', sentAtMs: NOW, sequenceNumber: '1' };
    await world.deliver(leave, memberKey({ memberId: 'guest' }), same);
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect(await world.row('guest')).toBe('leave merged');
    await world.deliver(leave, memberKey({ memberId: 'guest' }), { ...same, receiveCount: 2 });
    expect([await world.row('ann'), world.vendor.in(conversationKey()).has('ann')]).toEqual([
      'join applied',
      true,
    ]);
  });

  it('whose corrections the switch held back is carried on by a later pass', async () => {
    world = new VendorEventWorld({ reconcile: false });
    await world.wish('guest');
    await world.arrive([merged('guest', 'ann')]);
    await world.drain();
    expect(await world.row('ann')).toBe('none');
    world.switchOn();
    await world.pass();
    await world.drain();
    expect(await world.row('ann')).toBe('join applied');
  });

  it('that nobody recorded moves nothing, whoever asks for it', async () => {
    await world.wish('guest', { mergedAtMs: NOW });
    await world.pass();
    await world.drain();
    expect([await world.row('guest'), await world.row('ann')]).toEqual(['join applied', 'none']);
  });
});

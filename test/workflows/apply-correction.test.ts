import { describe, expect, test } from 'vitest';
import { userOf } from '../../functions/core/merge.ts';
import { firstArrival } from '../../functions/core/message.ts';
import { versionOf } from '../../functions/core/version.ts';
import {
  conversationKey,
  DAY,
  HOUR,
  iso,
  MINUTE,
  NOW,
  SECOND,
  TIMINGS,
  version,
} from '../support/builders.ts';
import { ApplyWorld } from './apply-world.ts';

const AT = version(-HOUR);
const stored = { messageId: 'c-1', groupId: 'g', body: '{}', attributes: {} };

/** What becomes of a correction planned against the row as it is seeded. */
async function correct(world: ApplyWorld, cause: 'deferred' | 'missing' | 'unexpected', plannedAgainst = AT) {
  return (await world.deliver(world.correction({ cause, plannedAgainst }))).ended;
}

describe('a correction of drift', () => {
  test('joins again who is missing; the wish stays as it is, and is confirmed anew', async () => {
    const world = new ApplyWorld();
    const row = world.seed({ confirmed: { action: 'join', version: AT, atMs: NOW - DAY } });
    expect(await correct(world, 'missing')).toEqual(['correction applied: applied']);
    expect(world.present()).toEqual(['ann']);
    expect(await world.member()).toMatchObject({
      version: row.version,
      changeId: row.changeId,
      confirmed: { atMs: NOW },
    });
  });

  test('removes who was wished out', async () => {
    const world = new ApplyWorld();
    world.seed({ action: 'leave' });
    world.vendor.in(conversationKey()).add('ann');
    expect(await correct(world, 'unexpected')).toEqual(['correction applied: applied']);
    expect(world.present()).toEqual([]);
  });

  test('that fails stands on the row, never comes back by itself and never parks', async () => {
    const world = new ApplyWorld();
    world.seed();
    world.vendor.answers.push({ kind: 'rejected', reason: 'unexpected', status: 422 });
    const { ended, again } = await world.deliver(world.correction({ cause: 'missing', plannedAgainst: AT }));
    expect({ ended, again }).toEqual({ ended: ['correction failed: rejected'], again: [] });
    expect(await world.member()).toMatchObject({ state: 'applied', reason: 'rejected', starts: 0 });
    expect(world.queue.deadLetters.size).toBe(0);
  });

  test('is dropped where a newer wish has come meanwhile', async () => {
    const world = new ApplyWorld();
    world.seed();
    await world.deliver(world.change('newer', { action: 'leave', occurredAt: iso(NOW) }));
    const requests = [...world.vendor.requests];
    expect(await correct(world, 'missing')).toEqual(['correction dropped: moved_on']);
    expect(world.vendor.requests).toEqual(requests);
  });

  test('is dropped where the same was wished anew meanwhile, or a row was made', async () => {
    const world = new ApplyWorld({ policy: 'exact' });
    world.seed({ version: version(-SECOND) });
    expect(await correct(world, 'missing')).toEqual(['correction dropped: moved_on']);
    world.seed({ state: 'unmanaged' });
    expect((await world.deliver(world.correction({ cause: 'unexpected' }))).ended).toEqual([
      'correction dropped: moved_on',
    ]);
    expect(world.vendor.requests).toEqual([]);
  });

  test('is dropped where it says the opposite of the row, whoever sent it', async () => {
    const world = new ApplyWorld();
    world.seed();
    expect(await correct(world, 'unexpected')).toEqual(['correction dropped: moved_on']);
    expect(world.vendor.requests).toEqual([]);
  });

  test('that overlapping passes ask for twice is not tried again where it has just failed', async () => {
    const world = new ApplyWorld();
    world.seed();
    const refused = { kind: 'throttled', retryAfterMs: HOUR } as const;
    world.vendor.answers.push(refused, refused);
    const twice = ['one', 'two'].map((messageId) =>
      world.correction({ cause: 'missing', plannedAgainst: AT }, { messageId }),
    );
    expect((await world.deliver(...twice)).ended).toEqual([
      'correction failed: throttled',
      'correction dropped: just_failed',
    ]);
    expect(world.vendor.requests).toHaveLength(1);
  });

  test('that keeps bringing the process down is dropped', async () => {
    const world = new ApplyWorld();
    world.seed();
    const message = world.correction({ plannedAgainst: AT }, { receiveCount: 7 });
    expect((await world.deliver(message)).ended).toEqual(['correction dropped: crashes']);
  });
});

describe('policy, protection and switch are checked again before the call, since anybody could have sent it', () => {
  test.each([
    ['report', 'missing', 'join'],
    ['report', 'unexpected', 'leave'],
    ['additive', 'unexpected', 'leave'],
  ] as const)('under %s a correction of %s is dropped', async (policy, cause, action) => {
    const world = new ApplyWorld({ policy });
    world.seed({ action });
    expect(await correct(world, cause)).toEqual(['correction dropped: policy']);
    expect(world.vendor.requests).toEqual([]);
  });

  test('a conversation’s own policy goes before its app’s', async () => {
    const world = new ApplyWorld({ policy: 'exact' });
    world.seed();
    await world.roster.patchConversation(conversationKey(), { policy: 'report' });
    expect(await correct(world, 'missing')).toEqual(['correction dropped: policy']);
  });

  test('a protected member is never removed', async () => {
    const world = new ApplyWorld({ protectedMembers: ['ann'], policy: 'exact' });
    world.seed({ action: 'leave' });
    expect(await correct(world, 'unexpected')).toEqual(['correction dropped: protected']);
  });

  test('a leave that waited for an outage to end is parked where its member is protected by now', async () => {
    const world = new ApplyWorld();
    world.seed({ action: 'leave', state: 'deferred', message: stored });
    world.vendor.in(conversationKey()).add('ann');
    world.declare({ protectedMembers: ['ann'] });
    expect(await correct(world, 'deferred')).toEqual(['c-1 parked: protected', 'correction applied: parked']);
    expect([world.present(), world.vendor.requests]).toEqual([['ann'], []]);
    expect(await world.member()).toMatchObject({ state: 'parked', reason: 'protected' });
    expect([...world.queue.deadLetters.keys()]).toEqual([stored.messageId]);
  });

  test('a leave that was never confirmed is not repeated where its member is protected by now', async () => {
    const world = new ApplyWorld({ protectedMembers: ['ann'] });
    world.seed({ action: 'leave', confirmed: { action: 'join', version: version(-DAY), atMs: NOW - DAY } });
    world.vendor.in(conversationKey()).add('ann');
    expect(await correct(world, 'deferred')).toEqual(['correction dropped: protected']);
    expect(world.present()).toEqual(['ann']);
  });

  test('switched off, what is queued already is dropped, deferred wishes included', async () => {
    const world = new ApplyWorld();
    world.seed({ state: 'deferred', message: stored });
    await world.deliver(world.change('c-2', { userId: 'bob' }));
    world.declare({ reconcile: false });
    expect(await correct(world, 'deferred')).toEqual(['correction dropped: switched_off']);
    expect(await world.member()).toMatchObject({ state: 'deferred' });
  });
});

describe('somebody present whom nobody wishes in', () => {
  const stranger = (world: ApplyWorld) => world.deliver(world.correction({ cause: 'unexpected' }));

  test('is removed under exact, and under no other policy', async () => {
    for (const policy of ['report', 'additive', 'managed', 'exact'] as const) {
      const world = new ApplyWorld({ policy });
      world.vendor.in(conversationKey()).add('ann');
      const applied = policy === 'exact';
      expect((await stranger(world)).ended).toEqual([
        applied ? 'correction applied: applied' : 'correction dropped: policy',
      ]);
      expect(world.present()).toEqual(applied ? [] : ['ann']);
    }
  });

  test('and is wished in while the vendor is asked: a listing must tell, at once', async () => {
    const world = new ApplyWorld({ policy: 'exact' });
    world.vendor.onRequest = async (request) => {
      if (request === 'leave ann') await world.deliver(world.change('c-1'));
    };
    await stranger(world);
    expect((await world.member())?.confirmed).toBeUndefined();
    expect(await world.dueAtMs()).toBe(NOW);
  });
});

describe('a deferred wish that is brought back', () => {
  test('ends as any change does, under its own name, whatever policy says', async () => {
    const world = new ApplyWorld({ policy: 'report' });
    world.seed({ state: 'deferred', message: stored });
    expect(await correct(world, 'deferred')).toEqual(['c-1 applied', 'correction applied: applied']);
    expect(await world.member()).toMatchObject({ state: 'applied', starts: 0 });
  });

  test('waits on where the outage lasts, and its conversation is due again', async () => {
    const world = new ApplyWorld();
    world.seed({ state: 'deferred', message: stored });
    world.vendor.answers.push({ kind: 'unauthorized', status: 403 });
    expect(await correct(world, 'deferred')).toEqual(['correction failed: credential_refused']);
    expect(await world.member()).toMatchObject({ state: 'deferred', message: stored });
    expect(await world.dueAtMs()).toBeLessThanOrEqual(NOW + HOUR);
  });

  test('is parked where the vendor refuses it, like any change', async () => {
    const world = new ApplyWorld();
    world.seed({ state: 'deferred', message: stored });
    world.vendor.answers.push({ kind: 'gone', what: 'conversation' });
    expect(await correct(world, 'deferred')).toContain('c-1 parked: conversation_not_found');
    expect([...world.queue.deadLetters.keys()]).toEqual(['c-1']);
  });

  test('waits on where a merge has just moved it, if the vendor will not have it there yet', async () => {
    const world = new ApplyWorld();
    world.seed({ state: 'deferred', message: stored, mergedAtMs: NOW });
    const ann = userOf({ appId: 'shop', memberId: 'ann' });
    await world.roster.claimMerge(ann, { survivor: 'bob', eventId: 'e-1' });
    await world.roster.settleMerge(ann, 'e-1', 'confirmed');
    world.vendor.answers.push({ kind: 'rejected', reason: 'full', status: 400 });
    expect(await correct(world, 'deferred')).toEqual(['correction failed: conversation_full']);
    expect(await world.member('ann')).toMatchObject({ state: 'merged' });
    expect(await world.member('bob')).toMatchObject({ state: 'deferred', version: AT, message: stored });
    expect(await world.dueAtMs()).toBeLessThanOrEqual(NOW + HOUR);
  });

  test('is not one while its message may still come: in flight for less than any delivery takes', async () => {
    const world = new ApplyWorld();
    world.seed({ state: 'pending', message: stored, wishedAtMs: NOW - TIMINGS.stuckAfterMs });
    expect(await correct(world, 'deferred')).toEqual(['correction dropped: not_deferred']);
    world.clock.pass(1);
    expect(await correct(world, 'deferred')).toEqual(['c-1 applied', 'correction applied: applied']);
  });

  test('is not one that is parked: that is for an operator', async () => {
    const world = new ApplyWorld();
    world.seed({ state: 'parked', message: stored });
    expect(await correct(world, 'deferred')).toEqual(['correction dropped: not_deferred']);
  });
});

test('a change that has just been deferred is not brought back by a correction of the same batch', async () => {
  const world = new ApplyWorld();
  world.vendor.answers.push({ kind: 'throttled', retryAfterMs: HOUR });
  const change = world.change('c-1');
  const plannedAgainst = versionOf(NOW - MINUTE, firstArrival(change));
  const correction = world.correction({ cause: 'deferred', plannedAgainst });
  expect((await world.deliver(change, correction)).ended).toEqual([
    'c-1 deferred: throttled',
    'correction dropped: just_failed',
  ]);
  expect(world.vendor.requests).toHaveLength(1);
});

test('two corrections of one member in a batch are made one after the other', async () => {
  const world = new ApplyWorld();
  world.seed();
  let underWay = 0;
  let mostUnderWay = 0;
  world.vendor.onRequest = async () => {
    underWay += 1;
    mostUnderWay = Math.max(mostUnderWay, underWay);
    await new Promise(setImmediate);
    underWay -= 1;
  };
  const twice = ['a', 'b'].map((messageId) =>
    world.correction({ plannedAgainst: AT, passId: messageId }, { messageId }),
  );
  expect((await world.deliver(...twice)).ended).toHaveLength(2);
  expect(world.vendor.requests).toHaveLength(2);
  expect(mostUnderWay).toBe(1);
});

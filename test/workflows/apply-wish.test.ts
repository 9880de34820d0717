import { describe, expect, test } from 'vitest';
import type { CallResult } from '../../functions/core/call-result.ts';
import {
  conversationKey,
  DAY,
  HOUR,
  iso,
  MINUTE,
  memberKey,
  NOW,
  participant,
  SECOND,
  TIMINGS,
  version,
} from '../support/builders.ts';
import { ApplyWorld } from './apply-world.ts';

const LOST: CallResult = { kind: 'unreachable', mayHaveBeenApplied: true };
const DOWN: CallResult = { kind: 'unreachable', mayHaveBeenApplied: false };
const FULL: CallResult = { kind: 'rejected', reason: 'full', status: 400 };
const BAD_REQUEST: CallResult = { kind: 'rejected', reason: 'bad_request', status: 400 };

const again = (world: ApplyWorld, receiveCount: number) =>
  world.deliver(world.change('c-1', {}, { receiveCount }));

describe('what the vendor answers', () => {
  test.each<[string, CallResult, string]>([
    ['applied', { kind: 'applied' }, 'applied'],
    ['already so', { kind: 'already' }, 'already'],
    ['an unknown conversation', { kind: 'gone', what: 'conversation' }, 'parked: conversation_not_found'],
    ['an unknown user, for a moment', { kind: 'gone', what: 'user' }, 'retried: user_not_found'],
    ['full', FULL, 'retried: conversation_full'],
    ['a refusal', { kind: 'rejected', reason: 'unexpected', status: 422 }, 'parked: rejected'],
    ['a refused credential', { kind: 'unauthorized', status: 403 }, 'deferred: credential_refused'],
  ])('%s ends a join', async (_, answer, outcome) => {
    const world = new ApplyWorld();
    world.vendor.answers.push(answer);
    expect((await world.deliver(world.change('c-1'))).ended).toEqual([`c-1 ${outcome}`]);
  });

  test.each<[string, CallResult]>([
    ['an unknown conversation', { kind: 'gone', what: 'conversation' }],
    ['an unknown user', { kind: 'gone', what: 'user' }],
  ])('%s is where a leave was going', async (_, answer) => {
    const world = new ApplyWorld();
    world.vendor.answers.push(answer);
    expect((await world.deliver(world.change('c-1', { action: 'leave' }))).ended).toEqual(['c-1 already']);
  });

  test('a bad request for a join is already so where a listing shows the member', async () => {
    const world = new ApplyWorld();
    world.vendor.in(conversationKey()).add('ann');
    world.vendor.answers.push(BAD_REQUEST);
    expect((await world.deliver(world.change('c-1'))).ended).toEqual(['c-1 already']);
  });

  test('a bad request is no refusal where the listing is in doubt', async () => {
    const world = new ApplyWorld();
    world.vendor.answers.push(BAD_REQUEST);
    const page = { participants: [participant('bob'), participant('bob')], hasMore: false };
    world.vendor.listAnswers.push({ result: { kind: 'applied' }, page });
    expect((await world.deliver(world.change('c-1'))).ended).toEqual(['c-1 retried: unreachable']);
  });
});

describe('an outage', () => {
  test('is retried, then deferred: the wish waits in the roster with its message, and its conversation is due soon', async () => {
    const world = new ApplyWorld();
    world.vendor.answers.push(...Array<CallResult>(50).fill(DOWN));
    expect(await again(world, 1)).toMatchObject({ ended: ['c-1 retried: unreachable'], again: ['c-1'] });
    world.clock.pass(TIMINGS.deferAfterMs);
    expect((await again(world, 2)).again).toEqual([]);
    expect(await world.member()).toMatchObject({
      state: 'deferred',
      message: { messageId: 'c-1' },
      starts: 0,
    });
    expect(await world.dueAtMs()).toBeLessThanOrEqual(world.clock.nowMs() + 2 * TIMINGS.deferredIntervalMs);
  });

  test('never parks anybody’s change, however long it lasts', async () => {
    const world = new ApplyWorld();
    world.vendor.answers.push(...Array<CallResult>(50).fill(DOWN));
    await again(world, 1);
    world.clock.pass(7 * DAY);
    await again(world, 2);
    expect(await world.member()).toMatchObject({ state: 'deferred' });
    expect(world.queue.deadLetters.size).toBe(0);
  });

  test.each([
    ['missing', undefined],
    ['malformed', '{"keyId":'],
  ])('of a credential (%s) defers at once, without a request', async (_, text) => {
    const world = new ApplyWorld();
    if (text === undefined) world.secrets.delete('shop');
    else world.secrets.set('shop', text);
    expect((await world.deliver(world.change('c-1'))).ended).toEqual(['c-1 deferred: credential_unusable']);
    expect(world.vendor.requests).toEqual([]);
  });

  test('does not hold a newer change back: it decides, and the deferred one is superseded', async () => {
    const world = new ApplyWorld();
    world.vendor.answers.push({ kind: 'unauthorized', status: 403 });
    await world.deliver(world.change('c-1'));
    world.clock.pass(HOUR);
    const { ended } = await world.deliver(world.change('c-2', { action: 'leave', occurredAt: iso(NOW) }));
    expect(ended).toContain('c-1 superseded');
    expect(await world.member()).toMatchObject({ action: 'leave' });
  });
});

test('what fails alone for a day while its app answers for others is parked', async () => {
  const world = new ApplyWorld();
  world.vendor.answers.push(FULL);
  await again(world, 1);
  world.clock.pass(TIMINGS.parkAfterMs + MINUTE);
  await world.deliver(world.change('c-2', { userId: 'bob', occurredAt: iso(world.clock.nowMs()) }));
  world.vendor.answers.push(FULL);
  expect((await again(world, 2)).ended).toEqual(['c-1 parked: conversation_full']);
});

test('a wish confirmed within one reconcile interval costs no call', async () => {
  const world = new ApplyWorld();
  world.seed({
    version: version(-DAY),
    confirmed: { action: 'join', version: version(-DAY), atMs: NOW - MINUTE },
  });
  expect((await world.deliver(world.change('c-1'))).ended).toEqual(['c-1 already']);
  expect(world.vendor.requests).toEqual([]);
});

test('a wish confirmed longer ago is called for', async () => {
  const world = new ApplyWorld();
  world.seed({
    version: version(-DAY),
    confirmed: { action: 'join', version: version(-DAY), atMs: NOW - HOUR },
  });
  await world.deliver(world.change('c-1'));
  expect(world.vendor.requests).toEqual(['join ann']);
});

describe('a time-out', () => {
  test('followed by the opposite wish leaves what the vendor has unknown, and the conversation due for a listing', async () => {
    const world = new ApplyWorld();
    world.vendor.answers.push(LOST, LOST, LOST);
    await again(world, 1);
    await world.deliver(world.change('c-2', { action: 'leave', occurredAt: iso(NOW) }));
    const row = await world.member();
    expect(row).toMatchObject({ state: 'applied', action: 'leave' });
    expect(row?.confirmed).toBeUndefined();
    expect(await world.dueAtMs()).toBeLessThanOrEqual(world.clock.nowMs() + TIMINGS.requestTimeoutMs);
  });
});

describe('a wish that a newer one overtakes while the vendor is asked', () => {
  test('is called for again, since what the vendor has is unknown', async () => {
    const world = new ApplyWorld();
    let overtaken = false;
    world.vendor.onRequest = async (request) => {
      if (request !== 'join ann' || overtaken) return;
      overtaken = true;
      await world.deliver(world.change('c-2', { action: 'leave', occurredAt: iso(NOW) }));
    };
    expect((await world.deliver(world.change('c-1'))).ended).toContain('c-1 superseded');
    expect(world.vendor.requests).toEqual(['join ann', 'leave ann', 'leave ann']);
    expect(world.present()).toEqual([]);
    const row = await world.roster.member(memberKey());
    expect(row).toMatchObject({ action: 'leave', changeId: 'c-2' });
    expect(row?.confirmed).toBeUndefined();
    expect(await world.dueAtMs()).toBeLessThanOrEqual(NOW + SECOND);
  });
});

test('only a confirmed leave may be forgotten, after 31 days at the earliest', async () => {
  const world = new ApplyWorld();
  await world.deliver(world.change('c-1', { action: 'leave' }), world.change('c-2', { userId: 'bob' }));
  expect((await world.member())?.expiresAtMs).toBeGreaterThanOrEqual(NOW + 31 * DAY);
  expect((await world.member('bob'))?.expiresAtMs).toBeUndefined();
});

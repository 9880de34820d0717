import { describe, expect, test } from 'vitest';
import type { CallResult } from '../../functions/core/call-result.ts';
import { ATTRIBUTE, firstArrival } from '../../functions/core/message.ts';
import { versionOf } from '../../functions/core/version.ts';
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

describe('what fails alone while its app answers for others', () => {
  /** Another change of the app succeeds, and then this one fails once more, by whichever way it is tried. */
  async function failAlone(world: ApplyWorld, answer = FULL) {
    const nowMs = world.clock.nowMs();
    await world.deliver(world.change(`b-${nowMs}`, { userId: 'bob', occurredAt: iso(nowMs) }));
    world.vendor.answers.push(answer);
    const row = await world.member();
    const isWaiting = row?.state === 'deferred';
    const attempt = isWaiting
      ? world.correction({ cause: 'deferred', plannedAgainst: row.version })
      : world.change('c-1');
    return (await world.deliver(attempt)).ended;
  }

  test('for a day is parked', async () => {
    const world = new ApplyWorld();
    const ended: string[] = [];
    for (let quarter = 0; quarter <= 4; quarter += 1) {
      ended.push(...(await failAlone(world)));
      world.clock.pass(TIMINGS.parkAfterMs / 4);
    }
    expect(ended).toEqual([
      'c-1 retried: conversation_full',
      'c-1 deferred: conversation_full',
      ...Array(2).fill('correction failed: conversation_full'),
      'c-1 parked: conversation_full',
      'correction applied: parked',
    ]);
  });

  test('is not parked for a time in which nobody tried it', async () => {
    const world = new ApplyWorld();
    await failAlone(world);
    world.clock.pass(TIMINGS.deferAfterMs);
    await failAlone(world);
    world.clock.pass(2 * DAY);
    expect(await failAlone(world)).toEqual(['correction failed: conversation_full']);
  });

  test('is tried for another day where an operator has brought it back', async () => {
    const world = new ApplyWorld();
    const redrive = world.change('c-1', {}, { attributes: { [ATTRIBUTE.parkedMessageId]: 'c-0' } });
    world.seed({
      state: 'parked',
      message: { messageId: 'c-0', groupId: 'g', body: '{}', attributes: {} },
      version: versionOf(NOW - MINUTE, firstArrival(redrive)),
      failingAloneSinceMs: NOW - 2 * DAY,
      failedAloneAtMs: NOW - DAY,
    });
    world.vendor.answers.push(FULL);
    expect((await world.deliver(redrive)).ended).toEqual(['c-1 retried: conversation_full']);
    world.clock.pass(TIMINGS.deferAfterMs);
    expect(await failAlone(world)).toEqual(['c-1 deferred: conversation_full']);
  });

  test('and is then refused is so only where the refusal lasts', async () => {
    const world = new ApplyWorld();
    await failAlone(world);
    world.clock.pass(TIMINGS.userGraceMs);
    await failAlone(world, BAD_REQUEST);
    world.clock.pass(SECOND);
    expect(await failAlone(world, BAD_REQUEST)).toEqual(['c-1 retried: rejected']);
    world.clock.pass(TIMINGS.userGraceMs);
    expect(await failAlone(world, BAD_REQUEST)).toEqual(['c-1 parked: rejected']);
  });
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

test('a deferral whose write the client repeated has its conversation due all the same', async () => {
  const world = new ApplyWorld();
  const { roster } = world;
  const patchMember = roster.patchMember.bind(roster);
  roster.patchMember = async (...args) => {
    await patchMember(...args);
    return patchMember(...args);
  };
  world.vendor.answers.push({ kind: 'unauthorized', status: 403 });
  expect((await world.deliver(world.change('c-1'))).ended).toEqual(['c-1 deferred: credential_refused']);
  expect(await world.dueAtMs()).toBe(world.clock.nowMs() + TIMINGS.deferredIntervalMs);
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
    expect(row?.expiresAtMs).toBeUndefined();
    expect(await world.dueAtMs()).toBeLessThanOrEqual(NOW + SECOND);
  });
});

test('doubt outlives the wish it came from: a call that is held up may overturn a later one as well', async () => {
  const world = new ApplyWorld();
  world.seed({ version: version(-DAY), doubtfulSinceMs: NOW - SECOND });
  await world.deliver(world.change('c-1', { action: 'leave' }));
  expect(await world.member()).toMatchObject({ state: 'applied', doubtfulSinceMs: NOW });
  expect((await world.member())?.confirmed).toBeUndefined();
  expect(await world.dueAtMs()).toBeLessThanOrEqual(NOW + TIMINGS.requestTimeoutMs);
});

test('a late call is remembered through another wish for the same', async () => {
  const world = new ApplyWorld();
  world.seed({ version: version(-DAY), lateAction: 'join' });
  await world.deliver(world.change('c-1'));
  expect(await world.member()).toMatchObject({ state: 'applied', lateAction: 'join' });
});

test('a late call is remembered through an opposite one that is late as well', async () => {
  const world = new ApplyWorld();
  world.seed({ version: version(-DAY), lateAction: 'join' });
  const lost = { kind: 'unreachable', mayHaveBeenApplied: true } as const;
  world.vendor.answers.push(lost, lost, lost);
  const leave = world.change('c-1', { action: 'leave' });
  await world.deliver(leave);
  await world.deliver({ ...leave, receiveCount: 2 });
  const row = await world.member();
  expect(row).toMatchObject({ state: 'applied', action: 'leave' });
  expect(row?.confirmed).toBeUndefined();
});

test('only a confirmed leave may be forgotten, after 31 days at the earliest', async () => {
  const world = new ApplyWorld();
  await world.deliver(world.change('c-1', { action: 'leave' }), world.change('c-2', { userId: 'bob' }));
  expect((await world.member())?.expiresAtMs).toBeGreaterThanOrEqual(NOW + 31 * DAY);
  expect((await world.member('bob'))?.expiresAtMs).toBeUndefined();
});

import { describe, expect, test } from 'vitest';
import { runWindow } from '../../functions/workflows/examine-conversation.ts';
import {
  conversationKey,
  HOUR,
  iso,
  memberKey,
  NOW,
  participant,
  TIMINGS,
  version,
} from '../support/builders.ts';
import { people, ReconcileWorld } from './reconcile-world.ts';

const HOLD_MANY = 8;

/** Eight take part who were all wished out: far over the limit. */
function overTheLimit(world: ReconcileWorld, conversation = conversationKey()): void {
  world.seat(people(HOLD_MANY), conversation);
  for (const name of people(HOLD_MANY)) world.wish(name, { action: 'leave' }, conversation);
}

async function approve(world: ReconcileWorld, untilMs = world.clock.nowMs() + HOUR): Promise<void> {
  const held = await world.held();
  if (!held) throw new Error('nothing is held');
  await world.roster.patchConversation(conversationKey(), { held: { ...held, approvedUntilMs: untilMs } });
}

describe('a pass', () => {
  test('asks for who is missing to be joined, and for who was wished out to leave', async () => {
    const world = new ReconcileWorld();
    world.seat(['bob', ...people(10)]);
    for (const name of ['ann', ...people(10)]) world.wish(name);
    world.wish('bob', { action: 'leave' });
    expect(await world.pass()).toEqual(['missing ann', 'unexpected bob']);
    expect(world.sent[0]).toMatchObject({ plannedAgainst: version(-HOUR), passId: `pass-${NOW}` });
    expect(await world.lastPass()).toMatchObject({
      listing: 'complete',
      participants: 11,
      missing: 1,
      unexpected: 1,
      corrected: 2,
      held: 0,
    });
  });

  test('leaves participants alone whom nobody ever wished', async () => {
    const world = new ReconcileWorld();
    world.seat(['eve']);
    expect(await world.pass()).toEqual([]);
  });

  test('costs one listing and nothing else where all is as wished', async () => {
    const world = new ReconcileWorld();
    world.seat(['ann']);
    world.wish('ann');
    expect(await world.pass()).toEqual([]);
    expect(world.vendor.requests).toEqual(['list orders']);
  });

  test('confirms what the listing shows and no call could', async () => {
    const world = new ReconcileWorld();
    world.seat(['ann']);
    world.roster.seedMember({
      ...world.wish('ann'),
      confirmed: { action: 'leave', version: version(-1), atMs: 0 },
    });
    expect(await world.pass()).toEqual([]);
    expect(await world.roster.member(memberKey())).toMatchObject({
      confirmed: { action: 'join', version: version(-HOUR), atMs: NOW },
    });
  });

  test('corrects one member ever more slowly where somebody keeps undoing it', async () => {
    const world = new ReconcileWorld();
    world.wish('ann');
    const sent: number[] = [];
    for (let hour = 0; hour < 16; hour += 1) {
      if ((await world.pass()).length > 0) sent.push(hour);
      world.clock.pass(HOUR);
    }
    expect(sent).toEqual([0, 1, 3, 7, 15]);
  });

  test('fails where the change queue does not take a correction, so that it is made again', async () => {
    const world = new ReconcileWorld();
    world.wish('ann');
    world.queueIsUp = false;
    await expect(world.pass()).rejects.toThrow('not taken');
    expect(await world.lastPass()).toBeUndefined();
    world.queueIsUp = true;
    // Until the message comes again; what was counted as sent is left alone for a moment.
    world.clock.pass(TIMINGS.deferredIntervalMs);
    expect(await world.pass()).toEqual(['missing ann']);
  });

  test('of an app that is not declared fails: somebody must look', async () => {
    const world = new ReconcileWorld();
    await expect(world.pass(conversationKey({ appId: 'bank' }))).rejects.toThrow('not declared');
  });
});

describe('removals over the limit', () => {
  test('are held, while joins go', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    world.wish('ann');
    expect(await world.pass()).toEqual(['missing ann']);
    expect((await world.held())?.removals).toHaveLength(HOLD_MANY);
    expect(await world.lastPass()).toMatchObject({ corrected: 1, held: HOLD_MANY });
  });

  test('are told to producers once, and nobody of whom', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    await world.pass();
    const held = await world.held();
    expect(world.outcomes.published).toEqual([
      {
        kind: 'held',
        detail: {
          version: 1,
          ...conversationKey(),
          planHash: held?.hash,
          removals: HOLD_MANY,
          heldAt: iso(held?.heldAtMs ?? 0),
        },
      },
    ]);
  });

  test('are held all the same where producers cannot be told', async () => {
    const world = new ReconcileWorld();
    world.outcomes.isOut = true;
    overTheLimit(world);
    await world.pass();
    expect((await world.held())?.removals).toHaveLength(HOLD_MANY);
  });

  test('stay held pass after pass, with the same hash', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    const first = await world.held();
    world.clock.pass(26 * HOUR);
    expect(await world.pass()).toEqual([]);
    expect(await world.held()).toEqual(first);
  });

  test('go once an operator approves exactly them, and the approval is spent', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    await approve(world);
    expect(await world.pass()).toEqual(people(HOLD_MANY).map((name) => `unexpected ${name}`));
    expect(await world.held()).toBeUndefined();
    expect(await world.pass()).toEqual([]);
  });

  test('go only as far as a fresh listing still shows them, and only those that were approved', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    await approve(world);
    world.vendor.in(conversationKey()).delete('p1');
    world.wish('late', { action: 'leave' });
    world.seat(['late']);
    expect(await world.pass()).toEqual(
      people(HOLD_MANY)
        .slice(1)
        .map((name) => `unexpected ${name}`),
    );
  });

  test('are held again when the approval is over', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    await approve(world, world.clock.nowMs() + HOUR);
    world.clock.pass(HOUR);
    expect(await world.pass()).toEqual([]);
    expect(await world.held()).toBeDefined();
  });

  test('are forgotten once nothing asks for them any more', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    world.vendor.in(conversationKey()).clear();
    await world.pass();
    expect(await world.held()).toBeUndefined();
  });

  test('are counted before they are sent: a pass that dies between has used up its limit', async () => {
    const world = new ReconcileWorld();
    world.seat(people(8));
    for (const name of people(2)) world.wish(name, { action: 'leave' });
    world.queueIsUp = false;
    await expect(world.pass()).rejects.toThrow();
    expect(await world.roster.conversation(conversationKey())).toMatchObject({
      removals: [{ atMs: NOW, count: 2 }],
    });
  });
});

test('of two passes that overlap only one removes', async () => {
  const world = new ReconcileWorld();
  world.seat(['bob', ...people(10)]);
  for (const name of people(10)) world.wish(name);
  world.wish('bob', { action: 'leave' });
  await Promise.all(['one', 'two'].map((passId) => world.pass(conversationKey(), passId)));
  expect(world.sent.map(({ member }) => member.memberId)).toEqual(['bob']);
});

describe('a run in which more than five conversations are newly held', () => {
  const nth = (index: number) => conversationKey({ conversationId: `many-${index}` });

  async function stopped(): Promise<ReconcileWorld> {
    const world = new ReconcileWorld();
    for (let index = 0; index < 6; index += 1) {
      overTheLimit(world, nth(index));
      await world.pass(nth(index));
    }
    return world;
  }

  test('removes nobody any more anywhere, and says so; joins go', async () => {
    const world = await stopped();
    world.seat(['bob', ...people(10)]);
    world.wish('bob', { action: 'leave' });
    world.wish('ann');
    expect(await world.pass()).toEqual(['missing ann']);
    expect(await world.lastPass()).toMatchObject({ held: 1 });
    expect(world.events).toContainEqual({ name: 'run_stopped', window: runWindow(NOW, TIMINGS) });
  });

  test('still removes what an operator approved', async () => {
    const world = await stopped();
    overTheLimit(world);
    await world.pass();
    await approve(world);
    expect(await world.pass()).toHaveLength(HOLD_MANY);
  });

  test('is over with the next', async () => {
    const world = await stopped();
    world.clock.pass(HOUR);
    world.seat(['bob', ...people(10)]);
    world.wish('bob', { action: 'leave' });
    expect(await world.pass()).toEqual(['unexpected bob']);
  });

  test('counts a conversation that stays held once', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    for (let pass = 0; pass < 10; pass += 1) await world.pass();
    expect(await world.roster.run(runWindow(NOW, TIMINGS))).toMatchObject({ newlyHeld: 1 });
  });
});

describe('a listing that is not complete', () => {
  const doubtful = { participants: [participant('bob'), participant('bob')], hasMore: false };

  test.each([
    ['doubtful', { result: { kind: 'applied' }, page: doubtful }],
    ['failed', { result: { kind: 'rejected', reason: 'unexpected', status: 405 } }],
    ['app_out', { result: { kind: 'unauthorized', status: 403 } }],
  ] as const)('(%s) corrects nothing but what was deferred', async (listing, answer) => {
    const world = new ReconcileWorld();
    world.seat(['bob']);
    world.wish('ann');
    world.wish('bob', { action: 'leave' });
    world.wish('cyd', { state: 'deferred' });
    world.vendor.listAnswers.push(answer);
    expect(await world.pass()).toEqual(['deferred cyd']);
    expect(await world.lastPass()).toMatchObject({ listing, participants: 0, missing: 0, corrected: 1 });
  });
});

describe('a conversation that the vendor does not know', () => {
  const gone = { result: { kind: 'gone', what: 'conversation' } } as const;

  async function states(world: ReconcileWorld) {
    return world.roster.allMembers().map(({ key, state }) => `${key.memberId} ${state}`);
  }

  test('is believed gone after two passes: nobody there is managed any more', async () => {
    const world = new ReconcileWorld();
    world.wish('ann');
    world.wish('bob', { state: 'parked' });
    world.vendor.listAnswers.push(gone, gone);
    expect(await world.pass()).toEqual([]);
    expect(await states(world)).toEqual(['ann applied', 'bob parked']);
    await world.pass();
    expect(await states(world)).toEqual(['ann unmanaged', 'bob parked']);
  });

  test('is not gone where it was found between the two', async () => {
    const world = new ReconcileWorld({ reconcile: false });
    world.seat(['ann']);
    world.wish('ann');
    world.vendor.listAnswers.push(gone);
    await world.pass();
    await world.pass();
    world.vendor.listAnswers.push(gone);
    await world.pass();
    expect(await states(world)).toEqual(['ann applied']);
  });
});

describe('switched off', () => {
  test('a pass finds and reports, and sends nothing, deferred wishes included', async () => {
    const world = new ReconcileWorld({ reconcile: false });
    world.seat(['bob', ...people(10)]);
    world.wish('ann');
    world.wish('bob', { action: 'leave' });
    world.wish('cyd', { state: 'deferred' });
    expect(await world.pass()).toEqual([]);
    expect(await world.lastPass()).toMatchObject({ missing: 2, unexpected: 1, corrected: 0 });
  });

  test('it sends nothing without a listing either', async () => {
    const world = new ReconcileWorld({ reconcile: false });
    world.wish('cyd', { state: 'deferred' });
    world.vendor.listAnswers.push({ result: { kind: 'unauthorized', status: 403 } });
    expect(await world.pass()).toEqual([]);
  });

  test('it counts no removal and no correction, so that nothing is damped when it is on again', async () => {
    const world = new ReconcileWorld({ reconcile: false });
    world.seat(['bob', ...people(10)]);
    world.wish('ann');
    world.wish('bob', { action: 'leave' });
    for (let pass = 0; pass < 5; pass += 1) await world.pass();
    expect((await world.roster.conversation(conversationKey()))?.removals).toBeUndefined();
    world.declare({ reconcile: true });
    expect(await world.pass()).toEqual(['missing ann', 'unexpected bob']);
  });

  test('an approval is not spent, and nothing is newly held', async () => {
    const world = new ReconcileWorld();
    overTheLimit(world);
    await world.pass();
    await approve(world);
    world.declare({ reconcile: false });
    expect(await world.pass()).toEqual([]);
    world.declare({ reconcile: true });
    expect(await world.pass()).toHaveLength(HOLD_MANY);
  });
});

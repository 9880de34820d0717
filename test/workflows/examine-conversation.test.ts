import { expect, test } from 'vitest';
import { conversationKey, HOUR, MINUTE, NOW, participant, version } from '../support/builders.ts';
import { people, ReconcileWorld } from './reconcile-world.ts';

/** What an examination found, member by member. */
async function found(world: ReconcileWorld) {
  const { found } = await world.examine();
  if (found.listing !== 'complete') throw new Error(found.listing);
  return found.comparison.differences.map(({ member, cause }) => `${member.memberId}: ${cause}`);
}

test('it finds what a pass finds, and writes nothing at all', async () => {
  const world = new ReconcileWorld({ policy: 'exact' });
  world.seat(['bob', 'eve', ...people(10)]);
  for (const name of ['ann', ...people(10)]) world.wish(name);
  world.wish('bob', { action: 'leave' });
  world.wish('cyd', { state: 'deferred' });
  const rows = world.roster.allMembers();
  expect(await found(world)).toEqual([
    'ann: behind_our_back',
    'bob: behind_our_back',
    'cyd: deferred',
    'eve: unknown_participant',
  ]);
  expect(world.roster.allMembers()).toEqual(rows);
  expect(await world.roster.conversation(conversationKey())).toBeUndefined();
  expect(world.vendor.requests).toEqual(['list orders']);
  expect(await world.pass()).toEqual(['missing ann', 'deferred cyd', 'unexpected bob', 'unexpected eve']);
});

test('its plan holds removals over the limit with the hash that the pass then records', async () => {
  const world = new ReconcileWorld();
  world.seat(people(8));
  for (const name of people(8)) world.wish(name, { action: 'leave' });
  const { found } = await world.examine();
  const verdict = found.listing === 'complete' && found.plan.verdict;
  expect(verdict).toMatchObject({ kind: 'hold', isNew: true });
  await world.pass();
  expect(await world.held()).toEqual(verdict && verdict.kind === 'hold' && verdict.plan);
});

test('the conversation’s policy goes before the app’s, and that before the deployment’s', async () => {
  const world = new ReconcileWorld();
  expect((await world.examine()).policy).toBe('managed');
  world.declare({ policy: 'additive' });
  expect((await world.examine()).policy).toBe('additive');
  await world.roster.patchConversation(conversationKey(), { policy: 'report' });
  expect((await world.examine()).policy).toBe('report');
});

test('rows are read after the listing: what was applied while it ran is no drift', async () => {
  const world = new ReconcileWorld();
  world.vendor.onRequest = () => {
    world.clock.pass(MINUTE);
    world.wish('ann', { confirmed: { action: 'join', version: version(-HOUR), atMs: NOW + MINUTE } });
  };
  expect(await found(world)).toEqual([]);
});

test('all pages of the rows are read', async () => {
  const world = new ReconcileWorld();
  for (const name of people(250)) world.wish(name);
  expect((await world.examine()).rows).toHaveLength(250);
});

test('without a complete listing it says why, and finds only what was deferred', async () => {
  const world = new ReconcileWorld();
  world.wish('ann');
  world.wish('bob', { state: 'deferred' });
  const repeated = { participants: [participant('cyd'), participant('cyd')], hasMore: false };
  world.vendor.listAnswers.push({ result: { kind: 'applied' }, page: repeated });
  expect((await world.examine()).found).toMatchObject({
    listing: 'doubtful',
    read: { why: 'a participant came twice' },
    deferred: [{ member: { memberId: 'bob' }, correction: 'deferred' }],
  });
});

test('a conversation that the vendor does not know is told from a listing that failed', async () => {
  const world = new ReconcileWorld();
  world.vendor.listAnswers.push({ result: { kind: 'gone', what: 'conversation' } });
  expect((await world.examine()).found).toMatchObject({ listing: 'not_found' });
  world.vendor.listAnswers.push({ result: { kind: 'rejected', reason: 'unexpected', status: 405 } });
  expect((await world.examine()).found).toMatchObject({ listing: 'failed' });
});

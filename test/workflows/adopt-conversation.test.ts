import { expect, test } from 'vitest';
import type { IdKind } from '../../functions/core/member-key.ts';
import { BEFORE_EVERY_CHANGE } from '../../functions/core/version.ts';
import { adoptConversation } from '../../functions/workflows/adopt-conversation.ts';
import { VendorCalls } from '../../functions/workflows/vendor-calls.ts';
import { appRow, conversationKey, memberKey, NOW, participant, wish } from '../support/builders.ts';
import { people, ReconcileWorld } from './reconcile-world.ts';

/** Adopts the conversation of a world; `writes` names in order what was written. */
async function adopt(world: ReconcileWorld, idKind: IdKind = 'userId') {
  const { roster, vendor, clock, settings } = world;
  const writes: string[] = [];
  const secrets = { read: async () => '{"token":"a"}' };
  const adoption = await adoptConversation(conversationKey(), appRow({ idKind }), {
    roster: {
      createConversation: (key, dueAtMs) => {
        writes.push('conversation');
        return roster.createConversation(key, dueAtMs);
      },
      adoptMember: async (row) => {
        writes.push(row.key.memberId);
        if (await roster.member(row.key)) return false;
        roster.seedMember(row);
        return true;
      },
    },
    vendor,
    clock,
    settings,
    calls: new VendorCalls({ secrets, telemetry: { emit: () => {} }, clock }, settings),
    deadline: { remainingMs: () => Number.POSITIVE_INFINITY },
    onProgress: () => {},
  });
  return { adoption, writes };
}

test('whoever is present is wished for from now on, older than any change, and no pass finds anything', async () => {
  const world = new ReconcileWorld({ policy: 'exact' });
  world.seat(people(101));
  const { adoption, writes } = await adopt(world);
  expect(adoption).toEqual({ kind: 'adopted', participants: 101, adopted: 101, known: 0, unnamed: 0 });
  expect(writes[0]).toBe('conversation');
  expect(await world.roster.member(memberKey({ memberId: 'p1' }))).toMatchObject({
    action: 'join',
    state: 'applied',
    version: BEFORE_EVERY_CHANGE,
    confirmed: { action: 'join', version: BEFORE_EVERY_CHANGE, atMs: NOW },
    participantId: 'participant-p1',
  });
  expect((await world.roster.conversation(conversationKey()))?.dueAtMs).toBeGreaterThan(NOW);
  expect(await world.pass()).toEqual([]);
});

test('whoever has a row keeps it, so that a second time changes nothing', async () => {
  const world = new ReconcileWorld();
  world.seat(['ann', 'bob']);
  await world.roster.putWish(memberKey(), wish({ action: 'leave' }), NOW);
  expect((await adopt(world)).adoption).toMatchObject({ adopted: 1, known: 1 });
  const rows = world.roster.allMembers();
  expect((await adopt(world)).adoption).toMatchObject({ adopted: 0, known: 2 });
  expect(world.roster.allMembers()).toEqual(rows);
});

test('whoever has no id of the app’s kind is left alone, and counted', async () => {
  const world = new ReconcileWorld();
  const { userExternalId: _, ...nameless } = participant('bob');
  const page = { participants: [participant('ann'), nameless], hasMore: false };
  world.vendor.listAnswers.push({ result: { kind: 'applied' }, page });
  const { adoption, writes } = await adopt(world, 'userExternalId');
  expect(adoption).toMatchObject({ adopted: 1, unnamed: 1 });
  expect(writes).toEqual(['conversation', 'external-ann']);
});

test('nothing is written on a listing that is in doubt', async () => {
  const world = new ReconcileWorld();
  const page = { participants: [participant('ann')], hasMore: true };
  world.vendor.listAnswers.push({ result: { kind: 'applied' }, page });
  const { adoption, writes } = await adopt(world);
  expect(adoption).toEqual({ kind: 'doubtful', why: 'more pages without a cursor' });
  expect(writes).toEqual([]);
});

import { beforeEach, describe, expect, it } from 'vitest';
import type { AppRow } from '../../functions/core/app.ts';
import { rowAfterPatch, rowAfterWish } from '../../functions/core/roster.ts';
import type {
  ConversationRows,
  DueConversation,
  DueConversations,
  ReconcileRuns,
  Roster,
  Users,
} from '../../functions/workflows/ports.ts';
import {
  appRow,
  conversationKey,
  DAY,
  HOUR,
  MINUTE,
  memberKey,
  NOW,
  SECOND,
  version,
  wish,
} from '../support/builders.ts';

export type AnyRoster = Roster & DueConversations & ConversationRows & ReconcileRuns & Users;

export interface RosterUnderTest {
  readonly roster: AnyRoster;
  declareApp(row: AppRow): void | Promise<void>;
}

const key = memberKey();
const stored = { messageId: 'message-1', groupId: 'group-1', body: '{"a":"ü😀"}', attributes: { a: 'b' } };

/** What every implementation of the roster does. */
export function describeRoster(name: string, make: () => RosterUnderTest | Promise<RosterUnderTest>): void {
  describe(`${name} as a roster`, () => {
    let roster: AnyRoster;
    let declareApp: RosterUnderTest['declareApp'];
    beforeEach(async () => {
      ({ roster, declareApp } = await make());
    });

    describe('of users and merges', () => {
      const guest = { appId: 'shop', kind: 'user', id: 'guest#1 ü😀' } as const;
      const edge = { survivor: 'ann', eventId: 'event-1' };

      it('finds a user’s conversations in that app, and nobody else’s', async () => {
        for (const conversationId of ['b', 'a'])
          await roster.putWish(memberKey({ conversationId }), wish(), NOW);
        await roster.putWish(memberKey({ conversationId: 'c', memberId: 'bob' }), wish(), NOW);
        await roster.putWish(memberKey({ appId: 'other' }), wish(), NOW);
        const { conversations } = await roster.conversationsOf({ appId: 'shop', memberId: 'ann' });
        expect(conversations).toEqual(
          ['a', 'b'].map((conversationId) => ({ appId: 'shop', conversationId })),
        );
      });

      it('finds all of them, page by page', async () => {
        const ids = Array.from({ length: 120 }, (_, index) => `c${index}`).toSorted();
        await Promise.all(
          ids.map((conversationId) => roster.putWish(memberKey({ conversationId }), wish(), NOW)),
        );
        const first = await roster.conversationsOf(key);
        const second = await roster.conversationsOf(key, first.next);
        const found = [...first.conversations, ...second.conversations];
        expect(found.map(({ conversationId }) => conversationId)).toEqual(ids);
        expect(second.next).toBeUndefined();
      });

      it('lets the first claim stand, and settles it once', async () => {
        expect(await roster.merge(guest)).toBeUndefined();
        expect(await roster.claimMerge(guest, edge)).toBe(true);
        expect(await roster.claimMerge(guest, { survivor: 'bob', eventId: 'event-2' })).toBe(false);
        expect(await roster.settleMerge(guest, 'event-2', 'confirmed')).toBe(false);
        expect(await roster.settleMerge(guest, 'event-1', 'confirmed')).toBe(true);
        expect(await roster.settleMerge(guest, 'event-1', 'ignored')).toBe(false);
        expect(await roster.merge(guest)).toEqual({ ...edge, state: 'confirmed' });
        expect(await roster.merge({ ...guest, kind: 'conversation' })).toBeUndefined();
      });

      it('lets another event claim what was ignored, and not the same one again', async () => {
        await roster.claimMerge(guest, edge);
        await roster.settleMerge(guest, 'event-1', 'ignored');
        expect(await roster.claimMerge(guest, edge)).toBe(false);
        expect(await roster.claimMerge(guest, { survivor: 'bob', eventId: 'event-2' })).toBe(true);
        expect(await roster.merge(guest)).toEqual({ survivor: 'bob', eventId: 'event-2', state: 'claimed' });
      });

      it('takes a moved wish for applied, in doubt, without counting a start', async () => {
        const { message: _, ...settled } = wish();
        const first = await roster.putWish(key, wish({ version: version(-1) }), NOW);
        const before = first.written ? first.row : undefined;
        const row = rowAfterWish(key, before, settled, NOW);
        expect(await roster.putWish(key, settled, NOW)).toMatchObject({ written: true, row });
        expect(await roster.member(key)).toEqual(row);
        expect(row).toMatchObject({ state: 'applied', starts: 1, doubtfulSinceMs: NOW });
      });
    });

    describe('of wishes', () => {
      it('records the first wish of a member and counts a start', async () => {
        const put = await roster.putWish(key, wish({ message: stored }), NOW);
        const row = rowAfterWish(key, undefined, wish({ message: stored }), NOW);
        expect(put).toEqual({ written: true, row });
        expect(await roster.member(key)).toEqual(row);
      });

      it('records a newer wish over an older one and gives the row as it was', async () => {
        const first = await roster.putWish(key, wish(), NOW);
        const before = rowAfterWish(key, undefined, wish(), NOW);
        const newer = wish({ version: version(1), action: 'leave', changeId: 'change-2' });
        const row = rowAfterWish(key, before, newer, NOW + SECOND);
        expect(first).toEqual({ written: true, row: before });
        expect(await roster.putWish(key, newer, NOW + SECOND)).toEqual({ written: true, before, row });
        expect(await roster.member(key)).toEqual(row);
      });

      it.each([
        ['an older wish', version(-1)],
        ['the same wish', version()],
      ])('leaves the row alone for %s', async (_, older) => {
        await roster.putWish(key, wish(), NOW);
        const put = await roster.putWish(key, wish({ version: older, changeId: 'other' }), NOW + SECOND);
        expect(put).toEqual({ written: false });
        expect(await roster.member(key)).toEqual(rowAfterWish(key, undefined, wish(), NOW));
      });

      it('keeps what was confirmed and what may come late, and nothing else of the wish before', async () => {
        await roster.putWish(key, wish({ action: 'leave' }), NOW);
        const confirmed = { action: 'leave', version: version(), atMs: NOW } as const;
        const patch = {
          state: 'applied',
          confirmed,
          lateAction: 'leave',
          participantId: 'p-1',
          reason: 'why',
          timesCorrected: 3,
          correctedAtMs: NOW,
          failingAloneSinceMs: NOW,
          failedAloneAtMs: NOW,
          startsAlone: 2,
          expiresAtMs: NOW + 31 * DAY,
        } as const;
        expect(await roster.patchMember(key, version(), patch)).toBe(true);
        const patched = await roster.member(key);
        const put = await roster.putWish(key, wish({ version: version(1) }), NOW + HOUR);
        expect(put).toEqual({
          written: true,
          before: patched,
          row: rowAfterWish(key, patched, wish({ version: version(1) }), NOW + HOUR),
        });
        expect(await roster.member(key)).toEqual({
          key,
          ...wish({ version: version(1) }),
          state: 'pending',
          wishedAtMs: NOW + HOUR,
          starts: 2,
          startsAlone: 0,
          confirmed,
          lateAction: 'leave',
          participantId: 'p-1',
        });
      });

      it('lets the newest of wishes that come at once stand, and counts each that was written', async () => {
        const puts = [3, 9, 1, 7, 5].map((age) => roster.putWish(key, wish({ version: version(age) }), NOW));
        const written = (await Promise.all(puts)).filter((put) => put.written).length;
        expect(await roster.member(key)).toMatchObject({ version: version(9), starts: written });
      });

      it('keeps members apart whose ids only look alike', async () => {
        const ids = ['a', 'A', 'a#', 'a ', '#', '../a', '__proto__', 'C', 'ａ'];
        for (const memberId of ids)
          await roster.putWish({ ...key, memberId }, wish({ changeId: memberId }), NOW);
        const rows = await Promise.all(ids.map((memberId) => roster.member({ ...key, memberId })));
        expect(rows.map((row) => row?.changeId)).toEqual(ids);
        expect(rows.map((row) => row?.key.memberId)).toEqual(ids);
      });

      it('knows nothing of a member who was never wished', async () => {
        expect(await roster.member(key)).toBeUndefined();
      });
    });

    describe('of what became of a wish', () => {
      beforeEach(async () => {
        await roster.putWish(key, wish({ message: stored }), NOW);
      });

      it('sets and removes fields while the row has this version', async () => {
        const before = rowAfterWish(key, undefined, wish({ message: stored }), NOW);
        const patch = { state: 'deferred', reason: 'app_out', starts: 0, message: null } as const;
        expect(await roster.patchMember(key, version(), patch)).toBe(true);
        expect(await roster.member(key)).toEqual(rowAfterPatch(before, patch));
      });

      it('changes nothing of a row that has moved on, or of none', async () => {
        expect(await roster.patchMember(key, version(-1), { state: 'applied' })).toBe(false);
        expect(await roster.patchMember({ ...key, memberId: 'nobody' }, version(), { starts: 0 })).toBe(
          false,
        );
        expect(await roster.member(key)).toMatchObject({ state: 'pending', starts: 1 });
        expect(await roster.member({ ...key, memberId: 'nobody' })).toBeUndefined();
      });

      it('takes an empty patch', async () => {
        expect(await roster.patchMember(key, version(), {})).toBe(true);
        expect(await roster.patchMember(key, version(1), {})).toBe(false);
        expect(await roster.member(key)).toMatchObject({ state: 'pending', starts: 1 });
      });

      it('changes and starts a row only while it is in the state that is asked for', async () => {
        expect(await roster.patchMember(key, version(), { reason: 'late' }, 'deferred')).toBe(false);
        expect(await roster.countStart(key, version(), false, 'applied')).toBeUndefined();
        expect(await roster.patchMember(key, version(), { state: 'applied' }, 'pending')).toBe(true);
        expect(await roster.member(key)).toMatchObject({ state: 'applied', starts: 1 });
      });

      it('removes what is not there', async () => {
        expect(await roster.patchMember(key, version(), { reason: null, confirmed: null })).toBe(true);
      });

      it('forgets a row at a whole second, never too early', async () => {
        await roster.patchMember(key, version(), { expiresAtMs: NOW + 1 });
        expect((await roster.member(key))?.expiresAtMs).toBe(NOW + SECOND);
        await roster.patchMember(key, version(), { expiresAtMs: null });
        expect(await roster.member(key)).not.toHaveProperty('expiresAtMs');
      });

      it('counts starts, and those alone besides', async () => {
        expect(await roster.countStart(key, version(), false, 'pending')).toMatchObject({
          starts: 2,
          startsAlone: 0,
        });
        const row = await roster.countStart(key, version(), true, 'pending');
        expect(row).toMatchObject({ starts: 3, startsAlone: 1 });
        expect(await roster.member(key)).toEqual(row);
      });

      it('counts no start on a row that has moved on, or on none', async () => {
        expect(await roster.countStart(key, version(1), false, 'pending')).toBeUndefined();
        expect(
          await roster.countStart({ ...key, memberId: 'nobody' }, version(), true, 'pending'),
        ).toBeUndefined();
        expect(await roster.member(key)).toMatchObject({ starts: 1 });
        expect(await roster.member({ ...key, memberId: 'nobody' })).toBeUndefined();
      });

      it('counts every start of those that come at once', async () => {
        await Promise.all(
          Array.from({ length: 5 }, () => roster.countStart(key, version(), false, 'pending')),
        );
        expect(await roster.member(key)).toMatchObject({ starts: 6 });
      });
    });

    describe('of conversations', () => {
      const conversation = conversationKey();

      it('makes one known once, whoever else does too', async () => {
        await Promise.all([1, 2, 3].map((ms) => roster.createConversation(conversation, NOW + ms)));
        const row = await roster.conversation(conversation);
        await roster.createConversation(conversation, NOW + HOUR);
        expect(await roster.conversation(conversation)).toEqual(row);
        expect(row?.dueAtMs).toBeLessThanOrEqual(NOW + 3);
      });

      it('knows nothing of one that was never made', async () => {
        expect(await roster.conversation(conversation)).toBeUndefined();
      });

      it('makes it due earlier, never later', async () => {
        await roster.createConversation(conversation, NOW);
        await roster.markDue(conversation, NOW + 1);
        expect(await roster.conversation(conversation)).toEqual({ key: conversation, dueAtMs: NOW });
        await roster.markDue(conversation, NOW - 1);
        expect(await roster.conversation(conversation)).toEqual({ key: conversation, dueAtMs: NOW - 1 });
      });

      it('makes one due that it did not know', async () => {
        await roster.markDue(conversation, NOW);
        await roster.createConversation(conversation, NOW - HOUR);
        expect(await roster.conversation(conversation)).toEqual({ key: conversation, dueAtMs: NOW });
      });

      it('takes the key of a member for its conversation', async () => {
        await roster.createConversation(key, NOW);
        expect(await roster.conversation(key)).toEqual({ key: conversation, dueAtMs: NOW });
      });

      it('sets and removes fields and leaves the due time alone', async () => {
        await roster.createConversation(conversation, NOW);
        const lastPass = {
          passId: 'pass-1',
          startedAtMs: NOW,
          finishedAtMs: NOW + 1,
          listing: 'complete',
          participants: 3,
          missing: 1,
          unexpected: 2,
          corrected: 1,
          held: 0,
        } as const;
        const removals = [{ memberId: 'ann', plannedAgainst: version() }, { memberId: 'bob' }];
        const held = { hash: 'h', heldAtMs: NOW, removals };
        await roster.patchConversation(conversation, {
          policy: 'exact',
          notFoundPasses: 1,
          removals: [{ atMs: NOW, count: 2 }],
          lastPass,
          held,
        });
        await roster.patchConversation(conversation, { notFoundPasses: null, removals: null });
        expect(await roster.conversation(conversation)).toEqual({
          key: conversation,
          dueAtMs: NOW,
          policy: 'exact',
          lastPass,
          held,
        });
      });

      it('counts removals where no other pass has since they were read', async () => {
        await roster.createConversation(conversation, NOW);
        const first = [{ atMs: NOW, count: 2 }];
        expect(await roster.countRemovals(conversation, first, undefined)).toBe(true);
        expect(await roster.countRemovals(conversation, [{ atMs: NOW + 1, count: 1 }], undefined)).toBe(
          false,
        );
        const both = [...first, { atMs: NOW + 1, count: 1 }];
        expect(await roster.countRemovals(conversation, both, first)).toBe(true);
        expect(await roster.countRemovals(conversation, both, first)).toBe(false);
        // The older of them has passed out of the day meanwhile.
        const later = [...both.slice(1), { atMs: NOW + 2, count: 1 }];
        expect(await roster.countRemovals(conversation, later, both)).toBe(true);
        expect(await roster.countRemovals(conversation, both, both)).toBe(false);
        expect(await roster.conversation(conversation)).toMatchObject({ removals: later });
      });

      it('gives one that is patched before it is known a due time', async () => {
        await roster.patchConversation(conversation, { notFoundPasses: 1 });
        expect(await roster.conversation(conversation)).toMatchObject({ dueAtMs: 0, notFoundPasses: 1 });
        expect(await allDue(roster, NOW)).toEqual([{ key: conversation, dueAtMs: 0 }]);
      });
    });

    describe('of what is due', () => {
      const conversations = Array.from({ length: 30 }, (_, index) => ({
        key: conversationKey({ conversationId: `c-${index}` }),
        dueAtMs: NOW + index * MINUTE,
      }));
      beforeEach(async () => {
        for (const { key, dueAtMs } of conversations) await roster.createConversation(key, dueAtMs);
      });

      it('shows every conversation whose time has come, once, and no other', async () => {
        const due = await allDue(roster, NOW + 9 * MINUTE);
        expect(due.toSorted((a, b) => a.dueAtMs - b.dueAtMs)).toEqual(conversations.slice(0, 10));
      });

      it('shows the longest due of a shard first, and no more than asked for', async () => {
        for (let shard = 0; shard < roster.shards; shard += 1) {
          const all = await roster.due(shard, NOW + HOUR, 100);
          expect(all).toEqual(all.toSorted((a, b) => a.dueAtMs - b.dueAtMs));
          expect(await roster.due(shard, NOW + HOUR, 2)).toEqual(all.slice(0, 2));
        }
      });

      it('moves a due time on', async () => {
        const [first] = await allDue(roster, NOW);
        expect(first && (await roster.postpone(first, NOW + DAY))).toBe(true);
        expect(await allDue(roster, NOW)).toEqual([]);
        expect(await roster.conversation(conversations[0]?.key ?? conversationKey())).toMatchObject({
          dueAtMs: NOW + DAY,
        });
      });

      it('does not move a due time that has changed since it was read', async () => {
        const [first] = await allDue(roster, NOW);
        if (!first) throw new Error('nothing is due');
        await roster.markDue(first.key, NOW - 1);
        expect(await roster.postpone(first, NOW + DAY)).toBe(false);
        expect(await allDue(roster, NOW)).toEqual([{ ...first, dueAtMs: NOW - 1 }]);
      });
    });

    describe('of the rows of one conversation', () => {
      it('gives every row of the conversation and none of another, page by page', async () => {
        const memberIds = Array.from({ length: 130 }, (_, index) => `m-${String(index).padStart(3, '0')}`);
        const body = 'x'.repeat(16_384);
        for (const memberId of memberIds) {
          await roster.putWish({ ...key, memberId }, wish({ message: { ...stored, body } }), NOW);
        }
        await roster.putWish(memberKey({ conversationId: 'orders2' }), wish(), NOW);
        await roster.createConversation(key, NOW);
        const pages = [await roster.memberRows(key)];
        for (let next = pages[0]?.next; next !== undefined; next = pages.at(-1)?.next) {
          pages.push(await roster.memberRows(key, next));
        }
        expect(pages.length).toBeGreaterThan(1);
        expect(pages.flatMap(({ rows }) => rows.map((row) => row.key.memberId))).toEqual(memberIds);
        expect(pages[0]?.rows[0]).toEqual(await roster.member({ ...key, memberId: 'm-000' }));
      });

      it('gives none of a conversation that has none', async () => {
        expect(await roster.memberRows(key)).toEqual({ rows: [] });
      });
    });

    it('changes a row only while it names the message that is meant, where one is', async () => {
      await roster.putWish(key, wish(), NOW);
      const patch = { state: 'unmanaged', message: null } as const;
      expect(await roster.patchMember(key, version(), patch, 'pending', 'message-2')).toBe(false);
      expect(await roster.member(key)).toMatchObject({ state: 'pending' });
      expect(await roster.patchMember(key, version(), patch, 'pending', 'message-1')).toBe(true);
      expect(await roster.patchMember(key, version(), patch, 'unmanaged', 'message-1')).toBe(false);
    });

    describe('of parked items', () => {
      const item = {
        message: stored,
        reason: 'invalid',
        detail: 'body: is not JSON',
        parkedAtMs: NOW,
      } as const;

      it('gives back what was parked', async () => {
        expect(await roster.parkedItem('message-1')).toBeUndefined();
        await roster.putParkedItem(item);
        expect(await roster.parkedItem('message-1')).toEqual(item);
      });

      it('keeps who it is about, where that is known', async () => {
        await roster.putParkedItem({ ...item, key, changeId: 'change-1' });
        expect(await roster.parkedItem('message-1')).toEqual({ ...item, key, changeId: 'change-1' });
      });

      it('takes the same item again', async () => {
        await roster.putParkedItem(item);
        await roster.putParkedItem(item);
        expect(await roster.parkedItem('message-1')).toEqual(item);
      });
    });

    it('gives an app as it was declared, and nothing of another', async () => {
      const row = appRow({ policy: 'exact', requestsPerSecond: 0.5, protectedMembers: ['bot'] });
      await declareApp(row);
      expect(await roster.app('shop')).toEqual(row);
      expect(await roster.app('other')).toBeUndefined();
    });

    it('counts what one run planned and newly held, apart from every other run', async () => {
      expect(await roster.run(7)).toEqual({ planned: 0, newlyHeld: 0 });
      await Promise.all([roster.countPlanned(7, 30), roster.countNewlyHeld(7), roster.countPlanned(7, 12)]);
      await roster.countNewlyHeld(8);
      expect(await roster.run(7)).toEqual({ planned: 42, newlyHeld: 1 });
      expect(await roster.run(8)).toEqual({ planned: 0, newlyHeld: 1 });
    });
  });
}

async function allDue(roster: DueConversations, untilMs: number): Promise<DueConversation[]> {
  const shards = Array.from({ length: roster.shards }, (_, shard) => roster.due(shard, untilMs, 100));
  return (await Promise.all(shards)).flat();
}

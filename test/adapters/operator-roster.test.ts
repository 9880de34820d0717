import { beforeEach, describe, expect, it } from 'vitest';
import { DynamoDBOperatorRoster } from '../../functions/adapters/operator-roster.ts';
import { BEFORE_EVERY_CHANGE } from '../../functions/core/version.ts';
import { conversationKey, HOUR, memberKey, memberRow, NOW, version, wish } from '../support/builders.ts';
import { rosterTables } from '../support/roster-table.ts';

const tables = rosterTables();
const key = conversationKey();
const HELD = {
  hash: '0123456789abcdef',
  heldAtMs: NOW,
  removals: [{ memberId: 'ann', plannedAgainst: version() }],
};
const TIMES = { nowMs: NOW, untilMs: NOW + HOUR };

let roster: DynamoDBOperatorRoster;
beforeEach(async () => {
  roster = new DynamoDBOperatorRoster(tables.client, await tables.create());
});

describe('an adopted member', () => {
  const row = memberRow({ version: BEFORE_EVERY_CHANGE, participantId: 'participant-1' });

  it('has the row that was given', async () => {
    expect(await roster.adoptMember(row)).toBe(true);
    expect(await roster.member(memberKey())).toEqual(row);
  });

  it('keeps the row that it has', async () => {
    const put = await roster.putWish(memberKey(), wish({ action: 'leave' }), NOW);
    expect(await roster.adoptMember(row)).toBe(false);
    expect(await roster.member(memberKey())).toEqual(put.written && put.row);
  });

  it('is older than any change', async () => {
    await roster.adoptMember(row);
    const first = wish({ version: version(-365 * 24 * HOUR), action: 'leave' });
    expect(await roster.putWish(memberKey(), first, NOW)).toMatchObject({ written: true });
  });
});

describe('an approval', () => {
  it('marks exactly the held plan, and makes its conversation due', async () => {
    await roster.createConversation(key, NOW + HOUR);
    await roster.patchConversation(key, { held: HELD, notFoundPasses: 1 });
    expect(await roster.approveHeld(key, HELD.hash, TIMES)).toBe(true);
    expect(await roster.conversation(key)).toEqual({
      key,
      dueAtMs: NOW,
      held: { ...HELD, approvedUntilMs: NOW + HOUR },
      notFoundPasses: 1,
    });
  });

  it('of another plan changes nothing', async () => {
    await roster.createConversation(key, NOW + HOUR);
    await roster.patchConversation(key, { held: HELD });
    expect(await roster.approveHeld(key, 'fedcba9876543210', TIMES)).toBe(false);
    expect(await roster.conversation(key)).toEqual({ key, dueAtMs: NOW + HOUR, held: HELD });
  });

  it('of a conversation that holds nothing, or is not there, makes none', async () => {
    expect(await roster.approveHeld(key, HELD.hash, TIMES)).toBe(false);
    expect(await roster.conversation(key)).toBeUndefined();
    await roster.createConversation(key, NOW);
    expect(await roster.approveHeld(key, HELD.hash, TIMES)).toBe(false);
  });
});

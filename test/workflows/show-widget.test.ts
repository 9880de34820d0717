import { beforeEach, describe, expect, it } from 'vitest';
import { FIELD } from '../../functions/core/widget/request.ts';
import { conversationKey, HOUR, memberKey, memberRow, NOW, version } from '../support/builders.ts';
import { widgetWorld } from './widget-world.ts';

const LARGEST_ANSWER_BYTES = 128 * 1024;

let world: ReturnType<typeof widgetWorld>;
beforeEach(() => {
  world = widgetWorld();
});
const lookUp = (memberId: string, conversation = 'orders') => ({
  show: 'member',
  widgetContext: {
    forms: { all: { [FIELD.app]: 'shop', [FIELD.conversation]: conversation, [FIELD.member]: memberId } },
  },
});

describe('the first page', () => {
  it('says that nothing waits', async () => {
    expect(await world.show({})).toMatch(/Nothing is parked[\s\S]*No plan is held/);
  });

  it('counts parked changes by reason and says what is held', async () => {
    world.park(3, 'rejected');
    world.park(2, 'invalid');
    const held = { hash: 'h', heldAtMs: NOW - HOUR, removals: [{ memberId: 'ann' }] };
    await world.roster.patchConversation(conversationKey(), { held });
    const page = await world.show({});
    expect(page).toMatch(/>3<[\s\S]*rejected[\s\S]*>2<[\s\S]*invalid/);
    expect(page).toContain('https://wiki.example/runbook#rejected');
    expect(page).toContain('Look at 1 removal');
  });

  it('says so where it counted only the first, and reads no more than that', async () => {
    world.park(11);
    expect(await world.show({})).toContain('at least 10');
  });

  it('shows what can be read where a part cannot, and tells the log', async () => {
    world.parked.page = () => Promise.reject(new Error('out'));
    const page = await world.show({});
    expect(page).toMatch(/What is parked could not be read[\s\S]*No plan is held/);
    expect(world.faults).toMatchObject([{ name: 'fault', where: 'show-widget parked' }]);
  });

  it('has no button that acts where the deployment allows none', async () => {
    world.park(1);
    expect(await world.show({}, { actArn: undefined })).not.toMatch(/Redrive these|arn:act/);
    expect(await world.show({})).toContain('Redrive these');
  });
});

it('the parked changes of one reason are shown by pages, in an answer of bounded size', async () => {
  world.parked.page = async () => ({ changes: many });
  const many = Array.from({ length: 400 }, (_, index) => ({
    messageId: `message-${index}`,
    reason: 'rejected' as const,
    detail: 'd'.repeat(500),
    parkedAtMs: NOW - index,
    key: memberKey({ memberId: 'm'.repeat(255) }),
    changeId: 'c'.repeat(128),
  }));
  const page = await world.show({ show: 'parked', reason: 'rejected', page: 99 });
  expect(page).toContain('page 16 of 16');
  expect(Buffer.byteLength(page)).toBeLessThan(LARGEST_ANSWER_BYTES);
});

describe('a plan', () => {
  it('says of each removal why, and which of them would not be made', async () => {
    const out = memberRow({ key: memberKey({ memberId: 'out' }), action: 'leave' });
    const back = memberRow({ key: memberKey({ memberId: 'back' }), version: version() });
    for (const row of [out, back]) world.roster.seedMember(row);
    const removals = [
      { memberId: 'out', plannedAgainst: out.version },
      { memberId: 'back', plannedAgainst: out.version },
      { memberId: 'stranger' },
    ];
    await world.roster.patchConversation(conversationKey(), { held: { hash: 'h', heldAtMs: NOW, removals } });
    const page = await world.show({ show: 'plan', ...conversationKey() });
    expect(page).toMatch(
      />out<[\s\S]*wished out by[\s\S]*>back<[\s\S]*would stay[\s\S]*stranger[\s\S]*nobody/,
    );
    expect(page).toContain('Approve this plan');
  });

  it('that is held no more cannot be approved', async () => {
    const page = await world.show({ show: 'plan', ...conversationKey() });
    expect(page).toContain('Nothing is held here any more');
    expect(page).not.toContain('Approve');
  });
});

describe('a member', () => {
  it('is shown with its wish, what was applied, and its hash in the logs', async () => {
    world.roster.seedMember(memberRow());
    const page = await world.show(lookUp('ann'));
    expect(page).toMatch(
      /Wished[\s\S]*<b>in<\/b>[\s\S]*Applied[\s\S]*<b>in<\/b>[\s\S]*not known[\s\S]*hash-of-member/,
    );
  });

  it('is said to be present only after a complete pass without a difference', async () => {
    world.roster.seedMember(memberRow());
    const lastPass = {
      passId: 'p',
      startedAtMs: NOW - 1,
      finishedAtMs: NOW,
      listing: 'complete' as const,
      participants: 3,
      missing: 0,
      unexpected: 0,
      corrected: 0,
      held: 0,
    };
    await world.roster.patchConversation(conversationKey(), { lastPass });
    expect(await world.show(lookUp('ann'))).toContain('<b>yes</b>');
    await world.roster.patchConversation(conversationKey(), { lastPass: { ...lastPass, missing: 1 } });
    expect(await world.show(lookUp('ann'))).not.toContain('<b>yes</b>');
  });

  it.each([
    ['nobody', 'orders', 'does not know this member'],
    ['', 'orders', 'Enter the id of the member'],
    ['ann', '<b>', 'The id of a conversation is'],
  ])('%j in %j: %s', async (memberId, conversation, said) => {
    expect(await world.show(lookUp(memberId, conversation))).toContain(said);
  });
});

import { expect, it } from 'vitest';
import { forgetPerson } from '../../functions/workflows/forget-person.ts';
import { memberKey } from '../support/builders.ts';
import { ApplyWorld } from './apply-world.ts';

it('a change that was parked a moment ago is forgotten, although the list of parked changes lags behind', async () => {
  const world = new ApplyWorld();
  world.vendor.answers.push({ kind: 'rejected', reason: 'unexpected', status: 422 });
  await world.deliver(world.change('join-1'));
  const { roster } = world;
  const deleted: string[] = [];
  const forgotten = await forgetPerson(memberKey(), 'userId', {
    parked: {
      shards: 1,
      page: async () => ({ changes: [] }),
      record: (messageId) => roster.parked.record(messageId),
      settle: (...args) => roster.parked.settle(...args),
    },
    roster: {
      member: (key) => roster.member(key),
      patchMember: (...args) => roster.patchMember(...args),
      conversation: (key) => roster.conversation(key),
      patchConversation: (...args) => roster.patchConversation(...args),
      conversationsOf: (...args) => roster.conversationsOf(...args),
      memberRows: (...args) => roster.memberRows(...args),
      deleteMember: async ({ memberId }) => deleted.push(memberId) > 0,
      mergesOf: async function* () {},
      deleteMerge: async () => {},
    },
    events: world.outcomes,
    clock: world.clock,
  });
  expect(forgotten).toMatchObject({ rows: 1, parked: 1 });
  expect(await roster.parked.record('join-1')).toMatchObject({ kind: 'settled' });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { ATTRIBUTE, type QueueMessage } from '../../functions/core/message.ts';
import { type SweepPorts, sweepParked, sweepSettled } from '../../functions/workflows/sweep-parked.ts';
import {
  changeBody,
  HOUR,
  MINUTE,
  memberKey,
  memberRow,
  NOW,
  queueMessage,
  wish,
} from '../support/builders.ts';
import { MemoryDeadLetterQueue } from '../support/memory-dead-letter-queue.ts';
import { MemoryRoster } from '../support/memory-roster.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const IN_TIME = { remainingMs: () => MINUTE };

let roster: MemoryRoster;
let deadLetters: MemoryDeadLetterQueue;
let clock: VirtualClock;
let ports: SweepPorts;
beforeEach(() => {
  roster = new MemoryRoster();
  deadLetters = new MemoryDeadLetterQueue();
  clock = new VirtualClock();
  ports = { copies: roster.parked, deadLetters, roster, clock };
});

/** A message on the dead-letter queue as parking puts it there. */
function copyOf(messageId: string): QueueMessage {
  return queueMessage(changeBody(), {
    messageId: `copy-of-${messageId}`,
    attributes: {
      [ATTRIBUTE.firstSentAtMs]: '5',
      [ATTRIBUTE.firstSequenceNumber]: '6',
      [ATTRIBUTE.reason]: 'rejected',
      [ATTRIBUTE.detail]: 'HTTP 422',
      [ATTRIBUTE.parkedMessageId]: messageId,
    },
  });
}

async function park(messageId: string): Promise<void> {
  const message = { ...wish().message, messageId };
  await roster.putParkedItem({ message, reason: 'rejected', detail: '', parkedAtMs: NOW });
  deadLetters.messages.push(copyOf(messageId));
}

const settle = (messageId: string) =>
  roster.parked.settle(messageId, NOW, { as: 'redriven', atMs: clock.nowMs() });
const left = () => deadLetters.messages.map(({ messageId }) => messageId);

describe('a sweep of what is settled', () => {
  it('deletes its copies, and leaves those of what is parked', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) await park(id);
    for (const id of ['a', 'c', 'e']) await settle(id);
    clock.pass(5 * MINUTE + 1);
    expect(await sweepSettled(ports, IN_TIME)).toEqual({
      seen: 5,
      deleted: new Set(['a', 'c', 'e']),
      adopted: 0,
      isComplete: true,
    });
    expect(left()).toEqual(['copy-of-b', 'copy-of-d']);
    expect(await sweepSettled(ports, IN_TIME)).toBeUndefined();
  });

  it('does not even look where nothing was settled, or not long enough ago', async () => {
    await park('a');
    expect(await sweepSettled(ports, IN_TIME)).toBeUndefined();
    await settle('a');
    clock.pass(5 * MINUTE);
    expect(await sweepSettled(ports, IN_TIME)).toBeUndefined();
    expect(left()).toEqual(['copy-of-a']);
  });

  it('keeps a copy while the queue would still drop another one in its place', async () => {
    await park('a');
    await settle('a');
    clock.pass(5 * MINUTE);
    expect(await sweepParked(ports, IN_TIME)).toMatchObject({ seen: 1, deleted: new Set() });
  });

  it('looks for a copy that it did not find again after some hours', async () => {
    await park('a');
    await settle('a');
    const [hidden] = deadLetters.messages.splice(0);
    clock.pass(6 * MINUTE);
    expect(await sweepSettled(ports, IN_TIME)).toMatchObject({ deleted: new Set() });
    expect(await sweepSettled(ports, IN_TIME)).toBeUndefined();
    if (hidden) deadLetters.messages.push(hidden);
    clock.pass(6 * HOUR);
    expect(await sweepSettled(ports, IN_TIME)).toMatchObject({ deleted: { size: 1 } });
  });

  it('ends in time, and the next one goes on', async () => {
    for (const id of ['a', 'b', 'c']) await park(id);
    await settle('c');
    clock.pass(6 * MINUTE);
    let pages = 0;
    const hurried = { remainingMs: () => (pages++ === 0 ? MINUTE : 0) };
    expect(await sweepSettled(ports, hurried)).toEqual({
      seen: 2,
      deleted: new Set(),
      adopted: 0,
      isComplete: false,
    });
    expect(await sweepSettled(ports, IN_TIME)).toMatchObject({ deleted: new Set(['c']), isComplete: true });
  });

  it('is done with the copies that it deleted, also where it did not come to the end of the queue', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await park(id);
    await settle('a');
    await settle('d');
    clock.pass(6 * MINUTE);
    const pages = [MINUTE];
    const hurried = { remainingMs: () => pages.pop() ?? 0 };
    expect(await sweepSettled(ports, hurried)).toMatchObject({ deleted: new Set(['a']), isComplete: false });
    expect(await ports.copies.copiesDue(0, clock.nowMs(), 10)).toEqual(['d']);
    expect(await sweepSettled(ports, hurried)).toMatchObject({ deleted: new Set(), isComplete: false });
    pages.push(MINUTE);
    expect(await sweepSettled(ports, hurried)).toMatchObject({ deleted: new Set(['d']), isComplete: false });
    expect(await sweepSettled(ports, IN_TIME)).toBeUndefined();
  });

  it('deletes what SQS itself put there once it is settled', async () => {
    deadLetters.messages.push(queueMessage(changeBody(), { messageId: 'native' }));
    await sweepParked(ports, IN_TIME);
    await roster.parked.settle('native', NOW, { as: 'discarded', atMs: NOW });
    deadLetters.show();
    clock.pass(6 * MINUTE);
    expect(await sweepSettled(ports, IN_TIME)).toMatchObject({ deleted: { size: 1 } });
    expect(left()).toEqual([]);
  });
});

describe('a message that nothing is recorded of', () => {
  it('is recorded as unexplained, with whom it is about, and stays', async () => {
    const native = queueMessage(changeBody(), { messageId: 'native' });
    deadLetters.messages.push(native);
    expect(await sweepParked(ports, IN_TIME)).toEqual({
      seen: 1,
      deleted: new Set(),
      adopted: 1,
      isComplete: true,
    });
    expect(roster.allParked()).toMatchObject([
      {
        message: { messageId: 'native', body: native.body, groupId: native.groupId },
        reason: 'unexplained',
        parkedAtMs: NOW,
        key: memberKey(),
        changeId: 'change-1',
      },
    ]);
    expect(left()).toEqual(['native']);
  });

  it('is not taken for the message whose redrive it was', async () => {
    const redrive = queueMessage(changeBody(), {
      messageId: 'native',
      attributes: { [ATTRIBUTE.parkedMessageId]: 'settled-long-ago' },
    });
    deadLetters.messages.push(redrive);
    await sweepParked(ports, IN_TIME);
    expect(roster.allParked()).toMatchObject([{ message: { messageId: 'native' }, reason: 'unexplained' }]);
  });

  it('keeps the first arrival that its row knows: SQS may have counted it anew', async () => {
    const message = {
      ...wish().message,
      messageId: 'native',
      attributes: { [ATTRIBUTE.firstSentAtMs]: '7' },
    };
    roster.seedMember(memberRow({ state: 'pending', message }));
    deadLetters.messages.push(queueMessage(changeBody(), { messageId: 'native' }));
    await sweepParked(ports, IN_TIME);
    expect(roster.allParked()).toMatchObject([{ message }]);
  });

  it('has its reason still where its item was lost with a table', async () => {
    deadLetters.messages.push(copyOf('a'));
    await sweepParked(ports, IN_TIME);
    expect(roster.allParked()).toMatchObject([
      {
        message: { messageId: 'a', attributes: { [ATTRIBUTE.firstSentAtMs]: '5' } },
        reason: 'rejected',
        detail: 'HTTP 422',
      },
    ]);
  });

  it('is recorded whatever it says', async () => {
    deadLetters.messages.push(
      queueMessage('{', { messageId: 'broken', attributes: { [ATTRIBUTE.reason]: 'toString' } }),
    );
    await sweepParked(ports, IN_TIME);
    const [item] = roster.allParked();
    expect(item).toMatchObject({ message: { messageId: 'broken' }, reason: 'unexplained' });
    expect(item).not.toHaveProperty('key');
  });
});

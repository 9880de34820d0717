import { describe, expect, it } from 'vitest';
import { ATTRIBUTE } from '../../functions/core/message.ts';
import {
  decideCopy,
  isMeant,
  itemOfCopy,
  type ParkedFilter,
  type ParkedRecord,
  type ParkedSummary,
  parkedMessageId,
  REPEATS_DROPPED_MS,
} from '../../functions/core/parked.ts';
import { MINUTE, memberKey, NOW, queueMessage } from '../support/builders.ts';

const SUMMARY: ParkedSummary = {
  messageId: 'message-1',
  reason: 'rejected',
  detail: '',
  parkedAtMs: NOW,
  key: memberKey(),
};

/** A copy on the dead-letter queue as parking makes one; an attribute of `undefined` is left out. */
function copy(attributes: Record<string, string | undefined> = {}, body?: unknown) {
  const all = {
    [ATTRIBUTE.reason]: 'rejected',
    [ATTRIBUTE.detail]: 'the vendor said 422',
    [ATTRIBUTE.parkedMessageId]: 'parked-1',
    ...attributes,
  };
  const present = Object.entries(all).filter((each): each is [string, string] => each[1] !== undefined);
  return queueMessage(body, { attributes: Object.fromEntries(present) });
}

describe('which parked changes are meant', () => {
  it.each<[ParkedFilter, boolean]>([
    [{}, true],
    [{ reason: 'rejected', appId: 'shop', conversationId: 'orders', sinceMs: NOW, untilMs: NOW }, true],
    [{ reason: 'invalid' }, false],
    [{ appId: 'bank' }, false],
    [{ conversationId: 'loans' }, false],
    [{ sinceMs: NOW + 1 }, false],
    [{ untilMs: NOW - 1 }, false],
  ])('%j: %s', (filter, meant) => {
    expect(isMeant(SUMMARY, filter)).toBe(meant);
  });

  it('is, of one that names no conversation, never told by app or conversation', () => {
    const { key: _, ...nameless } = SUMMARY;
    expect(isMeant(nameless, {})).toBe(true);
    expect(isMeant(nameless, { appId: 'shop' })).toBe(false);
    expect(isMeant(nameless, { conversationId: 'orders' })).toBe(false);
  });
});

describe('a copy on the dead-letter queue', () => {
  const settled = (agoMs: number): ParkedRecord => ({
    kind: 'settled',
    settled: { as: 'redriven', atMs: NOW - agoMs },
    reason: 'rejected',
    parkedAtMs: NOW - MINUTE,
  });

  it.each<[string, ParkedRecord | undefined, string]>([
    ['that nobody knows is taken in', undefined, 'adopt'],
    ['that waits for an operator is kept', { kind: 'parked', item: itemOfCopy(copy(), NOW) }, 'keep'],
    ['whose repeat the queue would drop is kept', settled(REPEATS_DROPPED_MS), 'keep'],
    ['that is settled is deleted after that', settled(REPEATS_DROPPED_MS + 1), 'delete'],
  ])('%s', (_, record, decision) => {
    expect(decideCopy(record, NOW)).toBe(decision);
  });

  it('is kept for as long as SQS drops repeats', () => {
    expect(REPEATS_DROPPED_MS).toBe(5 * MINUTE);
  });

  it.each([
    ['the message it was parked for', {}, 'parked-1'],
    ['itself where parking named none', { [ATTRIBUTE.parkedMessageId]: undefined }, 'message-1'],
    ['itself where parking named none', { [ATTRIBUTE.parkedMessageId]: '' }, 'message-1'],
    // A producer may have set it.
    ['itself where SQS put it there', { [ATTRIBUTE.reason]: undefined }, 'message-1'],
  ])('stands for %s', (_, attributes, messageId) => {
    expect(parkedMessageId(copy(attributes))).toBe(messageId);
  });

  it('becomes the item that parking would have made', () => {
    const { body, groupId } = queueMessage();
    expect(itemOfCopy(copy(), NOW)).toMatchObject({
      message: { messageId: 'parked-1', groupId, body },
      reason: 'rejected',
      detail: 'the vendor said 422',
      parkedAtMs: NOW,
      key: memberKey(),
      changeId: 'change-1',
    });
  });

  it.each([undefined, 'mood', 'toString'])('is unexplained where its reason is %s', (reason) => {
    const { reason: unexplained, detail } = itemOfCopy(copy({ [ATTRIBUTE.reason]: reason }), NOW);
    expect(unexplained).toBe('unexplained');
    expect(detail).toMatch(/^body: /);
  });

  it('has no detail where parking gave none', () => {
    expect(itemOfCopy(copy({ [ATTRIBUTE.detail]: undefined }), NOW).detail).toBe('');
  });

  it.each(['{', '7', '{"version":1}'])('names nobody where its body is %s', (body) => {
    const item = itemOfCopy(copy({}, body), NOW);
    expect(item).not.toHaveProperty('key');
    expect(item).not.toHaveProperty('changeId');
  });
});

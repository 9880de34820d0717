import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ATTRIBUTE, firstArrival, storedMessage } from '../../functions/core/message.ts';
import { NOW, queueMessage } from '../support/builders.ts';

const SENT = { sentAtMs: NOW, sequenceNumber: '18870000000000000001' };

/** The first arrival that a message with these two attributes has. */
function arrival(firstSentAtMs: string | undefined, firstSequenceNumber: string | undefined) {
  const attributes = {
    ...(firstSentAtMs !== undefined && { [ATTRIBUTE.firstSentAtMs]: firstSentAtMs }),
    ...(firstSequenceNumber !== undefined && { [ATTRIBUTE.firstSequenceNumber]: firstSequenceNumber }),
  };
  return firstArrival(queueMessage(undefined, { ...SENT, attributes }));
}

describe('the first arrival', () => {
  test('of a message that is new is this one', () => {
    expect(arrival(undefined, undefined)).toEqual(SENT);
  });

  test('of a message that was parked and redriven is the one it carries', () => {
    expect(arrival('1769851800000', '7')).toEqual({ sentAtMs: 1_769_851_800_000, sequenceNumber: '7' });
    expect(arrival('0', '0')).toEqual({ sentAtMs: 0, sequenceNumber: '0' });
    expect(arrival('9'.repeat(15), '9'.repeat(39))).toEqual({
      sentAtMs: 999_999_999_999_999,
      sequenceNumber: '9'.repeat(39),
    });
  });

  const forged: [string | undefined, string | undefined][] = [
    ['1769851800000', undefined],
    [undefined, '7'],
    ['', '7'],
    ['7', ''],
    ['-1', '7'],
    ['7', '-1'],
    ['1.5', '7'],
    ['7', '1e3'],
    ['x7', '7'],
    ['7x', '7'],
    ['7', 'x7'],
    ['7', '7x'],
    ['7\n', '7'],
    ['7', '٧'],
    ['9'.repeat(16), '7'],
    ['7', '9'.repeat(40)],
  ];
  test.each(forged)('is this one where a message carries %j and %j', (sentAtMs, sequenceNumber) => {
    expect(arrival(sentAtMs, sequenceNumber)).toEqual(SENT);
  });
});

describe('what is kept of a message', () => {
  test('is its id, its group and its body, untouched, with its first arrival', () => {
    const message = queueMessage(' {"not": our business} ', { ...SENT, attributes: { tenant: 'eu' } });
    expect(storedMessage(message)).toEqual({
      messageId: message.messageId,
      groupId: message.groupId,
      body: ' {"not": our business} ',
      attributes: {
        tenant: 'eu',
        'rollcall.firstSentAtMs': String(NOW),
        'rollcall.firstSequenceNumber': '18870000000000000001',
      },
    });
  });

  test('forgets why it was parked before', () => {
    const attributes = {
      [ATTRIBUTE.reason]: 'invalid',
      [ATTRIBUTE.detail]: 'id',
      [ATTRIBUTE.parkedMessageId]: 'm',
      'rollcall.own': 'x',
    };
    expect(Object.keys(storedMessage(queueMessage(undefined, { attributes })).attributes)).toEqual([
      'rollcall.firstSentAtMs',
      'rollcall.firstSequenceNumber',
    ]);
  });

  test('leaves room among the ten attributes that SQS takes for all that Rollcall adds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string(), { maxKeys: 10 }), (attributes) => {
        const kept = storedMessage(queueMessage(undefined, { attributes })).attributes;
        const all = { ...kept, ...Object.fromEntries(Object.values(ATTRIBUTE).map((name) => [name, ''])) };
        expect(Object.keys(all).length).toBeLessThanOrEqual(10);
      }),
    );
  });

  test('keeps the first five attributes of a producer’s own', () => {
    const attributes = { a: '1', b: '2', c: '3', d: '4', e: '5', f: '6' };
    expect(storedMessage(queueMessage(undefined, { attributes })).attributes).toMatchObject({
      a: '1',
      e: '5',
    });
    expect(storedMessage(queueMessage(undefined, { attributes })).attributes).not.toHaveProperty('f');
  });

  test('has the same first arrival however often it is parked and redriven', () => {
    const digits = fc.stringMatching(/^\d{1,15}$/);
    fc.assert(
      fc.property(digits, digits, fc.nat({ max: 5 }), (sentAtMs, sequenceNumber, times) => {
        const attributes = {
          [ATTRIBUTE.firstSentAtMs]: sentAtMs,
          [ATTRIBUTE.firstSequenceNumber]: sequenceNumber,
        };
        let message = queueMessage(undefined, { ...SENT, attributes });
        const first = firstArrival(message);
        for (let time = 0; time < times; time += 1) {
          message = {
            ...message,
            ...storedMessage(message),
            sentAtMs: NOW + time,
            sequenceNumber: String(time),
          };
          expect(firstArrival(message)).toEqual(first);
        }
      }),
    );
  });
});

test('attributes have one name each, in Rollcall’s own space', () => {
  expect(ATTRIBUTE).toEqual({
    firstSentAtMs: 'rollcall.firstSentAtMs',
    firstSequenceNumber: 'rollcall.firstSequenceNumber',
    reason: 'rollcall.reason',
    detail: 'rollcall.detail',
    parkedMessageId: 'rollcall.parkedMessageId',
  });
});

import { describe, expect, it } from 'vitest';
import { BODY_MAX_BYTES, readOutgoing, withoutRareCharacters } from '../../functions/core/outgoing-change.ts';
import { changeBody, iso, MINUTE, NOW } from '../support/builders.ts';

const read = (fields: Record<string, unknown> = {}) => readOutgoing(JSON.stringify(changeBody(fields)), NOW);

describe('a text that is to be sent', () => {
  it('is a change, and its body the text as it stands', () => {
    const text = ` ${JSON.stringify(changeBody())} \r`;
    expect(readOutgoing(text, NOW)).toMatchObject({ change: { id: 'change-1' }, body: text });
  });

  it.each([
    ['no JSON', '{', 'body: is not JSON'],
    ['no change', '[]', 'body: must be a JSON object, is an array'],
    ['a correction', JSON.stringify({ kind: 'correction' }), /^(kind|version): /],
  ])('is refused where it is %s', (_, text, problem) => {
    expect(readOutgoing(text, NOW)).toEqual({ problem: expect.stringMatching(problem) });
  });

  it('is refused where the consumer would park it at sight', () => {
    expect(read({ occurredAt: iso(NOW + 6 * MINUTE) })).toEqual({
      problem: 'occurredAt: is more than five minutes in the future',
    });
    expect(read({ occurredAt: iso(NOW - 31 * 24 * 60 * MINUTE) })).toEqual({
      problem: 'occurredAt: is more than 30 days ago',
    });
  });

  it('is refused where it is a correction, however well made', () => {
    const correction = {
      version: 1,
      kind: 'correction',
      appId: 'shop',
      conversationId: 'orders',
      idKind: 'userId',
      memberId: 'ann',
      cause: 'missing',
      passId: 'pass-1',
    };
    expect(readOutgoing(JSON.stringify(correction), NOW)).toEqual({
      problem: 'kind: only the reconciler sends corrections',
    });
  });

  it('is refused above 64 KiB, counted in bytes of what is sent', () => {
    const room = BODY_MAX_BYTES - JSON.stringify(changeBody({ more: '' })).length;
    expect(read({ more: 'x'.repeat(room) })).toHaveProperty('change');
    expect(read({ more: 'x'.repeat(room + 1) })).toEqual({ problem: 'body: is larger than 64 KiB' });
    expect(read({ more: 'ä'.repeat(room / 2 + 1) })).toEqual({ problem: 'body: is larger than 64 KiB' });
  });

  it('has what a queue may not take escaped, which means the same', () => {
    const userId = 'a😀b\uffffc';
    const outgoing = read({ userId });
    expect(outgoing).toMatchObject({ change: { member: { memberId: userId } } });
    const { body } = outgoing as { body: string };
    expect(body).toContain('"a\\ud83d\\ude00b\\uffffc"');
    expect(JSON.parse(body)).toEqual(changeBody({ userId }));
  });

  it.each(['{"a": "\\😀"}', '😀', '{"a":"\uffff"'])('stays as it is where it is no JSON: %j', (text) => {
    expect(withoutRareCharacters(text)).toBe(text);
  });
});

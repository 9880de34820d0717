import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FIELD, readActRequest, readShowRequest, themeOf } from '../../../functions/core/widget/request.ts';

describe('what the console sends', () => {
  it('asks for the documentation, the first page, a reason, a plan or a member', () => {
    const all = { [FIELD.app]: ' shop ', [FIELD.conversation]: ' orders ', [FIELD.member]: ' ann' };
    expect(readShowRequest({ describe: true })).toEqual({ kind: 'describe' });
    expect(readShowRequest({ widgetContext: { theme: 'dark' } })).toEqual({ kind: 'home' });
    expect(readShowRequest({ show: 'parked', reason: 'invalid', page: 2 })).toEqual({
      kind: 'parked',
      reason: 'invalid',
      page: 2,
    });
    expect(readShowRequest({ show: 'plan', appId: 'shop', conversationId: 'orders' })).toEqual({
      kind: 'plan',
      conversation: { appId: 'shop', conversationId: 'orders' },
    });
    expect(readShowRequest({ show: 'member', widgetContext: { forms: { all } } })).toEqual({
      kind: 'member',
      conversation: { appId: 'shop', conversationId: 'orders' },
      memberId: ' ann',
    });
  });

  it('is light where the console does not say', () => {
    expect(themeOf({ widgetContext: { theme: 'dark' } })).toBe('dark');
    expect(themeOf({ widgetContext: { theme: 'sepia' } })).toBe('light');
    expect(themeOf(null)).toBe('light');
  });

  it('to the acting function is done only if it is whole', () => {
    const redrive = { act: 'redrive', reason: 'invalid', parkedUntilMs: 7 };
    expect(readActRequest(redrive)).toEqual({ kind: 'redrive', reason: 'invalid', parkedUntilMs: 7 });
    expect(readActRequest({ ...redrive, reason: 'all' })).toBeUndefined();
    expect(readActRequest({ ...redrive, parkedUntilMs: '7' })).toBeUndefined();
    expect(readActRequest({ ...redrive, parkedUntilMs: -1 })).toBeUndefined();
    const approve = { act: 'approve', appId: 'shop', conversationId: 'orders', hash: 'h' };
    expect(readActRequest(approve)).toEqual({
      kind: 'approve',
      conversation: { appId: 'shop', conversationId: 'orders' },
      hash: 'h',
    });
    for (const field of ['appId', 'conversationId', 'hash'])
      expect(readActRequest({ ...approve, [field]: undefined })).toBeUndefined();
    expect(readActRequest({ ...redrive, act: 'discard' })).toMatchObject({ kind: 'discard' });
    expect(readActRequest({ ...approve, describe: true })).toEqual({ kind: 'describe' });
    expect(readActRequest({ ...redrive, describe: 'yes' })).toMatchObject({ kind: 'redrive' });
  });

  it('that is not whole shows the first page, and a reason without a page its first', () => {
    const first = { kind: 'parked', reason: 'invalid', page: 0 };
    expect(readShowRequest({ show: 'parked', reason: 'invalid' })).toEqual(first);
    const broken = [
      { show: 'parked', reason: 'all' },
      { show: 'parked', reason: 'invalid', page: -1 },
      { show: 'parked', reason: 'invalid', page: 1.5 },
      { show: 'plan', appId: 'shop' },
      { show: 'plan', conversationId: 'orders' },
      { describe: 'yes' },
      null,
    ];
    for (const event of broken) expect(readShowRequest(event)).toEqual({ kind: 'home' });
  });

  it.each([undefined, {}, { all: null }, { all: { [FIELD.member]: 7 } }, 'forms'])(
    'looks nobody up where the form holds nothing that can be read (%j)',
    (forms) => {
      expect(readShowRequest({ show: 'member', widgetContext: { forms } })).toEqual({
        kind: 'member',
        conversation: { appId: '', conversationId: '' },
        memberId: '',
      });
    },
  );

  it('looks nobody up where there is no context at all', () => {
    expect(readShowRequest({ show: 'member' })).toMatchObject({ kind: 'member', memberId: '' });
    expect(themeOf({ widgetContext: {} })).toBe('light');
    expect(themeOf({ widgetContext: { theme: 'light' } })).toBe('light');
  });

  it('never makes it throw, whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (one, other) => {
        readShowRequest({ show: 'member', widgetContext: { forms: { all: one } }, other });
        themeOf(one);
        expect(readActRequest({ act: one, reason: other })).toBeUndefined();
      }),
    );
  });
});

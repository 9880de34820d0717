import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { movedInTime } from '../../functions/core/moved-in-time.ts';
import { changeBody, DAY, HOUR, iso, NOW } from '../support/builders.ts';

const at = (occurredAt: unknown) => JSON.stringify(changeBody({ occurredAt }));

describe('a change that is moved in time', () => {
  it('happened so much later or earlier, and is the same otherwise', () => {
    const moves = fc.integer({ min: -400 * DAY, max: 400 * DAY });
    fc.assert(
      fc.property(moves, fc.string(), (byMs, source) => {
        const text = JSON.stringify(changeBody({ source }));
        const before = JSON.parse(text) as { occurredAt: string };
        const after = { ...before, occurredAt: iso(Date.parse(before.occurredAt) + byMs) };
        expect(JSON.parse(movedInTime(text, byMs))).toEqual(after);
      }),
    );
  });

  it('says its time in UTC, in whatever zone it was said', () => {
    expect(movedInTime(at('2026-01-15T10:00:00.000+02:00'), HOUR)).toBe(at('2026-01-15T09:00:00.000Z'));
  });

  it('keeps the layout of its text', () => {
    expect(movedInTime('{ "occurredAt" :\t"2026-01-15T10:00:00.000Z" }', DAY)).toBe(
      '{ "occurredAt" :\t"2026-01-16T10:00:00.000Z" }',
    );
  });

  it.each([
    '2026-02-30T10:00:00.000Z',
    '2026-01-15T24:00:00.000Z',
    '2026-01-15T10:00:00Z',
    '2026-01-15T10:00:00.000',
    '9999-12-31T23:00:00.000Z',
    '2026-01-15T10:00:00.000+99:00',
    NOW,
    null,
  ])('stays as it is with a time that is not valid: %s', (occurredAt) => {
    expect(movedInTime(at(occurredAt), DAY)).toBe(at(occurredAt));
  });

  it.each([
    ['0000-01-01T01:00:00.000Z', -HOUR, '0000-01-01T00:00:00.000Z'],
    ['0000-01-01T00:59:59.999Z', -HOUR, '0000-01-01T00:59:59.999Z'],
    ['9999-12-31T22:59:59.999Z', HOUR, '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:00:00.000Z', HOUR, '9999-12-31T23:00:00.000Z'],
  ])('stays within years of four digits: %s moved by %i ms', (before, byMs, after) => {
    expect(movedInTime(at(before), byMs)).toBe(at(after));
  });

  it('is not misled by a string that looks like a part of it', () => {
    const source = '"occurredAt":"2026-01-15T10:00:00.000Z"';
    const text = JSON.stringify({ source });
    expect(movedInTime(text, DAY)).toBe(text);
  });
});

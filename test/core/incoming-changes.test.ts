import { describe, expect, it } from 'vitest';
import { readIncoming, statusOf } from '../../functions/core/incoming-changes.ts';
import { changeBody, iso, NOW } from '../support/builders.ts';

const apps = new Set(['shop']);
const read = (value: unknown) => readIncoming(JSON.stringify(value), apps, NOW);

describe("a producer's request", () => {
  it('holds one change, or up to a hundred', () => {
    const one = { kind: 'change', outgoing: { change: { id: 'change-1' } } };
    expect(read(changeBody())).toMatchObject({ kind: 'read', items: [one] });
    expect(read(Array(100).fill(changeBody()))).toMatchObject({ items: Array(100).fill(one) });
    expect(read(Array(101).fill(changeBody()))).toEqual({ kind: 'refused', why: 'too_large' });
  });

  it.each(['', '{', '[]'])('is refused where it holds none (%j)', (body) => {
    expect(readIncoming(body, apps, NOW)).toEqual({ kind: 'refused', why: 'unreadable' });
  });

  it('has each change answered by itself: what is wrong by field and kind, never by value', () => {
    const items = [
      changeBody({ action: 'secret-text' }),
      changeBody(),
      changeBody({ appId: 'bank' }),
      changeBody({ kind: 'correction', plannedAgainst: 'x' }),
      'secret-text',
    ];
    const answers = read(items);
    expect(answers).toMatchObject({
      items: [
        {
          answer: {
            status: 422,
            error: 'action: must be "join" or "leave" (found: a string of 11 characters)',
          },
        },
        { kind: 'change' },
        { answer: { status: 403, error: 'appId: not one that this secret may speak for' } },
        { answer: { status: 422 } },
        { answer: { status: 422, error: 'body: must be a JSON object, is a string of 11 characters' } },
      ],
    });
    expect(JSON.stringify(answers)).not.toContain('secret-text');
  });

  it('is refused a change from the future, which would win for ever', () => {
    const early = changeBody({ occurredAt: iso(NOW + 3_600_000) });
    expect(read(early)).toMatchObject({ items: [{ answer: { status: 422 } }] });
  });

  it('may be nested more deeply than can be written', () => {
    const depth = 200_000;
    const deep = `{"source":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(readIncoming(deep, apps, NOW)).toEqual({
      kind: 'read',
      items: [{ kind: 'refused', answer: { status: 422, error: 'body: is nested too deeply' } }],
    });
  });
});

describe('the status of a request', () => {
  it.each([
    [[202, 202], 202],
    [[202, 422], 422],
    [[422, 403, 202], 403],
    [[403, 503, 422], 503],
  ] as const)('of %j is %i', (statuses, status) => {
    const answers = statuses.map((each) =>
      each === 202 ? { status: each, id: 'x' } : { status: each, error: 'x' },
    );
    expect(statusOf(answers)).toBe(status);
  });
});

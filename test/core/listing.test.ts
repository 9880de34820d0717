import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Listing, type ListingStep, type ParticipantsPage } from '../../functions/core/listing.ts';
import { participant } from '../support/builders.ts';

/** A page with these people; `after` is the cursor that leads on, and its absence the end. */
function page(names: readonly string[], after?: string): ParticipantsPage {
  const participants = names.map((name) => participant(name));
  return after === undefined
    ? { participants, hasMore: false }
    : { participants, hasMore: true, afterCursor: after };
}

/** Adds pages one after the other, until one ends the listing. */
function list(pages: readonly ParticipantsPage[]): ListingStep {
  const listing = new Listing();
  let step: ListingStep | undefined;
  for (const each of pages) {
    step = listing.add(each);
    if (step.kind !== 'more') return step;
  }
  if (!step) throw new Error('a listing has at least one page');
  return step;
}

test('one page without more is complete', () => {
  expect(list([page(['ann', 'bob'])])).toEqual({
    kind: 'complete',
    participants: [participant('ann'), participant('bob')],
  });
});

test('a conversation may be empty', () => {
  expect(list([page([])])).toEqual({ kind: 'complete', participants: [] });
});

test('a page with more leads on to the next', () => {
  expect(list([page(['ann'], 'c1')])).toMatchObject({ kind: 'more', after: 'c1' });
  expect(list([page(['ann'], 'c1'), page(['bob'], 'c2')])).toMatchObject({ kind: 'more', after: 'c2' });
});

test('all pages together are complete, the last of them empty or not', () => {
  const participants = [participant('ann'), participant('bob')];
  expect(list([page(['ann'], 'c1'), page(['bob'])])).toEqual({ kind: 'complete', participants });
  expect(list([page(['ann'], 'c1'), page(['bob'], 'c2'), page([])])).toEqual({
    kind: 'complete',
    participants,
  });
});

describe('a last page that names a next one all the same', () => {
  const last = { ...page(['ann']), afterCursor: 'c1' };

  test('is followed', () => {
    expect(list([last])).toMatchObject({ kind: 'more', after: 'c1' });
  });

  test('was the last if nobody comes after it', () => {
    const complete = { kind: 'complete', participants: [participant('ann')] };
    expect(list([last, page([])])).toEqual(complete);
    expect(list([last, { ...page([]), afterCursor: 'c2' }])).toEqual(complete);
  });

  test('is doubted if anybody comes after it, or may', () => {
    const doubtful = { kind: 'doubtful', why: 'it went on after its last page' };
    expect(list([last, page(['bob'])])).toEqual(doubtful);
    expect(list([last, page(['bob'], 'c2')])).toEqual(doubtful);
    expect(list([last, page([], 'c2')])).toEqual(doubtful);
  });

  test('may be empty', () => {
    expect(list([{ ...page([]), afterCursor: 'c1' }])).toEqual({ kind: 'complete', participants: [] });
  });

  test('leads nowhere where its cursor was there before', () => {
    const again = { ...page(['bob']), afterCursor: 'c1' };
    expect(list([page(['ann'], 'c1'), again])).toEqual({ kind: 'doubtful', why: 'a cursor came twice' });
  });
});

describe('nothing is concluded from pages that contradict each other:', () => {
  const cases: [string, ParticipantsPage[], why: string][] = [
    ['a page again', [page(['ann'], 'c1'), page(['ann'], 'c2')], 'a participant came twice'],
    ['a page again, as the last', [page(['ann'], 'c1'), page(['ann'])], 'a participant came twice'],
    ['somebody twice on one page', [page(['ann', 'ann'])], 'a participant came twice'],
    ['pages that overlap', [page(['ann', 'bob'], 'c1'), page(['bob', 'cyd'])], 'a participant came twice'],
    [
      'more, but nothing that leads there',
      [{ ...page(['ann']), hasMore: true }],
      'more pages without a cursor',
    ],
    ['more after nobody', [page([], 'c1')], 'an empty page before the last'],
    ['a cursor that leads to itself', [page(['ann'], 'c1'), page(['bob'], 'c1')], 'a cursor came twice'],
    [
      'cursors that lead in a circle',
      [page(['ann'], 'c1'), page(['bob'], 'c2'), page(['cyd'], 'c1')],
      'a cursor came twice',
    ],
  ];
  test.each(cases)('%s', (_, pages, why) => {
    expect(list(pages)).toEqual({ kind: 'doubtful', why });
  });
});

describe('a vendor that pages for ever', () => {
  const pages = (count: number) =>
    Array.from({ length: count }, (_, index) => page([`${index}`], `c${index}`));

  test('is followed for a thousand pages and one that ends them', () => {
    expect(list(pages(1_000))).toMatchObject({ kind: 'more' });
    expect(list([...pages(1_000), page(['last'])])).toMatchObject({ kind: 'complete' });
  });

  test('is doubted after that', () => {
    expect(list(pages(1_001))).toEqual({ kind: 'doubtful', why: 'too many pages' });
  });
});

/** People in pages of a random size, as an honest vendor cuts them. */
const honest = fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 10 })).map(([count, size]) => {
  const names = Array.from({ length: count }, (_, index) => `person-${index}`);
  const starts = count === 0 ? [0] : names.map((_, index) => index).filter((index) => index % size === 0);
  return starts.map((start) => {
    const isLast = start + size >= count;
    return page(names.slice(start, start + size), isLast ? undefined : `after-${start}`);
  });
});

test('honest pages are complete, with everybody in their order', () => {
  fc.assert(
    fc.property(honest, (pages) => {
      expect(list(pages)).toEqual({
        kind: 'complete',
        participants: pages.flatMap(({ participants }) => participants),
      });
    }),
  );
});

test('a listing that is cut short, or of which a page comes twice, is never complete', () => {
  fc.assert(
    fc.property(honest, fc.nat(), (pages, seed) => {
      fc.pre(pages.length > 1);
      const at = seed % (pages.length - 1);
      expect(list(pages.slice(0, at + 1)).kind).toBe('more');
      expect(list(pages.toSpliced(at, 0, ...pages.slice(at, at + 1))).kind).toBe('doubtful');
    }),
  );
});

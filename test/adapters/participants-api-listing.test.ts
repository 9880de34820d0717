import fc from 'fast-check';
import {
  type Participant,
  type ParticipantListResponse,
  ParticipantsApi,
  ParticipantsApiError,
} from 'rollcall/participants-api';
import { describe, expect, onTestFinished, test } from 'vitest';
import { allParticipants } from '../../functions/adapters/participants-api/all-participants.ts';
import { classifyFailure } from '../../functions/core/call-result.ts';
import { answer, scriptedServer } from '../support/scripted-server.ts';

const people = (...ids: string[]) => ids.map((id) => ({ id }));

/** Reads a listing whose pages are given by the cursor that asks for them; the first one by ''. */
async function read(pages: Record<string, ParticipantListResponse>) {
  const asked: string[] = [];
  const seen: string[] = [];
  const listing = allParticipants(async (after = '') => {
    asked.push(after);
    const page = pages[after];
    if (page === undefined) throw new Error(`no page after ${after}`);
    return page;
  });
  const outcome = (async () => {
    for await (const participant of listing) seen.push(participant.id);
    return seen;
  })();
  return { outcome, asked };
}

async function expectIncomplete(pages: Record<string, ParticipantListResponse>, problem: RegExp) {
  const error = await (await read(pages)).outcome.catch((thrown) => thrown);
  expect(error).toBeInstanceOf(ParticipantsApiError);
  expect(error.message).toMatch(problem);
  expect(classifyFailure('list', error)).toMatchObject({ kind: 'unreachable', mayHaveBeenApplied: false });
}

describe('a listing gives everybody', () => {
  test('over several pages, in order', async () => {
    const { outcome, asked } = await read({
      '': { participants: people('a', 'b'), meta: { hasMore: true, afterCursor: 'b' } },
      b: { participants: people('c', 'd'), meta: { hasMore: true, afterCursor: 'd' } },
      d: { participants: people('e'), meta: { hasMore: false } },
    });
    expect(await outcome).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toEqual(['', 'b', 'd']);
  });

  test('of whom there may be none', async () => {
    const { outcome } = await read({ '': { participants: [], meta: { hasMore: false } } });
    expect(await outcome).toEqual([]);
  });

  test('and asks once more where the last page names a cursor all the same', async () => {
    const { outcome, asked } = await read({
      '': { participants: people('a'), meta: { hasMore: false, afterCursor: 'a' } },
      a: { participants: [], meta: { hasMore: false } },
    });
    expect(await outcome).toEqual(['a']);
    expect(asked).toEqual(['', 'a']);
  });

  test('whatever their number and the size of pages', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(60), fc.integer({ min: 1, max: 10 }), async (count, size) => {
        const all = Array.from({ length: count }, (_, index) => `p${index}`);
        const listing = allParticipants(async (after) => {
          const start = after === undefined ? 0 : all.indexOf(after) + 1;
          const participants = people(...all.slice(start, start + size));
          const hasMore = start + size < count;
          return {
            participants,
            meta: { hasMore, ...(hasMore && { afterCursor: participants.at(-1)?.id }) },
          };
        });
        const ids: string[] = [];
        for await (const { id } of listing) ids.push(id);
        expect(ids).toEqual(all);
      }),
    );
  });
});

describe('a listing throws rather than ends early', () => {
  test('when a later page fails', async () => {
    const { outcome } = await read({
      '': { participants: people('a'), meta: { hasMore: true, afterCursor: 'x' } },
    });
    await expect(outcome).rejects.toThrow('no page after x');
  });

  test('when more is said to follow, without a cursor', async () => {
    await expectIncomplete({ '': { participants: people('a'), meta: { hasMore: true } } }, /but not where/);
    const empty = { participants: people('a'), meta: { hasMore: true, afterCursor: '' } };
    await expectIncomplete({ '': empty }, /but not where/);
  });

  test('when nothing is said to follow, but a link leads on', async () => {
    const page = { participants: people('a'), meta: { hasMore: false }, links: { next: 'https://…' } };
    await expectIncomplete({ '': page }, /but not where/);
  });

  test('when a cursor comes twice', async () => {
    const pages = {
      '': { participants: people('a'), meta: { hasMore: true, afterCursor: 'x' } },
      x: { participants: people('b'), meta: { hasMore: true, afterCursor: 'y' } },
      y: { participants: people('c'), meta: { hasMore: true, afterCursor: 'x' } },
    };
    await expectIncomplete(pages, /cursor came twice/);
  });

  test('when a page does not advance', async () => {
    const page = { participants: people('a'), meta: { hasMore: true, afterCursor: 'x' } };
    await expectIncomplete({ '': page, x: page }, /participant came twice/);
  });

  test('when a participant comes twice, on one page or on two', async () => {
    await expectIncomplete(
      { '': { participants: people('a', 'a'), meta: { hasMore: false } } },
      /came twice/,
    );
    const pages = {
      '': { participants: people('a', 'b'), meta: { hasMore: true, afterCursor: 'b' } },
      b: { participants: people('c', 'a'), meta: { hasMore: false } },
    };
    await expectIncomplete(pages, /participant came twice/);
  });

  test('when a page is empty, but more is said to follow', async () => {
    const page = { participants: [], meta: { hasMore: true, afterCursor: 'x' } };
    await expectIncomplete({ '': page }, /without participants/);
  });

  test('when more follows a page that said it was the last', async () => {
    const last = { participants: people('a'), meta: { hasMore: false, afterCursor: 'a' } };
    const more = { participants: people('b'), meta: { hasMore: false } };
    const empty = { participants: [], meta: { hasMore: true, afterCursor: 'b' } };
    await expectIncomplete({ '': last, a: more }, /said it was the last/);
    await expectIncomplete({ '': last, a: empty }, /said it was the last/);
  });

  test('when it never ends', async () => {
    let count = 0;
    const listing = allParticipants(async () => {
      const participants = Array.from({ length: 1000 }, () => ({ id: `p${count++}` }));
      return { participants, meta: { hasMore: true, afterCursor: `c${count}` } };
    });
    const readAll = async () => {
      for await (const _ of listing);
    };
    await expect(readAll()).rejects.toThrow(/more than 100000 participants/);
  });
});

describe('over the wire', () => {
  async function list(api: ParticipantsApi, options = {}): Promise<Participant[]> {
    const all: Participant[] = [];
    for await (const participant of api.participants('app1', 'conv1', options)) all.push(participant);
    return all;
  }

  test('pages have 100 participants unless told otherwise, and every page carries its size', async () => {
    const { host, requests } = await scriptedServer((response, request) => {
      const after = new URL(request.url, 'http://localhost').searchParams.get('page[after]');
      if (after === null)
        answer(response, 200, { participants: people('a'), meta: { hasMore: true, afterCursor: 'a' } });
      else answer(response, 200, { participants: people('b'), meta: { hasMore: false } });
    });
    const api = new ParticipantsApi({ host, auth: { token: 't' } });
    onTestFinished(() => api.close());
    expect(await list(api)).toHaveLength(2);
    expect(await list(api, { pageSize: 7 })).toHaveLength(2);
    const sizes = requests.map(({ url }) => new URL(url, host).searchParams.get('page[size]'));
    expect(sizes).toEqual(['100', '100', '7', '7']);
  });

  test('a page that fails ends the listing with its error', async () => {
    const { host } = await scriptedServer((response, _request, count) => {
      if (count === 1)
        answer(response, 200, { participants: people('a'), meta: { hasMore: true, afterCursor: 'a' } });
      else response.writeHead(503, { 'retry-after': '2' }).end();
    });
    const api = new ParticipantsApi({ host, auth: { token: 't' } });
    onTestFinished(() => api.close());
    await expect(list(api)).rejects.toMatchObject({ operation: 'list', status: 503, retryAfterMs: 2000 });
  });
});

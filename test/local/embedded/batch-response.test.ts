import { describe, expect, test } from 'vitest';
import { readBatchResponse } from '../../../local/embedded/batch-response.ts';
import type { InvocationOutcome } from '../../../local/embedded/events.ts';

const batch = new Set(['a', 'b']);
const returned = (value: unknown): InvocationOutcome => ({ kind: 'returned', value });
const failing = (...ids: unknown[]) =>
  returned({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

describe('every record succeeded', () => {
  const answers = [null, undefined, {}, { batchItemFailures: null }, { batchItemFailures: [] }];
  test.each(answers.map((answer) => [answer]))('when the function answers %j', (answer) => {
    expect(readBatchResponse(returned(answer), batch, true)).toEqual({
      kind: 'settled',
      failedIds: new Set(),
    });
  });

  test('when the mapping takes no report, whatever the function answers', () => {
    expect(readBatchResponse(failing('a'), batch, false)).toEqual({ kind: 'settled', failedIds: new Set() });
  });
});

test('only those records failed that the function names', () => {
  expect(readBatchResponse(failing('b'), batch, true)).toEqual({
    kind: 'settled',
    failedIds: new Set(['b']),
  });
});

describe('the whole batch failed', () => {
  const answers: [string, InvocationOutcome][] = [
    ['an id is unknown', failing('a', 'c')],
    ['an id is empty', failing('')],
    ['an id is null', failing(null)],
    ['an id goes by another name', returned({ batchItemFailures: [{ id: 'a' }] })],
    ['the report is no list', returned({ batchItemFailures: 'a' })],
    ['the answer is a text', returned('done')],
    ['the function threw', { kind: 'threw', errorType: 'Error', errorMessage: 'x' }],
    ['the function timed out', { kind: 'timedOut', timeoutMs: 1 }],
    ['the process died', { kind: 'crashed', exitCode: null, signal: 'SIGKILL' }],
  ];
  test.each(answers)('when %s', (_, outcome) => {
    expect(readBatchResponse(outcome, batch, true)).toMatchObject({ kind: 'wholeBatchFailed' });
  });
});

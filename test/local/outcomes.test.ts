import { expect, test } from 'vitest';
import { Outcomes } from '../../local/outcomes.ts';

function outcomes(...lines: (object | string)[]): Outcomes {
  const read = new Outcomes();
  for (const line of lines) read.read(typeof line === 'string' ? line : JSON.stringify(line));
  return read;
}

const change = (outcome: string, messageId = 'm-1', reason?: string) => ({
  message: 'change',
  outcome,
  messageId,
  ...(reason && { reason }),
});

test('the first end that is told of a message counts', () => {
  const read = outcomes(change('applied'), change('already'));
  expect(read.of('m-1')).toEqual({ end: 'applied', reason: '' });
  expect(read.ended).toBe(1);
});

test('a parked message has its reason', () => {
  expect(outcomes(change('parked', 'm-1', 'id_kind')).of('m-1')).toEqual({
    end: 'parked',
    reason: 'id_kind',
  });
});

test('neither a retry nor a deferral is an end; deferred messages are counted once each', () => {
  const read = outcomes(change('retried'), change('deferred'), change('deferred'), change('deferred', 'm-2'));
  expect(read.of('m-1')).toBeUndefined();
  expect(read).toMatchObject({ ended: 0, deferred: 2 });
});

test('what says nothing of a change is passed over', () => {
  const read = outcomes('', 'START', '{"message":', 'null', { message: 'vendor_call', outcome: 'applied' });
  expect(read.ended).toBe(0);
});

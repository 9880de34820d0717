import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import { messagesOf } from '../../functions/adapters/change-queue-event.ts';

function traceOf(AWSTraceHeader?: string): string | undefined {
  const attributes = {
    MessageGroupId: 'g',
    SequenceNumber: '1',
    SentTimestamp: '1',
    ApproximateReceiveCount: '1',
  };
  const record = {
    messageId: 'm',
    receiptHandle: 'r',
    body: '',
    attributes: { ...attributes, ...(AWSTraceHeader !== undefined && { AWSTraceHeader }) },
    messageAttributes: {},
  } as unknown as SQSRecord;
  return messagesOf({ Records: [record] })[0]?.traceId;
}

it.each([
  ['Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'],
  ['Sampled=0;Root=1-5759e988-bd862e3fe1be46a994272793'],
])('a message tells the trace that it was sent in (%s)', (header) => {
  expect(traceOf(header)).toBe('1-5759e988-bd862e3fe1be46a994272793');
});

it.each([[undefined], [''], ['Parent=53995c3f42cd8ad8'], ['NoRoot=1-2'], ['Root=<b>']])(
  'a message without one tells none (%s)',
  (header) => {
    expect(traceOf(header)).toBeUndefined();
  },
);

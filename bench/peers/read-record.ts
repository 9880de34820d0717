import type { SQSRecord } from 'aws-lambda';

/** What the alternatives read of a change. */
export interface ReadChange {
  readonly action: 'join' | 'leave';
  readonly appId: string;
  readonly conversationId: string;
  readonly userId: string;
}

export function readRecord({ body }: Pick<SQSRecord, 'body'>): ReadChange {
  return JSON.parse(body) as ReadChange;
}

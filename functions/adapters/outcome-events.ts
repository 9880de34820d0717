import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { DETAIL_TYPES, EVENT_SOURCE, type OutcomeEvent } from '../core/outcome-event.ts';
import { awsClient } from './aws-client.ts';

/** Outcomes on the account's default event bus. The client is loaded when the first of them is published: most processes never do. */
export class EventBridgeOutcomeEvents {
  #client: EventBridgeClient | undefined;

  async publish({ kind, detail }: OutcomeEvent): Promise<void> {
    const { EventBridgeClient, PutEventsCommand } = await import('./event-bridge.ts');
    this.#client ??= awsClient(EventBridgeClient);
    const entry = { Source: EVENT_SOURCE, DetailType: DETAIL_TYPES[kind], Detail: JSON.stringify(detail) };
    const { Entries } = await this.#client.send(new PutEventsCommand({ Entries: [entry] }));
    const code = Entries?.[0]?.ErrorCode;
    if (code !== undefined) throw new Error(`the event bus did not take the event (${code})`);
  }
}

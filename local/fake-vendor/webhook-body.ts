/** What a webhook's request says, in the shapes of the vendor's documents. */
import type { User } from './app.ts';
import type { VendorEvent } from './events.ts';

/** One entry of `events`. */
export interface SentEvent {
  readonly id: string;
  readonly createdAt: string;
  readonly type: VendorEvent['type'];
  readonly payload: object;
}

export function sentEvent(event: VendorEvent, id: string, createdAtMs: number): SentEvent {
  return { id, createdAt: new Date(createdAtMs).toISOString(), type: event.type, payload: payloadOf(event) };
}

export function webhookBody(appId: string, webhookId: string, events: readonly SentEvent[]): string {
  return JSON.stringify({ app: { id: appId }, webhook: { id: webhookId, version: 'v2' }, events });
}

function payloadOf(event: VendorEvent): object {
  switch (event.type) {
    case 'conversation:join':
    case 'conversation:leave':
      return { conversation: event.conversation, user: shown(event.user) };
    case 'conversation:remove':
      return { conversation: event.conversation };
    case 'user:remove':
      return { user: shown(event.user) };
    case 'user:merge': {
      const { surviving, discarded, conversations } = event;
      return {
        mergedUsers: { surviving: shown(surviving), discarded: shown(discarded) },
        // Omitted where no conversations were merged.
        ...(conversations && { mergedConversations: conversations }),
        reason: 'api',
      };
    }
    default:
      return event satisfies never;
  }
}

function shown({ id, externalId }: User): object {
  return { id, ...(externalId !== null && { externalId }), authenticated: externalId !== null };
}

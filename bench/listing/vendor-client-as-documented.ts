import type { Target } from '../contestant/protocol.ts';
import { vendorClient } from '../peers/vendor-client.ts';
import { inLanes, type ListAll, lanes } from './protocol.ts';

interface Page {
  readonly meta: { readonly hasMore: boolean; readonly afterCursor?: string };
}

/** The vendor's client through the method it has for this, which takes a cursor or a size, not both: pages of 25. */
export function start(target: Target, appId: string): ListAll {
  const { api } = vendorClient(target);
  return (conversationIds, atOnce) =>
    inLanes(conversationIds, lanes(atOnce), async (conversationId) => {
      let page = {};
      for (;;) {
        const { meta } = (await api.listParticipants(appId, conversationId, { page })) as Page;
        if (!meta.hasMore) return;
        page = { after: meta.afterCursor };
      }
    });
}

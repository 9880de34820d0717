import type { Target } from '../contestant/protocol.ts';
import { vendorClient } from '../peers/vendor-client.ts';
import { inLanes, type ListAll, lanes } from './protocol.ts';

interface Page {
  readonly meta: { readonly hasMore: boolean; readonly afterCursor?: string };
}

/** The vendor's client through its generic call, which takes pages of 100. */
export function start(target: Target, appId: string): ListAll {
  const { client } = vendorClient(target);
  const path = '/v2/apps/{appId}/conversations/{conversationId}/participants';
  return (conversationIds, atOnce) =>
    inLanes(conversationIds, lanes(atOnce), async (conversationId) => {
      let query: object = { 'page[size]': 100 };
      for (;;) {
        const ids = { appId, conversationId };
        const auth = ['basicAuth'];
        const { data } = await client.callApi(
          path,
          'GET',
          ids,
          query,
          {},
          {},
          null,
          auth,
          [],
          ['application/json'],
          Object,
        );
        const { meta } = data as Page;
        if (!meta.hasMore) return;
        query = { 'page[size]': 100, 'page[after]': meta.afterCursor };
      }
    });
}

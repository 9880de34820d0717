import type { Target } from '../contestant/protocol.ts';
import { RawConnection } from '../peers/raw-connection.ts';
import { inLanes, type ListAll } from './protocol.ts';

interface Page {
  readonly participants: readonly { readonly id: string; readonly userId: string }[];
  readonly meta: { readonly hasMore: boolean; readonly afterCursor?: string };
}

/** The limit: requests written to kept-alive connections as text, and of the answers only the ids kept. */
export function start({ url, keyId, secret }: Target, appId: string): ListAll {
  const authorization = `Basic ${Buffer.from(`${keyId}:${secret}`).toString('base64')}`;

  return async (conversationIds, atOnce) => {
    const connections = Array.from({ length: atOnce }, () => new RawConnection(url));
    await inLanes(conversationIds, connections, async (conversationId, connection) => {
      const ids: string[] = [];
      let after = '';
      for (;;) {
        const path = `/v2/apps/${appId}/conversations/${conversationId}/participants?page%5Bsize%5D=100${after}`;
        const request = `GET ${path} HTTP/1.1\r\nhost: vendor\r\nauthorization: ${authorization}\r\n\r\n`;
        const { participants, meta }: Page = JSON.parse((await connection.request(request)).toString());
        for (const { userId } of participants) ids.push(userId);
        if (!meta.hasMore) return;
        after = `&page%5Bafter%5D=${meta.afterCursor}`;
      }
    });
    for (const connection of connections) connection.close();
  };
}

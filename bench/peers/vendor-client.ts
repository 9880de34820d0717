// @ts-expect-error it ships no types
import untyped from 'sunshine-conversations-client';
import type { Target } from '../contestant/protocol.ts';

/* The vendor's own client, as its documentation has it used. */

interface ApiClient {
  basePath: string;
  readonly authentications: { readonly basicAuth: { username?: string; password?: string } };
  callApi(
    path: string,
    method: string,
    pathParams: object,
    queryParams: object,
    headerParams: object,
    formParams: object,
    body: unknown,
    authNames: readonly string[],
    contentTypes: readonly string[],
    accepts: readonly string[],
    returnType: unknown,
  ): Promise<{ readonly data: unknown }>;
}

interface ParticipantsApi {
  joinConversation(appId: string, conversationId: string, body: object): Promise<unknown>;
  leaveConversation(appId: string, conversationId: string, body: object): Promise<unknown>;
  listParticipants(appId: string, conversationId: string, options: object): Promise<unknown>;
}

const library: {
  readonly ApiClient: new () => ApiClient;
  readonly ParticipantsApi: new (client: ApiClient) => ParticipantsApi;
} = untyped;

export function vendorClient({ url, keyId, secret }: Target): { api: ParticipantsApi; client: ApiClient } {
  const client = new library.ApiClient();
  client.basePath = url;
  Object.assign(client.authentications.basicAuth, { username: keyId, password: secret });
  return { api: new library.ParticipantsApi(client), client };
}

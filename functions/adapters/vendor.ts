import { PATH_ID } from '../core/app.ts';
import { type CallResult, classifyFailure, type Operation } from '../core/call-result.ts';
import type { Credential } from '../core/credential.ts';
import type { Participant, ParticipantsPage } from '../core/listing.ts';
import { type ConversationKey, type MemberKey, memberBody } from '../core/member-key.ts';
import { type CallOptions, ParticipantsApi, ParticipantsApiError } from './participants-api.ts';

/** What the vendor's answer meant. */
export interface VendorAnswer {
  readonly result: CallResult;
  readonly vendorRequestId?: string;
}

type Call = (api: ParticipantsApi, options: CallOptions) => Promise<VendorAnswer>;

/** One app's client. It is closed once it has been replaced and its last call is over. */
interface AppClient {
  readonly credential: Credential;
  readonly api: ParticipantsApi;
  callsUnderWay: number;
  isReplaced: boolean;
}

const PAGE_SIZE = 100;

/** The vendor's participants API, one client per app for as long as the app's credential is the same object. */
export class SunshineVendor {
  readonly #clients = new Map<string, AppClient>();

  async join(
    to: Credential,
    member: MemberKey,
    subscribeSDKClient: boolean,
    timeoutMs: number,
  ): Promise<VendorAnswer> {
    const { appId, conversationId } = member;
    return this.#call('join', to, member, timeoutMs, async (api, options) => {
      const body = { ...memberBody(member), subscribeSDKClient };
      const { participant } = await api.joinConversation(appId, conversationId, body, options);
      return { result: { kind: 'applied', participantId: participant.id } };
    });
  }

  async leave(to: Credential, member: MemberKey, timeoutMs: number): Promise<VendorAnswer> {
    const { appId, conversationId } = member;
    return this.#call('leave', to, member, timeoutMs, async (api, options) => {
      await api.leaveConversation(appId, conversationId, memberBody(member), options);
      return { result: { kind: 'applied' } };
    });
  }

  async list(
    to: Credential,
    conversation: ConversationKey,
    after: string | undefined,
    timeoutMs: number,
  ): Promise<VendorAnswer & { readonly page?: ParticipantsPage }> {
    const { appId, conversationId } = conversation;
    const page = { size: PAGE_SIZE, ...(after !== undefined && { after }) };
    return this.#call('list', to, conversation, timeoutMs, async (api, options) =>
      answerOf(await api.listParticipants(appId, conversationId, { page, ...options })),
    );
  }

  /** Closes every connection. Calls under way fail. */
  close(): void {
    for (const { api } of this.#clients.values()) api.close();
    this.#clients.clear();
  }

  async #call(
    operation: Operation,
    to: Credential,
    about: ConversationKey | MemberKey,
    timeoutMs: number,
    call: Call,
  ): Promise<VendorAnswer> {
    const field = unsendableField(about);
    if (field !== undefined) return refused(field);
    const client = this.#client(about.appId, to);
    if (!client) return UNUSABLE_CREDENTIAL;
    client.callsUnderWay += 1;
    try {
      return await call(client.api, { timeoutMs: Math.max(1, Math.floor(timeoutMs)) });
    } catch (error) {
      if (!(error instanceof ParticipantsApiError)) throw error;
      const result = classifyFailure(operation, error);
      return error.requestId === undefined ? { result } : { result, vendorRequestId: error.requestId };
    } finally {
      client.callsUnderWay -= 1;
      closeIfDone(client);
    }
  }

  /** Undefined: the API's client cannot work with this credential. */
  #client(appId: string, credential: Credential): AppClient | undefined {
    const present = this.#clients.get(appId);
    if (present?.credential === credential) return present;
    const api = apiFor(credential);
    if (!api) return undefined;
    const client = { credential, api, callsUnderWay: 0, isReplaced: false };
    this.#clients.set(appId, client);
    if (present) {
      present.isReplaced = true;
      closeIfDone(present);
    }
    return client;
  }
}

function closeIfDone({ isReplaced, callsUnderWay, api }: AppClient): void {
  if (isReplaced && callsUnderWay === 0) api.close();
}

/** A secret that no request can carry, such as a token with a line break, is no better than one that is refused. */
const UNUSABLE_CREDENTIAL: VendorAnswer = { result: { kind: 'unauthorized', status: 401 } };

function apiFor(credential: Credential): ParticipantsApi | undefined {
  try {
    return new ParticipantsApi(credential);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The id that must not be put into a request, if there is one: it could make it another request. */
function unsendableField(about: ConversationKey | MemberKey): string | undefined {
  if (!PATH_ID.test(about.appId)) return 'appId';
  if (!PATH_ID.test(about.conversationId)) return 'conversationId';
  return 'memberId' in about && about.memberId === '' ? about.idKind : undefined;
}

function refused(field: string): VendorAnswer {
  const title = `${field}: cannot stand in a request`;
  return { result: { kind: 'rejected', reason: 'unexpected', status: 400, title } };
}

const NO_LISTING: VendorAnswer = {
  result: { kind: 'unreachable', mayHaveBeenApplied: false, status: 200 },
};

type ListResponse = Awaited<ReturnType<ParticipantsApi['listParticipants']>>;

function answerOf({ participants, meta }: ListResponse): VendorAnswer & { readonly page?: ParticipantsPage } {
  const known: Participant[] = [];
  for (const { id, userId, userExternalId } of participants) {
    // Whoever has no userId cannot be told from somebody who is not there: this is not a listing.
    if (userId === undefined) return NO_LISTING;
    known.push(userExternalId ? { id, userId, userExternalId } : { id, userId });
  }
  const afterCursor = meta.afterCursor || undefined;
  const page = { participants: known, hasMore: meta.hasMore, ...(afterCursor && { afterCursor }) };
  return { result: { kind: 'applied' }, page };
}

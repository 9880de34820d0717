import type { Operation } from '../core/call-result.ts';
import type { Auth } from '../core/credential.ts';
import { allParticipants } from './participants-api/all-participants.ts';
import {
  type Check,
  leaveResponseMisfit,
  participantListMisfit,
  participantResponseMisfit,
} from './participants-api/answer-checks.ts';
import { type Authorizer, authorizer } from './participants-api/authorization.ts';
import { type CallOptions, Deadline, milliseconds } from './participants-api/deadline.ts';
import { refusedError, unansweredError, unfitError } from './participants-api/error.ts';
import { type Answer, Exchanger, type Request } from './participants-api/exchange.ts';
import { parseHost } from './participants-api/host.ts';
import type {
  Page,
  Participant,
  ParticipantJoinBody,
  ParticipantLeaveBody,
  ParticipantListResponse,
  ParticipantResponse,
} from './participants-api/models.ts';
import { type Body, conversationPath, joinBody, leaveBody, pageQuery } from './participants-api/request.ts';

export type { CallOptions } from './participants-api/deadline.ts';
export { ParticipantsApiError, type VendorError } from './participants-api/error.ts';
export type {
  ClientAssociation,
  Links,
  Meta,
  Page,
  Participant,
  ParticipantJoinBody,
  ParticipantLeaveBody,
  ParticipantListResponse,
  ParticipantResponse,
} from './participants-api/models.ts';
export type { Auth };

export interface ParticipantsApiOptions {
  /**
   * Default `https://api.smooch.io`. A base path is kept, as in `https://example.zendesk.com/sc`. `http://` is accepted
   * for loopback addresses only.
   */
  readonly host?: string;
  /**
   * `{ keyId, secret }` for Basic, `{ keyId, secret, scope }` for a self-signed JWT that is renewed before it expires,
   * or `{ token }` for a bearer token issued elsewhere.
   */
  readonly auth: Auth;
  /** Milliseconds for opening a connection, the TLS handshake included. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one whole call, unless the call says otherwise. Default 10,000. */
  readonly requestTimeoutMs?: number;
  /** Milliseconds after which an idle connection is closed. Default 4,000: servers often close theirs after five seconds. */
  readonly idleTimeoutMs?: number;
  /** Connections at most; further calls wait for one, within their time. Default 64. */
  readonly maxSockets?: number;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** What a list asks for. */
export interface ListOptions extends CallOptions {
  readonly page?: Page;
}

/** What a listing of everybody asks for. `timeoutMs` is for each page. */
export interface AllParticipantsOptions extends CallOptions {
  /** From 1 to 100. Default 100. */
  readonly pageSize?: number;
}

interface Call {
  readonly operation: Operation;
  readonly path: string;
  readonly body?: Body;
  readonly misfit: Check;
  readonly options: CallOptions;
}

/**
 * The participant operations of the Sunshine Conversations API, version 2.
 *
 * All methods reject with a `ParticipantsApiError` where the vendor or the network is the reason, and with a
 * `TypeError` that names the field where an argument is wrong. Nothing is tried again, except once, and at once, where
 * the connection turns out to have been closed while it was idle.
 */
export class ParticipantsApi {
  readonly #authorize: Authorizer;
  readonly #exchanger: Exchanger;
  readonly #requestTimeoutMs: number;
  readonly #now: () => number;

  /** @throws TypeError that names the option, never its value. */
  constructor(options: ParticipantsApiOptions) {
    const { host = 'https://api.smooch.io', auth, now = Date.now } = options;
    const {
      connectTimeoutMs = 3_000,
      requestTimeoutMs = 10_000,
      idleTimeoutMs = 4_000,
      maxSockets = 64,
    } = options;
    if (!(Number.isInteger(maxSockets) && maxSockets >= 1)) {
      throw new TypeError('maxSockets: must be a whole number from 1');
    }
    this.#authorize = authorizer(auth, now);
    this.#exchanger = new Exchanger(parseHost(host), {
      maxSockets,
      connectTimeoutMs: milliseconds('connectTimeoutMs', connectTimeoutMs),
      idleTimeoutMs: milliseconds('idleTimeoutMs', idleTimeoutMs),
    });
    this.#requestTimeoutMs = milliseconds('requestTimeoutMs', requestTimeoutMs);
    this.#now = now;
  }

  /** Adds a user to a conversation of type `sdkGroup`. */
  async joinConversation(
    appId: string,
    conversationId: string,
    body: ParticipantJoinBody,
    options: CallOptions = {},
  ): Promise<ParticipantResponse> {
    const path = `${conversationPath(appId, conversationId)}/join`;
    return this.#call({
      operation: 'join',
      path,
      body: joinBody(body),
      misfit: participantResponseMisfit,
      options,
    });
  }

  /** Removes a user from a conversation. */
  async leaveConversation(
    appId: string,
    conversationId: string,
    body: ParticipantLeaveBody,
    options: CallOptions = {},
  ): Promise<void> {
    const path = `${conversationPath(appId, conversationId)}/leave`;
    await this.#call({
      operation: 'leave',
      path,
      body: leaveBody(body),
      misfit: leaveResponseMisfit,
      options,
    });
  }

  /** One page of a conversation's participants. */
  async listParticipants(
    appId: string,
    conversationId: string,
    { page, ...options }: ListOptions = {},
  ): Promise<ParticipantListResponse> {
    const path = `${conversationPath(appId, conversationId)}/participants${pageQuery(page)}`;
    return this.#call({ operation: 'list', path, misfit: participantListMisfit, options });
  }

  /**
   * Every participant of a conversation. Throws, rather than ends early, when a page fails, repeats a cursor or a
   * participant, or contradicts what it says about further pages; so only what was read to the end is the whole list.
   */
  participants(
    appId: string,
    conversationId: string,
    { pageSize = 100, ...options }: AllParticipantsOptions = {},
  ): AsyncGenerator<Participant, void, undefined> {
    return allParticipants((after) => {
      const page = { size: pageSize, ...(after !== undefined && { after }) };
      return this.listParticipants(appId, conversationId, { page, ...options });
    });
  }

  /** Closes the connections. Calls under way fail. */
  close(): void {
    this.#exchanger.close();
  }

  async #call<Success>(call: Call): Promise<Success> {
    const { timeoutMs = this.#requestTimeoutMs, signal } = call.options;
    const deadline = new Deadline(timeoutMs, signal);
    try {
      return (await this.#callUntil(deadline, call)) as Success;
    } finally {
      deadline.release();
    }
  }

  async #callUntil(deadline: Deadline, call: Call): Promise<unknown> {
    const { operation, path, body, misfit } = call;
    const { header, secrets } = await this.#authorize();
    const exchange = await this.#exchanger.send(requestOf(path, body, header), deadline);
    if (exchange.kind === 'unanswered') throw unansweredError(operation, exchange);
    if (isSuccess(operation, exchange.answer.status)) return fitting(operation, exchange.answer, misfit);
    throw refusedError(operation, exchange, body ? [...secrets, body.id] : secrets, this.#now());
  }
}

const GET_HEADERS = ['accept', 'application/json', 'user-agent', 'rollcall'];
const POST_HEADERS = [...GET_HEADERS, 'content-type', 'application/json'];

function requestOf(path: string, body: Body | undefined, authorization: string): Request {
  if (body === undefined)
    return { method: 'GET', path, headers: [...GET_HEADERS, 'authorization', authorization] };
  return {
    method: 'POST',
    path,
    headers: [...POST_HEADERS, 'authorization', authorization],
    body: body.json,
  };
}

/** A list takes nothing but 200: any other success is that of a part, or of no list at all. */
function isSuccess(operation: Operation, status: number): boolean {
  return operation === 'list' ? status === 200 : status >= 200 && status <= 299;
}

function fitting(operation: Operation, answer: Answer, misfit: Check): unknown {
  if (answer.json === undefined) throw unfitError(operation, answer, 'not JSON');
  const field = misfit(answer.json);
  if (field === undefined) return answer.json;
  throw unfitError(operation, answer, `unexpected ${field}`);
}

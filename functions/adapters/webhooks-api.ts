import * as z from 'zod/mini';
import { excludesEffect } from '../core/call-result.ts';
import type { Credential } from '../core/credential.ts';
import type { Webhook, WebhookFields } from '../core/webhook-registration.ts';
import { type Authorizer, authorizer } from './participants-api/authorization.ts';
import { Deadline } from './participants-api/deadline.ts';
import { readErrors } from './participants-api/error.ts';
import { type Answer, Exchanger, type Request } from './participants-api/exchange.ts';
import { parseHost } from './participants-api/host.ts';
import { pathSegment } from './participants-api/request.ts';

/** A call that the vendor did not carry out, or not for certain. Holds no secret. */
interface Failed {
  readonly kind: 'failed';
  readonly operation: string;
  /** The HTTP status; absent if no whole answer arrived. */
  readonly status?: number;
  /** The first error's; absent if the answer was not in the vendor's error format. */
  readonly code?: string;
  readonly title?: string;
  readonly mayHaveBeenApplied: boolean;
}

type Outcome<Value> = { readonly kind: 'done'; readonly value: Value } | Failed;

/** Whose webhooks. */
export interface WebhooksOf {
  readonly appId: string;
  /** Of a custom integration, or `me`: the one that the credential belongs to. */
  readonly integrationId: string;
}

const webhook = z.looseObject({
  id: z.string().check(z.minLength(1)),
  target: z.string(),
  triggers: z.array(z.string()),
  secret: z.exactOptional(z.string().check(z.minLength(1))),
  includeFullUser: z.exactOptional(z.boolean()),
  includeFullSource: z.exactOptional(z.boolean()),
});
const webhookResponse = z.looseObject({ webhook });
const webhookListResponse = z.looseObject({ webhooks: z.array(webhook) });
/** Documented as an empty object. */
const emptyResponse = z.looseObject({ errors: z.optional(z.undefined()) });

interface Call<Success> extends Pick<Request, 'method' | 'onlyOnce'> {
  readonly operation: string;
  readonly path: string;
  readonly body?: WebhookFields;
  readonly schema: z.ZodMiniType<Success>;
}

const TIMEOUT_MS = 10_000;

/**
 * The webhooks of one integration of one app, by the Sunshine Conversations API, version 2. Whatever the vendor or the
 * network does is returned; nothing is tried again, and to create never sent twice.
 */
export class WebhooksApi {
  readonly #authorize: Authorizer;
  readonly #exchanger: Exchanger;
  readonly #path: string;

  /** @throws TypeError that names what is wrong, never its value. */
  constructor({ host, auth }: Credential, { appId, integrationId }: WebhooksOf) {
    this.#authorize = authorizer(auth, Date.now);
    this.#exchanger = new Exchanger(parseHost(host), {
      maxSockets: 1,
      connectTimeoutMs: 3_000,
      idleTimeoutMs: 4_000,
    });
    const integration = pathSegment('integrationId', integrationId);
    this.#path = `/v2/apps/${pathSegment('appId', appId)}/integrations/${integration}/webhooks`;
  }

  async list(): Promise<Outcome<readonly Webhook[]>> {
    const call = { operation: 'list', method: 'GET', path: this.#path, schema: webhookListResponse } as const;
    return mapped(await this.#call(call), ({ webhooks }) => webhooks);
  }

  async get(webhookId: string): Promise<Outcome<Webhook>> {
    const call = { operation: 'get', method: 'GET', path: this.#pathOf(webhookId) } as const;
    return mapped(await this.#call({ ...call, schema: webhookResponse }), ofWebhook);
  }

  async create(body: WebhookFields): Promise<Outcome<Webhook>> {
    const call = { operation: 'create', method: 'POST', path: this.#path, body, onlyOnce: true } as const;
    return mapped(await this.#call({ ...call, schema: webhookResponse }), ofWebhook);
  }

  async update(webhookId: string, body: WebhookFields): Promise<Outcome<Webhook>> {
    const call = { operation: 'update', method: 'PATCH', path: this.#pathOf(webhookId), body } as const;
    return mapped(await this.#call({ ...call, schema: webhookResponse }), ofWebhook);
  }

  async delete(webhookId: string): Promise<Outcome<undefined>> {
    const call = { operation: 'delete', method: 'DELETE', path: this.#pathOf(webhookId) } as const;
    return mapped(await this.#call({ ...call, schema: emptyResponse }), () => undefined);
  }

  /** Closes the connection. Calls under way fail. */
  close(): void {
    this.#exchanger.close();
  }

  #pathOf(webhookId: string): string {
    return `${this.#path}/${pathSegment('webhookId', webhookId)}`;
  }

  async #call<Success>(call: Call<Success>): Promise<Outcome<Success>> {
    const deadline = new Deadline(TIMEOUT_MS, undefined);
    try {
      const { header, secrets } = await this.#authorize();
      const exchange = await this.#exchanger.send(requestOf(call, header), deadline);
      if (exchange.kind === 'unanswered') return failed(call, exchange.mayHaveArrived);
      return outcomeOf(call, exchange.answer, exchange.repeated, secrets);
    } finally {
      deadline.release();
    }
  }
}

const ofWebhook = ({ webhook: value }: z.infer<typeof webhookResponse>): Webhook => value;

function requestOf<Success>({ method, path, body, onlyOnce }: Call<Success>, authorization: string): Request {
  const headers = ['accept', 'application/json', 'user-agent', 'rollcall', 'authorization', authorization];
  const request = { method, path, headers, ...(onlyOnce && { onlyOnce }) };
  if (!body) return request;
  return {
    ...request,
    headers: [...headers, 'content-type', 'application/json'],
    body: JSON.stringify(body),
  };
}

function outcomeOf<Success>(
  call: Call<Success>,
  answer: Answer,
  isRepeated: boolean,
  unspeakable: readonly string[],
): Outcome<Success> {
  const { status } = answer;
  if (status >= 200 && status <= 299) {
    const read = call.schema.safeParse(answer.json);
    if (read.success) return { kind: 'done', value: read.data };
    return { ...failed(call, true), status, title: 'not an answer of this API' };
  }
  const [first] = readErrors(answer, unspeakable);
  return { ...failed(call, isRepeated || !excludesEffect(status)), status, ...first };
}

function failed<Success>({ operation, method }: Call<Success>, mayHaveArrived: boolean): Failed {
  return { kind: 'failed', operation, mayHaveBeenApplied: method !== 'GET' && mayHaveArrived };
}

function mapped<Value, Other>(outcome: Outcome<Value>, map: (value: Value) => Other): Outcome<Other> {
  return outcome.kind === 'failed' ? outcome : { kind: 'done', value: map(outcome.value) };
}

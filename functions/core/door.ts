/** What the front door answers to a request that it does not take in. */
interface Refusal {
  readonly status: number;
  /** For whoever reads the answer. Never says anything of what came in. */
  readonly says: string;
}

/**
 * Every way to be turned away. The vendor never repeats a request answered with 400, 401, 403, 404 or 406, so these are
 * only for what can never be right; all else comes again.
 */
export const REFUSALS = {
  unknown_path: { status: 404, says: 'there is nothing here' },
  unknown_app: { status: 404, says: 'this app has no webhook here' },
  no_key: { status: 401, says: 'X-API-Key: missing' },
  wrong_key: { status: 401, says: 'X-API-Key: not the secret of this webhook' },
  no_signature: {
    status: 401,
    says: 'webhook-id, webhook-timestamp and webhook-signature: all three are needed',
  },
  stale_signature: { status: 401, says: 'webhook-timestamp: more than five minutes from now' },
  wrong_signature: { status: 401, says: 'webhook-signature: not made with a secret that is known here' },
  unreadable: { status: 400, says: 'body: not what is sent here' },
  other_app: { status: 400, says: 'app.id: not the app of this path' },
  too_large: { status: 413, says: 'body: too large' },
  too_often: { status: 429, says: 'too many wrong attempts; try again later' },
  secrets: { status: 503, says: 'cannot be checked right now; try again later' },
  queue: { status: 503, says: 'cannot be kept right now; try again later' },
  fault: { status: 503, says: 'something went wrong; try again later' },
} as const satisfies Record<string, Refusal>;

export type RefusalReason = keyof typeof REFUSALS;

/** A body larger than this is turned away unread: a hundred changes and any webhook of the vendor's fit easily. */
export const DOOR_BODY_MAX_BYTES = 1024 * 1024;

/** A request as the front door sees it. */
export interface DoorRequest {
  /** Method and path as they are routed, the app's place named: `POST /sunshine/{appId}`. */
  readonly route: string;
  /** What stands in the app's place. */
  readonly appId: string | undefined;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Undefined: no UTF-8. */
  readonly body: string | undefined;
  readonly bodyBytes: number;
}

/** What is answered; `body` goes out as JSON. */
export interface DoorAnswer {
  readonly status: number;
  readonly body: unknown;
}

export function refusalOf(reason: RefusalReason): DoorAnswer {
  const { status, says } = REFUSALS[reason];
  return { status, body: { error: says } };
}

/** An app at the fake vendor, with members `u0`, `u1`, … in conversations `c0`, `c1`, …. */
export interface VendorApp {
  readonly appId: string;
  readonly members: number;
  readonly conversations: number;
  /** Whether everybody takes part in every conversation from the beginning; nobody does if left out. */
  readonly isFull?: boolean;
  /** What the vendor allows; no limit if left out. */
  readonly requestsPerSecond?: number;
}

export const KEY = { keyId: 'app_bench', secret: 'kept-from-nobody' } as const;

/** Where a member takes part, or not. */
export function placeOf(member: number, { conversations }: Pick<VendorApp, 'conversations'>) {
  return { conversationId: `c${member % conversations}`, userId: `u${member}` };
}

/** What the vendor saw of one app. */
export interface VendorCounts {
  readonly requests: number;
  /** Joins and leaves that changed something: which member, and when, in milliseconds since 1970. */
  readonly changes: readonly (readonly [userId: string, atMs: number])[];
}

export type VendorQuestion =
  | { readonly kind: 'addApp'; readonly app: VendorApp }
  | { readonly kind: 'counts'; readonly appId: string }
  | { readonly kind: 'participants'; readonly appId: string }
  | { readonly kind: 'setLatency'; readonly latencyMs: number };

export interface VendorProcessOptions {
  /** How long each answer takes. */
  readonly latencyMs: number;
  /** Requests take up to so much longer on their way in, so that they overtake each other. */
  readonly arrivalJitterMs: number;
}

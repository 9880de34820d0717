/*
 * Whatever must never stand in a log begins with one of these words, so that it can be looked for.
 */

export const SECRET_WORDS = ['keyword', 'bodyword', 'personword', 'whsec_'] as const;

/** What is behind the front door during the attack. */
export interface Attacked {
  /** The app whose webhook exists, and its key. */
  readonly appId: string;
  readonly key: string;
  /** An app whose webhook secret is malformed: asking for it is a fault of our own making. */
  readonly brokenAppId: string;
  /** What a producer signs with; it may speak for `appId` only. */
  readonly producerSecret: string;
}

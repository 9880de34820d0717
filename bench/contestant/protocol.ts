import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { Population } from '../changes.ts';

/** Where a contestant's calls go. */
export interface Target {
  readonly url: string;
  readonly keyId: string;
  readonly secret: string;
}

/** Applies a batch as its Lambda handler would; gives the message ids that failed. */
export type Apply = (event: SQSEvent) => Promise<readonly string[]>;

/** What a file under bench/peers exports. */
export interface Peer {
  readonly start: (target: Target) => Apply | Promise<Apply>;
}

export interface ContestantOptions {
  /** A file under bench/peers, without its ending. */
  readonly peer: string;
  readonly target: Target;
  readonly population: Population;
}

export type ContestantQuestion =
  /** Applies changes from an endless queue in batches: so many, or for so long. */
  | { readonly kind: 'work'; readonly batch: number; readonly changes: number }
  | { readonly kind: 'work'; readonly batch: number; readonly forMs: number }
  /** Applies these records. */
  | { readonly kind: 'apply'; readonly records: readonly SQSRecord[] }
  /** Applies the next batch in so long, and answers at once. */
  | { readonly kind: 'arm'; readonly batch: number; readonly afterMs: number }
  /** Waits for that batch, and gives how many of it failed. */
  | { readonly kind: 'armed' };

export interface Work {
  readonly changes: number;
  /** In the handler; what makes the records is not counted. */
  readonly ms: number;
  readonly cpuMs: number;
  readonly failed: number;
  readonly residentMb: number;
}
